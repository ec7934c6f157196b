"""Chooses what is hidden: as little as can be, so that every hidden count stays as uncertain as its smallest shown is.

An integer programme (HiGHS) chooses, the attack tells where that does not suffice and which counts would help, and the
programme chooses again, until no attack succeeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cakupan.disclosure.attack import Interval, too_certain
from cakupan.disclosure.cells import System
from cakupan.disclosure.programme import Programme

Mask = NDArray[np.bool_]

_NODES = 2_000  # of the search, not seconds: the same counts give the same pattern on every machine
_LONG = 100  # counts of a link, from which the rules of each of them are left to the attack to find
_STANDING = 0.05  # what it costs to hide what was hidden on another night, beside hiding something else


@dataclass(frozen=True)
class Known:
    """What somebody knows who was shown other nights: only counts that were hidden on all of them are unknown.

    Counts are those of one of these nights. `system` has the columns that night had; `targets` are to stay uncertain.
    """

    system: System
    unknown: Mask
    """by column of `system`: what was hidden on all of those nights, the targets among it"""
    targets: tuple[int, ...]
    column: NDArray[np.intp]
    """by column of `system`: the column of the pattern, -1 where it is none"""


@dataclass
class _Rules:
    """Rows of the integer programme: weights of groups, which together are to reach a number."""

    width: int
    groups: list[NDArray[np.intp]] = field(default_factory=list)
    """of each row, those whose weight is not nothing"""
    weights: list[NDArray[np.float64]] = field(default_factory=list)
    reach: list[float] = field(default_factory=list)

    def add(self, weights: NDArray[np.float64], reach: float = 0.0) -> None:
        self.groups.append(np.flatnonzero(weights))
        self.weights.append(weights[self.groups[-1]])
        self.reach.append(reach)

    def rows(self) -> csr_array:
        ends = np.cumsum([0, *map(len, self.groups)])
        weights = np.concatenate([np.zeros(0), *self.weights])
        groups = np.concatenate([np.zeros(0, dtype=np.intp), *self.groups])
        return csr_array((weights, groups, ends), shape=(len(self.reach), self.width))


@dataclass
class _Attacked:
    """One who attacks the pattern of each round, and remembers of which counts that need not be tried again."""

    system: System
    most: Mask
    """all that could be hidden from this one"""
    helpless: set[int] = field(default_factory=set)
    _wide: set[int] = field(default_factory=set)
    _hidden: Mask | None = None

    def too_certain(self, hidden: Mask, places: Iterable[int]) -> list[Interval]:
        """Return those of these counts that are too certain, and would be less so if more were hidden."""
        if self._hidden is None or not (hidden >= self._hidden).all():  # to hide more makes nothing more certain
            self._wide.clear()
        self._hidden = hidden
        tried = [place for place in places if place not in self._wide]
        certain = too_certain(self.system, hidden, tried)
        self._wide |= set(tried) - {found.place for found in certain}
        self.helpless |= {found.place for found in too_certain(self.system, self.most, [f.place for f in certain])}
        return [found for found in certain if found.place not in self.helpless]


def pattern(system: System, forced: Mask, standing: Mask, known: Sequence[Known] = ()) -> Mask:
    """Return what is hidden. `forced` is in any case; `standing` was on other nights, and is taken first.

    Where even hiding all that is linked with a count leaves it too certain, only that is left undone. No pattern is
    tried twice: all is hidden instead.
    """
    if not system.counts:
        return np.zeros(system.size, dtype=bool)
    groups = system.groups
    size = int(groups.max()) + 1
    small = np.array([count.is_small for count in system.counts])
    must = np.zeros(size, dtype=bool)
    must[groups[small | forced[: len(groups)]]] = True
    costs = _costs(system, standing, size)
    rules = _Rules(size)
    _first_rules(system, rules)
    of_night = _Attacked(system, np.ones(system.size, dtype=bool))
    of_others = [_Attacked(one.system, one.unknown) for one in known]
    tried = set[bytes]()
    while True:
        chosen = _solve(costs, must, rules)
        if chosen.tobytes() in tried:  # a rule that rounding kept from ruling it out
            chosen = np.ones(size, dtype=bool)
        tried.add(chosen.tobytes())
        hidden = np.append(chosen[groups], np.ones(system.size - len(groups), dtype=bool))
        found = len(rules.reach)
        _audit(of_night, hidden, rules)
        if len(rules.reach) > found:  # others are asked of what withstands the attack on the night itself
            continue
        for one, attacked in zip(known, of_others, strict=True):
            _audit_known(attacked, one, system, hidden, rules)
        if len(rules.reach) == found:
            return hidden


def _costs(system: System, standing: Mask, size: int) -> NDArray[np.float64]:
    """Weigh what hiding a group takes from readers: more of large counts; and make ties impossible."""
    costs = np.zeros(size)
    for place, count in enumerate(system.counts):
        worth = 1 + np.log1p(count.persons)
        costs[system.groups[place]] += worth * (_STANDING if standing[place] else 1)
    return np.asarray(costs + np.arange(size) * 1e-6)


def _first_rules(system: System, rules: _Rules) -> None:
    """Ask that no count is hidden alone among those of a link: what the attack would find first."""
    groups = system.groups
    links = system.links
    for row in range(links.shape[0]):
        places = links.indices[links.indptr[row] : links.indptr[row + 1]]
        # Of a bound something is never seen. Of a long sum it would be as many rules as parts, each of all of them.
        if (places >= len(groups)).any() or len(places) > _LONG:
            continue
        for place in places:
            weights = np.zeros(rules.width)
            weights[np.unique(groups[places[places != place]])] = 1
            if weights.any() and not weights[groups[place]]:
                weights[groups[place]] = -1
                rules.add(weights)


def _solve(costs: NDArray[np.float64], must: NDArray[np.bool_], rules: _Rules) -> NDArray[np.bool_]:
    if not must.any() and not rules.reach:
        return must
    lower = np.array(rules.reach) - 1e-7
    programme = Programme(
        rules.rows(), lower, np.full(len(lower), np.inf), must.astype(float), np.ones(len(costs)),
        mip_max_nodes=_NODES, mip_rel_gap=1e-3,
    )  # fmt: skip
    programme.only_whole()
    chosen = programme.solve(costs)
    if chosen is None:  # not found in so many nodes: all hidden keeps every rule
        return np.ones(len(costs), dtype=bool)
    return np.asarray(chosen > 0.5)


def _audit(attacked: _Attacked, hidden: Mask, rules: _Rules) -> None:
    """Attack the pattern, and add a rule for each count that is too certain."""
    system = attacked.system
    places = set(np.flatnonzero(hidden[: len(system.counts)]).tolist()) - attacked.helpless
    for found in attacked.too_certain(hidden, sorted(places)):
        reach = found.to_reach(float(system.least[found.place]))
        widened_by = found.widened_by(system)
        weights = np.zeros(rules.width)
        np.add.at(weights, system.groups, widened_by[: len(system.counts)])
        weights = np.minimum(weights, reach)
        weights[system.groups[found.place]] -= reach  # only if it is hidden itself
        rules.add(weights, -min(widened_by[len(system.counts) :].sum(), reach))


def _audit_known(attacked: _Attacked, known: Known, system: System, hidden: Mask, rules: _Rules) -> None:
    """Attack what is hidden now and was hidden on other nights, with the counts of one of them."""
    unknown = known.unknown & ((known.column < 0) | hidden[known.column])  # what is counted no more is not told either
    places = [place for place in known.targets if place not in attacked.helpless]
    unknown[places] = True
    for found in attacked.too_certain(unknown, places):
        reach = found.to_reach(float(known.system.least[found.place]))
        widened_by = found.widened_by(known.system)
        weights = np.zeros(rules.width)
        own = 0.0
        for place in np.flatnonzero(known.unknown & (widened_by > 0)):
            if known.column[place] < 0 or place == found.place:
                own += widened_by[place]
            else:
                weights[system.groups[known.column[place]]] += widened_by[place]
        rules.add(np.minimum(weights, reach), reach - min(own, reach))
