"""Leaves that are read in the order in which rows are stored, and told in the order of the rows' addresses.

PostgreSQL puts a row where there is room for it, so that what was written in order is stored in stretches of rows that
follow one another: they need not be read a second time, only put one behind the other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import pairwise

from cakupan.ledger.merkle import HASH_SIZE
from cakupan.ledger.sorted_hashes import HELD

Address = tuple[bytes, int]
"""Sheet, as COPY writes it, and number of a row."""
READ_AT_ONCE = 1 << 14  # leaves
MOST = 1 << 16
"""Stretches that are kept in memory; rows that lie in more are as good as strewn."""


class Stretches:
    """Leaves in stretches; what memory should not hold waits in a temporary file."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=HELD)  # noqa: SIM115 goes with the object
        self._begun: list[tuple[Address, int]] = []
        self._ended: list[Address] = []
        self._count = 0

    def begin(self, first: Address, after: Address, ahead: int) -> None:
        """Begin a stretch with the row at `first`, as the one before ended with `after`; `ahead` leaves are not added
        yet that come before it."""
        if len(self._begun) <= MOST:
            self._begun.append((first, self._count + ahead))
            self._ended.append(after)

    def add(self, leaves: Iterable[bytes]) -> None:
        """Add the next leaves."""
        self._count += self._file.write(b"".join(leaves)) // HASH_SIZE

    def in_order(self, last: Address) -> Iterator[bytes] | None:
        """Return the leaves in the order of their rows, of which `last` was read last; None where stretches mix or
        are too many."""
        if len(self._begun) > MOST:
            return None
        firsts, starts = [first for first, _ in self._begun], [at for _, at in self._begun]
        lasts = [*self._ended, last][1:]
        stretches = sorted(zip(firsts, lasts, pairwise([*starts, self._count]), strict=True))
        if any(last >= first for (_, last, _), (first, _, _) in pairwise(stretches)):
            return None
        return (leaf for _, _, (start, stop) in stretches for leaf in self._read(start, stop))

    def _read(self, start: int, stop: int) -> Iterator[bytes]:
        self._file.seek(start * HASH_SIZE)
        for at in range(start, stop, READ_AT_ONCE):
            data = self._file.read((min(stop, at + READ_AT_ONCE) - at) * HASH_SIZE)
            yield from (data[each : each + HASH_SIZE] for each in range(0, len(data), HASH_SIZE))
