"""Hashes come back in order, each as often as it was added, whatever had to wait in a file."""

from __future__ import annotations

import tracemalloc
from hashlib import sha256

import pytest

from cakupan.ledger import merkle, sorted_hashes
from cakupan.ledger.sorted_hashes import SortedHashes


def filled(hashes: list[bytes], size: int = 32) -> SortedHashes:
    result = SortedHashes(size)
    for at in range(0, len(hashes), 100):
        result.add(hashes[at : at + 100])
    return result


@pytest.mark.parametrize("held", [1 << 24, 3200, 1])
@pytest.mark.parametrize("size", [32, 8])
def test_hashes_come_back_in_order(held: int, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_hashes, "HELD", held)
    hashes = [sha256(b"%d" % (number % 3000)).digest()[:size] for number in range(5000)]  # some are there twice
    assert list(filled(hashes, size)) == sorted(hashes)


def test_they_can_be_read_again_and_added_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_hashes, "HELD", 3200)
    hashes = [sha256(b"%d" % number).digest() for number in range(1000)]
    some = filled(hashes[:700])
    assert list(some) == list(some) == sorted(hashes[:700])
    some.add(hashes[700:])
    assert list(some) == sorted(hashes)
    assert list(SortedHashes()) == []


def test_memory_does_not_grow_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorted and put in a tree: ten times the hashes need as much memory, but for the bucket being sorted."""
    monkeypatch.setattr(sorted_hashes, "HELD", 1 << 17)
    monkeypatch.setattr(merkle, "_CHUNK", 1 << 8)

    def peak(count: int) -> int:
        tracemalloc.start()
        some = SortedHashes()
        for start in range(0, count, 100):
            some.add([sha256(b"%d" % number).digest() for number in range(start, start + 100)])
        merkle.root(some)
        (_, most) = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1000)
    assert peak(100_000) < 1.5 * peak(10_000) < 1 << 20
