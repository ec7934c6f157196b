"""Merkle trees of RFC 6962 (and 9162) over SHA-256: roots, and proofs that a leaf or an older tree is part of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from hashlib import sha256
from itertools import islice

HASH_SIZE = 32  # bytes
EMPTY_ROOT = sha256(b"").digest()
_CHUNK = 1 << 14  # leaves reduced at a time; a power of two, so that a chunk is a whole subtree


def leaf_hash(data: bytes) -> bytes:
    """Return the hash that stands for `data` in a tree."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes in order, of any number; they may come from a generator and are not kept."""
    rest = iter(leaf_hashes)
    subtrees: list[bytes] = []  # whole ones, each larger than the next, and at last what is left
    chunks = 0
    while chunk := list(islice(rest, _CHUNK)):
        subtree = _reduce(chunk)
        if len(chunk) == _CHUNK:
            chunks += 1
            for _ in range(_trailing_zeros(chunks)):
                subtree = node_hash(subtrees.pop(), subtree)
        subtrees.append(subtree)
    return reduce(lambda right, left: node_hash(left, right), reversed(subtrees)) if subtrees else EMPTY_ROOT


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from leaf `index` (from 0) to the root, the leaf's sibling first.

    Raises IndexError when there is no such leaf.
    """
    return streamed_inclusion_proof(leaf_hashes, index, len(leaf_hashes))


def streamed_inclusion_proof(leaf_hashes: Iterable[bytes], index: int, size: int) -> list[bytes]:
    """Return the same of `size` leaf hashes that may come from a generator and are not kept."""
    if not 0 <= index < size:
        raise IndexError(f"there is no leaf {index} in a tree of {size}")
    siblings = []  # the subtrees beside the way from the root down to the leaf
    start, end = 0, size
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            siblings.append((split, end))
            end = split
        else:
            siblings.append((start, split))
            start = split
    rest = iter(leaf_hashes)
    roots = {}
    for first, last in sorted([*siblings, (index, index + 1)]):
        roots[first] = root(islice(rest, last - first))
    return [roots[first] for first, _ in reversed(siblings)]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that a tree of `size` leaves has if `leaf` (a leaf hash) is its leaf `index`.

    Raises ValueError when a proof for that place has another number of hashes, or hashes of another length.
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    _must_be_hashes(proof)
    rest = iter(proof)
    result, last = leaf, size - 1
    try:
        while last:
            if index & 1:
                result = node_hash(next(rest), result)
            elif index < last:
                result = node_hash(result, next(rest))
            index, last = index // 2, last // 2
    except StopIteration:
        raise ValueError("the inclusion proof is too short") from None
    if next(rest, None) is not None:
        raise ValueError("the inclusion proof is too long")
    return result


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the hashes that show that the tree only grew since it had `old_size` leaves.

    Empty when there is nothing to show: `old_size` is 0 or the present size. Raises IndexError when it is larger.
    """
    if not 0 <= old_size <= len(leaf_hashes):
        raise IndexError(f"a tree of {len(leaf_hashes)} leaves never had {old_size}")
    if old_size in (0, len(leaf_hashes)):
        return []
    start, end = 0, len(leaf_hashes)
    proof: list[bytes] = []  # from the root down
    while start + old_size < end:
        split = start + _split(end - start)
        if start + old_size <= split:
            proof.append(root(leaf_hashes[split:end]))
            end = split
        else:
            proof.append(root(leaf_hashes[start:split]))
            old_size -= split - start
            start = split
    if start:  # else this subtree is the whole old tree, whose root the verifier has
        proof.append(root(leaf_hashes[start:end]))
    return proof[::-1]


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether `proof` shows that the tree of `new_size` leaves begins with the one of `old_size`."""
    if not 0 <= old_size <= new_size or any(len(each) != HASH_SIZE for each in proof):
        return False
    if old_size == 0:
        return old_root == EMPTY_ROOT and not proof
    if old_size == new_size:
        return old_root == new_root and not proof
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node // 2, last // 2
    first = second = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(each, first), node_hash(each, second)
            while node and not node & 1:
                node, last = node // 2, last // 2
        else:
            second = node_hash(second, each)
        node, last = node // 2, last // 2
    return last == 0 and first == old_root and second == new_root


def _split(size: int) -> int:
    """Find the largest power of two below `size`, where RFC 6962 splits a tree of more than one leaf."""
    return int(1 << (size - 1).bit_length() - 1)


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1


def _reduce(level: Sequence[bytes]) -> bytes:
    while len(level) > 1:
        level = _next_level(level)
    return level[0]


def _next_level(level: Sequence[bytes]) -> list[bytes]:
    """Hash the nodes above; a last one without a sibling moves up as it is: RFC 6962's tree for any size."""
    pairs = iter(level)
    above = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
    if len(level) & 1:
        above.append(level[-1])
    return above


def _must_be_hashes(proof: Sequence[bytes]) -> None:
    if any(len(each) != HASH_SIZE for each in proof):
        raise ValueError(f"a hash in the proof is not {HASH_SIZE} bytes long")
