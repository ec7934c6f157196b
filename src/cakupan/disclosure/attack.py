"""What an attacker can compute of hidden counts, by linear programming with HiGHS.

Known are all counts that are shown, what links them with the hidden ones, and that nobody is counted less than never.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from cakupan.disclosure.cells import System
from cakupan.disclosure.programme import Programme

_ROUNDING = 1e-6
_TRIES = 12
"""How often, at most, hidden counts are pushed together; those that did not go far enough are looked at singly then."""
_FEW = 10  # counts that are looked at singly in less time
_PRIMAL = 4  # the simplex method to which where it ended for one goal is a beginning for the next


@dataclass(frozen=True)
class Interval:
    """Between which numbers a hidden count must lie."""

    place: int
    least: float
    most: float
    prices: NDArray[np.float64]
    """what each link is worth, were it not to hold: of going up, and of going down"""

    @property
    def width(self) -> float:
        """How far the whole numbers that it may be lie apart."""
        return float(_width(self.least, self.most))

    def to_reach(self, width: float) -> float:
        """Return what `widened_by` of all that is hidden must add up to for the width, which it does not reach now."""
        return max(width, self.most - self.least + 0.5)

    def widened_by(self, system: System) -> NDArray[np.float64]:
        """Return by how much each count, were it hidden, would widen it: the width is never more than their sum.

        What linear programmes call reduced costs.
        """
        reduced = -(self.prices @ system.links)
        reduced[:, self.place] += (-1, 1)
        # Least of goal * deviation: a positive reduced cost is paid down to nobody, a negative one up to the most.
        each_way = np.where(reduced > 0, reduced * system.persons, -reduced * _most(system))
        return np.asarray(each_way.sum(axis=0))


def too_certain(system: System, hidden: NDArray[np.bool_], places: Sequence[int]) -> list[Interval]:
    """Return the intervals of those of these hidden counts that are narrower than the smallest count shown."""
    narrow = intervals(system, hidden, _not_seen_far(system, hidden, places))
    return [found for found in narrow if found.width < system.least[found.place]]


def _not_seen_far(system: System, hidden: NDArray[np.bool_], places: Sequence[int]) -> list[int]:
    """Leave out the counts of which two possible truths are found that lie far enough apart.

    Nearly all do, and one programme finds such truths of many: all that are left are pushed at once, each up or down,
    for as long as that finds more.
    """
    left = np.array(places, dtype=np.intp)
    if len(left) < _FEW:
        return list(places)
    piece_of = _piece_of(system, hidden)
    moves = _Moves(system, np.flatnonzero(hidden & np.isin(piece_of, piece_of[left])))
    least, most = system.persons.copy(), system.persons.copy()
    pushes = np.random.default_rng(0)  # the same on every machine
    for _ in range(_TRIES):
        push = pushes.uniform(-1, 1, len(moves.members)) * np.isin(moves.members, left)
        for goal in (push, -push):
            moved = system.persons[moves.members] + moves.least(goal)
            least[moves.members] = np.minimum(least[moves.members], moved)
            most[moves.members] = np.maximum(most[moves.members], moved)
        before, left = left, left[_width(least[left], most[left]) < system.least[left]]
        if len(left) == len(before) or len(left) < _FEW:
            break
    return [int(place) for place in left]


def intervals(system: System, hidden: NDArray[np.bool_], places: Sequence[int]) -> Iterator[Interval]:
    """Compute the interval of each of these hidden counts."""
    if not len(places):
        return
    piece_of = _piece_of(system, hidden)
    wanted = np.array(places, dtype=np.intp)
    for piece in np.unique(piece_of[wanted]):
        moves = _Moves(system, np.flatnonzero((piece_of == piece) & hidden))
        for place in wanted[piece_of[wanted] == piece]:
            yield moves.interval(int(place))


class _Moves:
    """How far hidden counts can be from the truth together while all that links them holds."""

    def __init__(self, system: System, members: NDArray[np.intp]) -> None:
        self.members = members
        self._system = system
        links = csr_array(system.links[:, members])
        self._touched = np.flatnonzero(np.diff(links.indptr))  # the links that say something of them
        nothing = np.zeros(len(self._touched))
        persons = system.persons[members]
        self._programme = Programme(
            csr_array(links[self._touched]), nothing, nothing, -persons, np.full(len(members), _most(system)),
            simplex_strategy=_PRIMAL,
        )  # fmt: skip

    def least(self, goal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far each moves for the least of a goal."""
        moved = self._programme.solve(goal)
        if moved is None or not self._programme.is_solved:
            raise RuntimeError("HiGHS found no interval of hidden counts")
        return moved

    def interval(self, place: int) -> Interval:
        """Solve how far one of them can go up, and how far down."""
        column = np.searchsorted(self.members, place)
        ends, prices = [], np.zeros((2, self._system.links.shape[0]))
        for way, sign in enumerate((-1.0, 1.0)):
            goal = np.zeros(len(self.members))
            goal[column] = sign
            ends.append(float(self._system.persons[place] + self.least(goal)[column]))
            prices[way, self._touched] = self._programme.prices
        most, least = ends
        return Interval(place, least, most, prices)


def _piece_of(system: System, hidden: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return a number for each column: hidden ones that tell of one another have the same."""
    rows, columns = system.links.nonzero()
    told = hidden[columns]
    every = system.links.shape[0] + system.size  # links tell of counts, and counts of links
    graph = csr_array((np.ones(told.sum()), (system.size + rows[told], columns[told])), shape=(every, every))
    piece_of = connected_components(graph, directed=False)[1][: system.size]
    return np.asarray(piece_of, dtype=np.intp)


def _most(system: System) -> float:
    """Return what no count can exceed: so much that it never bounds one by itself."""
    return 10 * float(system.persons.max(initial=0)) + 1000


def _width(least: Any, most: Any) -> Any:
    return np.floor(most + _ROUNDING) - np.ceil(least - _ROUNDING)
