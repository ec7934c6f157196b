"""No hidden count can be reckoned closer than the smallest that is shown, in one night or over three."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import pytest

from cakupan.disclosure.attack import _FEW, Interval, intervals, too_certain
from cakupan.disclosure.cells import Count, Name, System, adds_up
from cakupan.disclosure.judging import hidden_counts
from cakupan.disclosure.linking import links
from cakupan.disclosure.pattern import _Attacked, _first_rules, _Rules, pattern
from cakupan.disclosure.programme import Programme
from cakupan.disclosure.stored import Judged
from tests.disclosure.city import NIGHT, changed, city, count, widths

PARTICIPANTS = "active_participants"


def judged(counts: list[Count], *around: Judged, days: int = 0) -> Judged:
    night = NIGHT.replace(day=NIGHT.day + days)
    hidden = hidden_counts(counts, night, around)
    return Judged(night, {one.name: one for one in counts}, frozenset(hidden))


def sectors(*persons: int, total: int | None = None) -> list[Count]:
    """A city that is divided by sector alone: A, B, C …"""
    parts = [count("coverage_by_sector", PARTICIPANTS, "ABCDEFG"[place], one) for place, one in enumerate(persons)]
    return [*parts, count("coverage_by_sector", PARTICIPANTS, "SEMUA", sum(persons) if total is None else total)]


def codes(hidden: set[Name] | frozenset[Name]) -> str:
    return "".join(sorted(name.cell for name in hidden))


@pytest.mark.parametrize("seed", range(5))
def test_no_attack_on_a_night_comes_closer_than_the_smallest_count_shown(seed: int) -> None:
    counts = city(seed)
    hidden = hidden_counts(counts, NIGHT)
    small = {one.name for one in counts if one.is_small}
    assert small and small <= hidden
    least = {one.name: one.least for one in counts}
    at_best = widths(counts, {one.name for one in counts}, hidden)  # a sector whose target is 3 has no more than 3
    for name, width in widths(counts, hidden, hidden).items():
        assert width >= min(least[name], at_best[name]), name


def test_hiding_only_what_is_small_does_not_withstand_the_attack() -> None:
    """The attack that the tests make finds what it should."""
    found = [
        width < 5
        for seed in range(4)
        for counts in [city(seed)]
        for small in [{one.name for one in counts if one.is_small}]
        for width in widths(counts, small, small).values()
    ]
    assert any(found)


def test_hides_little_and_what_is_worth_least() -> None:
    assert codes(hidden_counts(sectors(3, 20, 50, 300), NIGHT)) == "AB"
    assert hidden_counts(sectors(5, 20, 50, 300), NIGHT) == set()
    # 1 and 2 add up to 3: whoever knows that knows both closely enough
    assert codes(hidden_counts(sectors(1, 2, 50, 300), NIGHT)) == "ABC"


def test_counts_of_a_group_are_shown_together_or_not() -> None:
    counts = [
        count("coverage_by_agency", "registered_workers", "distan|PETANI", 50),
        count("coverage_by_agency", PARTICIPANTS, "distan|PETANI", 48, PARTICIPANTS),
        count("coverage_by_agency", "not_covered", "distan|PETANI", 2, PARTICIPANTS),
    ]
    assert {name.measure for name in hidden_counts(counts, NIGHT)} == {PARTICIPANTS, "not_covered"}


@pytest.mark.parametrize(
    ("status", "code"), [("UNRESOLVED", "UNRESOLVED_PARTICIPANT"), ("NOT_ON_DECREE", "NOT_ON_DECREE")]
)
def test_hidden_worker_months_are_not_told_by_the_findings_that_count_them(status: str, code: str) -> None:
    """Each of these findings is one worker-month: 27 of them are the 27 months of three persons."""
    counts = [
        count("dbhcht_protection", measure, f"2025|{row}", persons, "worker_months")
        for row, months, workers in ((status, 27, 3), ("PROTECTED", 447, 59), ("NOT_POSTED", 76, 17))
        for measure, persons in (("worker_months", months), ("workers", workers))
    ]
    every = [("SEMUA", 27), ("2.07", 9), ("2.17", 18)]
    counts += [
        count("findings_by_office", "findings", f"2025|{code}|warning|{office}", found) for office, found in every
    ]
    hidden = hidden_counts(counts, NIGHT)
    assert Name("dbhcht_protection", "worker_months", f"2025|{status}") in hidden
    assert Name("findings_by_office", "findings", f"2025|{code}|warning|SEMUA") in hidden


def test_the_same_counts_give_the_same_pattern_in_whatever_order_they_come() -> None:
    counts = city(3)
    assert hidden_counts(counts, NIGHT) == hidden_counts(counts[::-1], NIGHT)


def test_the_attack_finds_what_a_sum_tells() -> None:
    parts = [count("r", "n", cell, persons) for cell, persons in (("a", 3), ("b", 4), ("c", 90))]
    total = count("r", "n", "t", 97)
    system = System([*parts, total], [adds_up(total.name, [part.name for part in parts])])
    hidden = system.mask({parts[0].name, parts[1].name})
    (first, second) = intervals(system, hidden, [system.place[parts[0].name], system.place[parts[1].name]])
    assert [(one.least, one.most, one.width) for one in (first, second)] == [(0, 7, 7), (0, 7, 7)]
    alone = system.mask({parts[0].name})
    assert [one.width for one in intervals(system, alone, [system.place[parts[0].name]])] == [0]


@pytest.mark.parametrize("seed", [1, 4, 6, 8, 15, 18])  # some counts are known nearly
def test_looking_at_many_counts_at_once_finds_what_looking_at_each_does(seed: int) -> None:
    named = {one.name: one for one in city(seed)}
    system = System(list(named.values()), links(named, NIGHT))
    others = np.random.default_rng(seed).random(system.size) < 0.7
    hidden = others | system.mask(())
    places = [int(place) for place in np.flatnonzero(others[: len(system.counts)])]
    assert len(places) > _FEW
    names = {system.counts[place].name for place in places}
    alone = widths(list(named.values()), names, names)
    at_once = {found.place: found for found in intervals(system, hidden, places)}
    for place, found in at_once.items():
        width = alone[system.counts[place].name]
        assert found.most - found.least == pytest.approx(width, abs=1e-4) or (found.most > 1000 and width == np.inf)
    narrow = {place for place, found in at_once.items() if found.width < system.least[place]}
    assert any(at_once[place].width > 0 for place in narrow)
    assert {found.place: found.width for found in too_certain(system, hidden, places)} == {
        place: at_once[place].width for place in narrow
    }
    for found in at_once.values():  # by duality, also of those that stand behind others
        assert found.widened_by(system)[hidden].sum() == pytest.approx(found.most - found.least, abs=1e-4)


def test_what_stays_certain_is_not_pushed_again_and_moves_nothing_that_it_does_not_tell_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs = [[count("r", "n", f"{row}{side}", 20) for side in "ab"] for row in range(_FEW)]
    totals = [count("r", "n", f"{row}t", 40) for row in range(_FEW)]
    others = [count("s", "n", f"{row}", 20) for row in range(50)]
    sums = [adds_up(total.name, [one.name for one in pair]) for total, pair in zip(totals, pairs, strict=True)]
    system = System([*chain(*pairs), *totals, *others], sums)
    certain = [pair[0].name for pair in pairs]  # the other of its sum is shown
    hidden = system.mask({*certain, *(one.name for one in others)})
    solved = list[int]()
    solve = Programme.solve

    def counted(programme: Programme, goal: Any) -> Any:
        solved.append(len(goal))
        return solve(programme, goal)

    monkeypatch.setattr(Programme, "solve", counted)
    found = too_certain(system, hidden, [system.place[name] for name in certain])
    assert [(one.least, one.most) for one in found] == [(20, 20)] * _FEW
    assert solved == 2 * [_FEW] + 2 * _FEW * [1]  # all together, up and down, then each by itself


def test_a_sum_of_a_thousand_parts_is_kept_uncertain_without_a_rule_for_each_of_them() -> None:
    parts = [count("r", "n", f"{row}", 3 if row == 7 else 20) for row in range(1000)]
    total = count("r", "n", "t", sum(part.persons for part in parts))
    system = System([*parts, total], [adds_up(total.name, [part.name for part in parts])])
    rules = _Rules(len(system.counts))
    _first_rules(system, rules)
    assert sum(map(len, rules.weights)) < len(parts)
    nothing = np.zeros(system.size, dtype=bool)
    hidden = system.names(pattern(system, nothing, nothing))
    assert parts[7].name in hidden and len(hidden) == 2


def test_a_count_is_tried_again_where_less_is_hidden_than_when_it_was_wide() -> None:
    counts = sectors(3, 20, 50, 300)
    system = System(counts, links({one.name: one for one in counts}, NIGHT))
    small, *others = (system.place[one.name] for one in counts)
    attacked = _Attacked(system, np.ones(system.size, dtype=bool))
    for hidden, certain in (
        ([small, others[0]], []),
        ([small, others[1]], []),
        ([small], [small]),
        ([small, others[0]], []),
    ):
        found = attacked.too_certain(system.mask(system.counts[place].name for place in hidden), [small])
        assert [one.place for one in found] == certain


def test_what_cannot_be_kept_uncertain_keeps_nothing_else_from_being() -> None:
    counts = [count("r", "n", "a", 2), count("s", "n", "b", 3), count("s", "n", "c", 9), count("s", "n", "d", 50)]
    total = count("s", "n", "t", 62)
    system = System([*counts, total], [adds_up(total.name, [one.name for one in counts[1:]])])
    nothing = np.zeros(system.size, dtype=bool)
    assert codes(system.names(pattern(system, nothing, nothing))) == "abc"


def test_a_rule_that_rules_nothing_out_has_all_hidden_rather_than_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Interval, "widened_by", lambda _, system: np.full(system.size, 100.0))
    counts = sectors(1, 2, 50, 300)  # of which the rules to begin with hide no more than 1 and 2
    assert codes(hidden_counts(counts, NIGHT)) == "ABCDSEMUA"


def test_one_who_joins_does_not_make_a_hidden_count_appear() -> None:
    first = judged(sectors(4, 20, 50, 300))
    second = judged(sectors(5, 20, 50, 300), first, days=1)
    assert codes(first.hidden) == codes(second.hidden) == "AB"
    third = judged(sectors(9, 20, 50, 300), first, second, days=2)
    assert codes(third.hidden) == "AB"
    fourth = judged(sectors(12, 20, 50, 300), first, second, third, days=3)
    assert codes(fourth.hidden) == "AB"  # of which the first night, with its 4, could be reckoned
    assert codes(judged(sectors(12, 20, 50, 300), fourth, days=8).hidden) == ""


def test_a_night_is_not_undone_by_what_another_shows() -> None:
    """B is hidden for A's sake. Were C hidden in its place later, B of then and the sum of before would tell A."""
    first = judged(sectors(3, 20, 21, 300))
    second = judged(sectors(3, 20, 19, 302), first, days=1)
    third = judged(sectors(3, 30, 19, 302), first, second, days=2)
    assert codes(first.hidden) == "AB"
    assert {"A", "B"} <= set(codes(second.hidden)) and {"A", "B"} <= set(codes(third.hidden))


def test_a_past_night_built_again_is_held_against_later_ones_and_what_it_showed() -> None:
    later = judged(sectors(3, 20, 21, 300), days=1)
    assert codes(judged(sectors(3, 20, 19, 302), later).hidden) == "AB"
    shown_before = judged(sectors(3, 20, 21, 300))
    assert codes(judged(sectors(5, 20, 19, 302), shown_before).hidden) == "AB"


@pytest.mark.parametrize("seed", range(2))
def test_no_attack_on_three_nights_that_takes_for_unchanged_what_one_of_them_shows(seed: int) -> None:
    """Who reads three nights knows every count that one of them shows; small counts stay as uncertain as on one."""
    rng = np.random.default_rng(seed)
    counts = city(seed)
    nights = [judged(counts)]
    for day in (1, 2):
        counts = _a_day_later(counts, rng)
        nights.append(judged(counts, *nights, days=day))
    for night in nights:
        for name in (one.name for one in night.counts.values() if one.is_small):
            hidden_on = [other for other in nights if name in other.hidden]
            own = list(night.counts.values())
            together, until_then = (
                set(frozenset.intersection(*(other.hidden for other in of)))
                for of in (hidden_on, [other for other in hidden_on if other.night <= night.night])
            )
            if together != until_then:  # else it is the attack on a night, or on the nights until then
                asked = widths(own, together, {name})[name], widths(own, until_then, {name})[name]
                assert asked[0] >= min(5, asked[1])


def _a_day_later(counts: list[Count], rng: np.random.Generator) -> list[Count]:
    """Let a few persons join: in a village, a sector, under a payer."""
    persons = {one.name: one.persons for one in counts}
    for _ in range(int(rng.integers(1, 4))):
        village = f"35.79.0{(place := int(rng.integers(6))) // 3}.{place}"
        sector, payer = str(rng.integers(6)), str(rng.integers(1, 5))
        for relation, cell in (
            ("universal_coverage", "SAKERNAS"), ("coverage_by_sector", sector), ("coverage_by_sector", "SEMUA"),
            ("coverage_by_funding_source", payer), ("coverage_by_region", village),
            ("coverage_by_district", village[:8]),
        ):  # fmt: skip
            persons[Name(relation, PARTICIPANTS, cell)] += 1
    return changed(counts, persons)
