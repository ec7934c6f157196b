"""Many nights of one city: whether a night takes longer, or writes more, the more nights there are."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks import stages
from benchmarks.city import delivered
from benchmarks.measuring import disk
from benchmarks.table import Line

ENDS = 10
"""Nights at either end whose mean is compared."""
NEARER, FARTHER = 10, 1000
"""The nights between which the slope is followed."""


def follow(nights: list[date], deliveries: Path, next_night: stages.Cost) -> list[Line]:
    """Run the nights after the next one and print what each cost; returns the lines of the last table.

    Start-up does the same work each night, so how long it takes is the machine's pace, which changes by itself. Feeds
    that list all that ever happened deliver more each night: what costs no more than that is no history's doing.
    """
    costs = [next_night]
    print(f"{'night':<12}{'seconds':>10}{'start-up':>10}{'delivered kB':>14}{'tables kB':>12}{'log kB':>12}")
    for as_of in nights:
        before = disk()
        measured = stages.run(as_of, deliveries)
        after = disk()
        grown, logged = after.total - before.total, after.log - before.log
        cost = stages.Cost(measured.night, measured.start_up, delivered(deliveries, as_of), grown, logged)
        costs.append(cost)
        seconds = f"{cost.seconds:>10.2f}{cost.start_up:>10.2f}{cost.delivered / 1024:>14,.0f}"
        print(f"{as_of!s:<12}{seconds}{cost.tables / 1024:>12,.0f}{cost.log / 1024:>12,.0f}", flush=True)
    print()
    return [
        *_lines("seconds", [cost.seconds for cost in costs], "s"),
        *_lines("seconds / start-up's", [cost.seconds / cost.start_up for cost in costs], ""),
        *_lines("delivered", [cost.delivered / 1024 for cost in costs], "kB", goal=None),
        *_lines("tables", [cost.tables / 1024 for cost in costs], "kB"),
        *_lines("log", [cost.log / 1024 for cost in costs], "kB"),
    ]


def _lines(what: str, values: Sequence[float], unit: str, *, goal: float | None = 1.1) -> list[Line]:
    ends = min(ENDS, max(1, len(values) // 2))
    first, last = statistics.mean(values[:ends]), statistics.mean(values[-ends:])
    slope, _ = statistics.linear_regression(range(len(values)), values)
    return [
        Line(f"{what} a night, mean of the first {ends}", first, unit),
        Line(f"{what} a night, mean of the last {ends}", last, unit),
        Line(f"{what}, last / first", last / first if first else 1.0, "", goal),
        Line(f"{what}, slope a night", slope, unit),
        Line(f"{what}, night {FARTHER} / night {NEARER} by that slope", _farther(first, slope), "", goal),
    ]


def _farther(first: float, slope: float) -> float:
    return (first + slope * (FARTHER - NEARER)) / first if first else 1.0
