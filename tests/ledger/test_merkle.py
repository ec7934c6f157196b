"""Trees against the known vectors of Certificate Transparency, and against RFC 9162's own recursive definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cakupan.ledger import merkle
from cakupan.ledger.merkle import leaf_hash, node_hash

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {  # (index, size)
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {  # (old size, new size)
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(count)]


def known(count: int) -> list[bytes]:
    return [leaf_hash(bytes.fromhex(each)) for each in LEAVES[:count]]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_known_ones(size):
    assert merkle.root(known(size)).hex() == ROOTS[size]


@pytest.mark.parametrize(("place", "proof"), INCLUSION.items())
def test_inclusion_proofs_are_the_known_ones(place, proof):
    index, size = place
    assert [each.hex() for each in merkle.inclusion_proof(known(size), index)] == proof


@pytest.mark.parametrize(("sizes", "proof"), CONSISTENCY.items())
def test_consistency_proofs_are_the_known_ones(sizes, proof):
    old, new = sizes
    assert [each.hex() for each in merkle.consistency_proof(known(new), old)] == proof


# RFC 9162, 2.1.1, 2.1.3.1 and 2.1.4.1, word for word


def slow_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else merkle.EMPTY_ROOT
    k = split(len(leaves))
    return node_hash(slow_root(leaves[:k]), slow_root(leaves[k:]))


def slow_path(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*slow_path(m, leaves[:k]), slow_root(leaves[k:])]
    return [*slow_path(m - k, leaves[k:]), slow_root(leaves[:k])]


def slow_subproof(m, leaves, whole):
    if m == len(leaves):
        return [] if whole else [slow_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*slow_subproof(m, leaves[:k], whole), slow_root(leaves[k:])]
    return [*slow_subproof(m - k, leaves[k:], False), slow_root(leaves[:k])]


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


SIZES = st.integers(1, 300)


@given(st.data(), SIZES)
def test_trees_of_any_size_are_those_of_the_rfc(data, size):
    leaves = hashes(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root = slow_root(leaves)
    path, grown = merkle.inclusion_proof(leaves, index), merkle.consistency_proof(leaves, old)
    assert merkle.root(iter(leaves)) == root
    assert path == slow_path(index, leaves)
    assert merkle.root_from_inclusion(leaves[index], index, size, path) == root
    assert grown == slow_subproof(old, leaves, True)
    assert merkle.verify_consistency(old, slow_root(leaves[:old]), size, root, grown)


@given(st.data(), SIZES, st.integers(0, 255))
def test_a_changed_proof_proves_nothing(data, size, bit):
    leaves = hashes(size)
    old = data.draw(st.integers(0, size))
    old_root, root, proof = merkle.root(leaves[:old]), merkle.root(leaves), merkle.consistency_proof(leaves, old)
    hash_ = flipped(root, bit)
    assert not merkle.verify_consistency(old, old_root, size, hash_, proof) or old == 0  # nothing to prove then
    assert not merkle.verify_consistency(old, flipped(old_root, bit), size, root, proof)
    assert not merkle.verify_consistency(old, old_root, size, root, [*proof, root])
    for at in range(len(proof)):
        changed = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
        assert not merkle.verify_consistency(old, old_root, size, root, changed)
        assert not merkle.verify_consistency(old, old_root, size, root, proof[:at] + proof[at + 1 :])


@given(st.data(), st.integers(2, 300))
def test_a_leaf_elsewhere_has_another_root(data, size):
    leaves = hashes(size)
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    proof, root = merkle.inclusion_proof(leaves, index), merkle.root(leaves)
    if other != index:
        try:
            assert merkle.root_from_inclusion(leaves[index], other, size, proof) != root
        except ValueError as error:
            assert "proof is too" in str(error)
    for wrong in (proof[:-1], [*proof, root]):
        with pytest.raises(ValueError, match="proof is too"):
            merkle.root_from_inclusion(leaves[index], index, size, wrong)


def test_chunks_do_not_show(monkeypatch):
    monkeypatch.setattr(merkle, "_CHUNK", 8)
    for size in range(70):
        assert merkle.root(hashes(size)) == slow_root(hashes(size))


def test_what_cannot_be_is_refused():
    leaves = hashes(5)
    with pytest.raises(IndexError, match="no leaf 5"):
        merkle.inclusion_proof(leaves, 5)
    with pytest.raises(IndexError, match="never had 6"):
        merkle.consistency_proof(leaves, 6)
    with pytest.raises(ValueError, match="no leaf 5"):
        merkle.root_from_inclusion(leaves[0], 5, 5, [])
    with pytest.raises(ValueError, match="not 32 bytes"):
        merkle.root_from_inclusion(leaves[0], 0, 2, [b"short"])
    assert not merkle.verify_consistency(6, leaves[0], 5, leaves[0], [])
    assert not merkle.verify_consistency(1, leaves[0], 2, leaves[0], [])


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")
