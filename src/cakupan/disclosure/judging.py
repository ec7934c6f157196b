"""Decides, once a night is published, which of its counts of persons are hidden, beside the nights around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import psycopg

from cakupan.disclosure.cells import Count, Name, System
from cakupan.disclosure.linking import links
from cakupan.disclosure.pattern import Known, pattern
from cakupan.disclosure.stored import Judged, judged_around, keep, read_counts, unjudged
from cakupan.settings import SmallestShown, smallest_shown

AROUND = 7
"""How many published nights before and after, the nearest, a night is compared with."""

CountsOf = Callable[[psycopg.Connection[Any], date, SmallestShown], Iterable[Count]]
"""Counts that others show of a published night, beside those of schema open."""


def judge_nights(connection: psycopg.Connection[Any], others: CountsOf) -> list[date]:
    """Decide what is hidden of every published night of which that was not decided; returns the nights.

    As the role that owns the marts. A night that was decided stays as it is.
    """
    smallest = smallest_shown()
    with connection.transaction():
        nights = unjudged(connection)
    for night, run_id in nights:
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read")
            if (night, run_id) not in unjudged(connection):  # published again since, or judged by another
                continue
            counts = [*read_counts(connection, night, smallest), *others(connection, night, smallest)]
            hidden = hidden_counts(counts, night, judged_around(connection, night, AROUND))
            keep(connection, (night, run_id), smallest, counts, hidden)
    return [night for night, _ in nights]


def hidden_counts(counts: Iterable[Count], night: date, around: Sequence[Judged] = ()) -> set[Name]:
    """Return which counts of a night are hidden, beside the nights around it.

    What was hidden on one of them stays hidden until it is twice the smallest count shown: one who joins or leaves does
    not make it appear.
    """
    named = {count.name: count for count in counts}
    system = System(list(named.values()), links(named, night))
    before = {name for judged in around for name in judged.hidden}
    not_yet = {name for name in before & named.keys() if named[name].persons < 2 * named[name].least}
    known = _known(system, around)
    return system.names(pattern(system, system.mask(not_yet), system.mask(before), known))


def _known(system: System, around: Sequence[Judged]) -> list[Known]:
    """Return what readers of these nights know together of counts that are too small on one of them."""
    every = {(judged.night, place): judged for place, judged in enumerate(around)}
    found: list[Known] = []
    systems = [system, *(System(list(one.counts.values()), links(one.counts, one.night)) for one in around)]
    for one in systems:
        together: dict[frozenset[tuple[date, int]], list[int]] = defaultdict(list)
        for place, count in enumerate(one.counts):
            if count.is_small:
                nights = frozenset(night for night, judged in every.items() if count.name in judged.hidden)
                if nights:
                    together[nights].append(place)
        columns = _columns(one, system.place)
        for nights, targets in together.items():
            unknown = frozenset.intersection(*(every[night].hidden for night in nights))
            found.append(Known(one, one.mask(unknown), tuple(targets), columns))
    return found


def _columns(system: System, place: Mapping[Name, int]) -> Any:
    return np.array([place.get(count.name, -1) for count in system.counts] + [-1] * (system.size - len(system.counts)))
