"""`make faults`: every step of a night is killed and done again, and the night must come out as if nothing was.

In a night each step is killed, tried again and killed again, each time at one of the points that it passes, chosen so
that all kinds of point come up; then it is done, and so on until there were as many kills as asked for. The steps run
in forks of this process.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence

from tests.faults.deliveries_from import SOURCES
from tests.faults.installations import installation, kill_server, stop_server_at_once
from tests.faults.points import kill
from tests.faults.rounds import Fault, Sweep, prepared
from tests.faults.table import Kills, table

TIMES = 2
"""How often a step is killed before it may end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rounds and print a table of each kind of source; returns 1 where something came out otherwise."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--points", type=int, default=200, help="at how many points at least a night is killed")
    parser.add_argument("--server", type=int, default=20, help="how often the database server is, beside")
    parser.add_argument("--sources", choices=SOURCES, help="where deliveries come from (otherwise all of these)")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server ends with this
    chosen = [given.sources] if given.sources else list(SOURCES)
    wrong = 0
    for sources in chosen:
        with installation() as home, prepared(home, sources) as sweep:
            wrong += Report(sweep, sources).run(given.points / len(chosen), round(given.server / len(chosen)))
    return int(wrong > 0)


class Report:
    """The rounds with one kind of source, told as they go and in a table at the end."""

    def __init__(self, sweep: Sweep, sources: str) -> None:
        self.sweep, self.sources = sweep, sources
        self.rounds, self.wrong, self.began = 0, 0, time.monotonic()

    def run(self, kills: float, of_server: int) -> int:
        """Kill so often at least, and the server in the first night; returns how many lines tell of a difference."""
        steps = [step.name for step in self.sweep.steps]
        faults: dict[str, list[Fault]] = {name: [kill] * TIMES for name in steps}
        for number in range(of_server):
            name = steps[number * len(steps) // of_server]
            faults[name] = [*faults[name][1:], (kill_server, stop_server_at_once)[number % 2]]
        while self.sweep.killed.total() < kills:
            self._round(faults)
            faults = {name: [kill] * TIMES for name in steps}
        self._table(self.sweep.killed, self.sweep.server)
        return self.wrong

    def _round(self, faults: dict[str, list[Fault]]) -> None:
        self.rounds += 1
        lines = self.sweep.round(faults)
        self.wrong += len(lines)
        for line in [*lines, f"{self.sweep.killed.total()} kills, {time.monotonic() - self.began:.0f} s"]:
            sys.stdout.write(f"{self.sources}, night {self.rounds}: {line}\n")
        sys.stdout.flush()

    def _table(self, killed: Kills, server: Kills) -> None:
        points = sum(map(len, self.sweep.points.values()))
        lines = [
            f"deliveries from {self.sources}: {killed.total()} kills of a process and {server.total()} of the server in"
            f" {self.rounds} nights of {len(self.sweep.steps)} steps and {points} points, {self.wrong} lines of what"
            f" came out otherwise, {time.monotonic() - self.began:.0f} s",
            *table(killed, server),
        ]
        sys.stdout.write("\n" + "\n".join(lines) + "\n\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
