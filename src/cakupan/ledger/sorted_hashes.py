"""Hashes put in order, of any number, in memory that does not grow with them."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import IO

from cakupan.ledger.merkle import HASH_SIZE

HELD = 1 << 23
"""Bytes of hashes that are held in memory; what is more waits in a temporary file."""


class SortedHashes:
    """Hashes that are added in any order and read in ascending order, as often as one likes.

    They fall into 256 buckets by their first byte, each with the same chance: a bucket of many millions is still small.
    """

    def __init__(self, size: int = HASH_SIZE) -> None:
        self._size = size
        self._buckets = [bytearray() for _ in range(256)]
        self._ends = array("Q")  # in the file: of each bucket, and so on for each time that some were written
        self._held = 0

    def add(self, hashes: Iterable[bytes]) -> None:
        """Add some hashes; so many at once as memory may hold besides."""
        buckets = self._buckets
        held = self._held
        for each in hashes:
            buckets[each[0]] += each
            held += self._size
        self._held = held
        if held > HELD:
            self._write()

    def __iter__(self) -> Iterator[bytes]:
        size = self._size
        for number, bucket in enumerate(self._buckets):
            data = b"".join([*self._written(number), bucket]) if self._ends else bytes(bucket)
            if data:
                yield from sorted([data[at : at + size] for at in range(0, len(data), size)])

    def _write(self) -> None:
        """Write what is held behind what was written before."""
        for bucket in self._buckets:
            self._file.write(bucket)
            self._ends.append(self._file.tell())
            bucket.clear()
        self._file.flush()
        self._held = 0

    def _written(self, number: int) -> Iterator[bytes]:
        """Read what was written of a bucket."""
        for place in range(number, len(self._ends), len(self._buckets)):
            start = self._ends[place - 1] if place else 0
            yield os.pread(self._file.fileno(), self._ends[place] - start, start)

    @cached_property
    def _file(self) -> IO[bytes]:
        return tempfile.TemporaryFile()
