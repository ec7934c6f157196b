"""What is measured: seconds of stages, bytes written to disk, the most memory that Python took."""

from __future__ import annotations

import contextlib
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cakupan.database import Role, connect


@dataclass
class Timings:
    """Seconds by stage, in the order in which the stages began."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextlib.contextmanager
    def clock(self, stage: str) -> Iterator[None]:
        """Add the time of the block to the stage's."""
        began = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began

    @property
    def total(self) -> float:
        """All stages together."""
        return sum(self.seconds.values())


@dataclass(frozen=True)
class Disk:
    """The bytes of every table with its indexes, and how far the write-ahead log has come."""

    tables: dict[str, int]
    log: int

    @property
    def total(self) -> int:
        """All tables together."""
        return sum(self.tables.values())

    def grown_since(self, before: Disk) -> dict[str, int]:
        """Return the bytes by which each table grew, the most first; none for one that did not."""
        grown = {name: size - before.tables.get(name, 0) for name, size in self.tables.items()}
        return dict(sorted(((n, b) for n, b in grown.items() if b > 0), key=lambda each: (-each[1], each[0])))


def disk() -> Disk:
    """Measure what is on disk now; what the floor keeps is left out."""
    with connect(Role.ADMIN) as connection:
        tables = connection.execute(
            "select n.nspname || '.' || c.relname, pg_total_relation_size(c.oid)"
            " from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> all(%s)",
            (["information_schema", "floor"],),
        ).fetchall()
        row = connection.execute("select pg_current_wal_lsn() - '0/0'::pg_lsn").fetchone()
    return Disk(dict(tables), int(row[0]) if row else 0)


def most_memory() -> int:
    """Return the most bytes that this process, or one that it forked and that has ended, held at a time.

    Linux also counts, in what getrusage says of a process itself, what the one that began it held.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    forked = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return max(int(line.split()[1]) * 1024, forked)
    return max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit, forked)
