"""A made-up city's counts, small enough to be attacked whole: sectors, payers, villages, districts and a roster."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from scipy.optimize import linprog

from cakupan.disclosure.cells import Count, Name
from cakupan.disclosure.linking import links

NIGHT = date(2025, 9, 9)


def count(relation: str, measure: str, cell: str, persons: int, group: str = "", *, least: int = 5) -> Count:
    return Count(Name(relation, measure, cell), int(persons), least, (relation, group or measure, cell))


def city(seed: int) -> list[Count]:
    """Return the counts of a random city, in which about a quarter is too small to be shown."""
    rng = np.random.default_rng(seed)
    villages = rng.poisson(rng.gamma(1, 40, 6))
    paid = rng.binomial(villages, 0.1)
    everybody = villages.sum()
    counts = [count("universal_coverage", "active_participants", "SAKERNAS", everybody)]
    sectors = rng.multinomial(everybody, rng.dirichlet(np.full(6, 0.5)))
    targets = sectors + rng.integers(-9, 20, 6)
    gaps = np.maximum(targets - sectors, 0)
    for code, (persons, gap) in enumerate([*zip(sectors, gaps, strict=True), (everybody, gaps.sum())]):
        cell = "SEMUA" if code == 6 else str(code)
        counts.append(count("coverage_by_sector", "active_participants", cell, persons))
        counts.append(count("coverage_by_sector", "gap_to_target", cell, gap, "active_participants", least=0))
    payers = rng.multinomial(everybody - paid.sum(), rng.dirichlet(np.full(4, 0.5)))
    for code, persons in enumerate([paid.sum(), *payers]):
        counts.append(
            count("coverage_by_funding_source", "active_participants", "DBHCHT" if code == 0 else str(code), persons)
        )
    for measure, column in (("active_participants", villages), ("by_dbhcht", paid)):
        for place, persons in enumerate(column):
            counts.append(count("coverage_by_region", measure, f"35.79.0{place // 3}.{place}", persons))
        for district in (0, 1):
            counts.append(
                count(
                    "coverage_by_district", measure, f"35.79.0{district}", column[3 * district : 3 * district + 3].sum()
                )
            )
    registered = rng.poisson(rng.gamma(1, 20, 4))
    covered = rng.binomial(registered, 0.6)
    for measure, column in zip(
        ("registered_workers", "active_participants", "not_covered"),
        (registered, covered, registered - covered),
        strict=True,
    ):
        group = "registered_workers" if measure == "registered_workers" else "active_participants"
        for category, persons in enumerate(column):
            counts.append(
                count("coverage_by_agency", measure, f"dinsos|{category}", persons, group, least=5 if category else 10)
            )
        counts.append(count("coverage_of_agency", measure, "dinsos", column.sum(), group, least=10))
    return counts


def changed(counts: list[Count], persons: dict[Name, int]) -> list[Count]:
    """Return the counts with other numbers of persons."""
    return [replace(one, persons=persons.get(one.name, one.persons)) for one in counts]


def widths(counts: list[Count], hidden: set[Name], targets: set[Name], night: date = NIGHT) -> dict[Name, float]:
    """Attack each target by itself, in the plainest way: two linear programmes over all counts."""
    named = {one.name: one for one in counts}
    place = {name: number for number, name in enumerate(named)}
    equal, at_least = [], []
    for link in links(named, night):
        row = np.zeros(len(place))
        for name, sign in link.parts:
            if name in place:
                row[place[name]] += sign
        sums_to = sum(sign * named[name].persons for name, sign in link.parts if name in named)
        if any(name not in place for name, _ in link.parts) or (link.kind == "nothing" and sums_to):
            continue
        (at_least if link.kind == "no less" else equal).append((row, 0 if link.kind != "told" else sums_to))
    bounds = [(0, None) if name in hidden else (one.persons, one.persons) for name, one in named.items()]
    found = {}
    for name in targets:
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(place))
            goal[place[name]] = sign
            solved = linprog(
                goal,
                A_eq=np.array([row for row, _ in equal]),
                b_eq=[total for _, total in equal],
                A_ub=np.array([-row for row, _ in at_least]),
                b_ub=[0] * len(at_least),
                bounds=bounds,
            )
            ends.append(np.inf if solved.status == 3 else sign * solved.fun)
        found[name] = max(ends) - min(ends) if np.inf not in ends else np.inf
    return found
