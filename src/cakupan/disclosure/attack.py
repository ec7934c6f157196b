"""What an attacker can compute of hidden counts, by linear programming with HiGHS.

Known are all counts that are shown, what links them with the hidden ones, and that nobody is counted less than never.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array, eye_array, kron
from scipy.sparse.csgraph import connected_components

from cakupan.disclosure.cells import System

_AT_ONCE = 20_000
"""Unknowns of one linear programme: that of each hidden count is put beside those of others."""
_ROUNDING = 1e-6
_TRIES = 12
"""How often, at most, hidden counts are pushed together; those that did not go far enough are looked at singly then."""
_FEW = 10  # counts that are looked at singly in less time


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
        """Return what `widens` of all that is hidden must add up to for the width, which it does not reach now."""
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
    piece_of = _piece_of(system, hidden)
    least, most = system.persons.copy(), system.persons.copy()
    pushes = np.random.default_rng(0)  # the same on every machine
    for _ in range(_TRIES):
        if len(left) < _FEW:
            break
        members = np.flatnonzero(hidden & np.isin(piece_of, piece_of[left]))
        links = _touching(system, members)[1]
        push = pushes.uniform(-1, 1, len(members)) * np.isin(members, left)
        for goal in (push, -push):
            moved = system.persons[members] + _solve(system, members, links, goal).x
            least[members] = np.minimum(least[members], moved)
            most[members] = np.maximum(most[members], moved)
        before, left = left, left[_width(least[left], most[left]) < system.least[left]]
        if len(left) == len(before):
            break
    return [int(place) for place in left]


def intervals(system: System, hidden: NDArray[np.bool_], places: Sequence[int]) -> Iterator[Interval]:
    """Compute the interval of each of these hidden counts."""
    batch: list[_Piece] = []
    for piece in _pieces(system, hidden, places):
        if batch and sum(one.unknowns for one in batch) + piece.unknowns > _AT_ONCE:
            yield from _solved(system, batch)
            batch = []
        batch.append(piece)
    if batch:
        yield from _solved(system, batch)


@dataclass(frozen=True)
class _Piece:
    """Hidden counts that tell of one another, and what links them: two linear programmes for each that is wanted."""

    members: NDArray[np.intp]
    wanted: NDArray[np.intp]
    touched: NDArray[np.intp]
    """which links of the system"""
    links: csr_array

    @property
    def copies(self) -> int:
        return 2 * len(self.wanted)

    @property
    def unknowns(self) -> int:
        return self.copies * len(self.members)

    @property
    def goals(self) -> NDArray[np.float64]:
        """What each programme makes least, by wanted count, way and member."""
        goals = np.zeros((len(self.wanted), 2, len(self.members)))
        numbers = np.arange(len(self.wanted))
        columns = np.searchsorted(self.members, self.wanted)
        goals[numbers, 0, columns] = -1
        goals[numbers, 1, columns] = 1
        return goals


def _pieces(system: System, hidden: NDArray[np.bool_], places: Sequence[int]) -> Iterator[_Piece]:
    if not len(places):
        return
    piece_of = _piece_of(system, hidden)
    wanted = np.array(places, dtype=np.intp)
    for piece in np.unique(piece_of[wanted]):
        members = np.flatnonzero((piece_of == piece) & hidden)
        touched, links = _touching(system, members)
        here = wanted[piece_of[wanted] == piece]
        step = max(1, _AT_ONCE // (2 * len(members)))
        for begin in range(0, len(here), step):
            yield _Piece(members, here[begin : begin + step], touched, links)


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


def _touching(system: System, members: NDArray[np.intp]) -> tuple[NDArray[np.intp], csr_array]:
    """Return which links say something of these columns, and what they say of them."""
    links = csr_array(system.links[:, members])
    touched = np.flatnonzero(np.diff(links.indptr))
    return touched, csr_array(links[touched])


def _solve(system: System, members: NDArray[np.intp], links: csr_array, goal: NDArray[np.float64]) -> Any:
    """Return HiGHS's answer: how far each of these columns moves for the least of the goal while all links hold."""
    solved = linprog(
        goal,
        A_eq=links if links.shape[0] else None,
        b_eq=np.zeros(links.shape[0]) if links.shape[0] else None,
        bounds=np.column_stack([-system.persons[members], np.full(len(members), _most(system))]),
        method="highs",
    )
    if not solved.success:
        raise RuntimeError(f"HiGHS found no interval of hidden counts: {solved.message}")
    return solved


def _solved(system: System, batch: Sequence[_Piece]) -> Iterator[Interval]:
    """Solve, for each wanted count, how far it can go up and how far down while all links hold."""
    solved = _solve(
        system,
        np.concatenate([np.tile(piece.members, piece.copies) for piece in batch]),
        csr_array(block_diag([kron(eye_array(piece.copies), piece.links) for piece in batch], format="csr")),
        np.concatenate([piece.goals.ravel() for piece in batch]),
    )
    marginals = solved.eqlin.marginals if len(solved.eqlin.marginals) else np.zeros(0)
    column = row = 0
    for piece in batch:
        rows = piece.copies * len(piece.touched)
        moved = solved.x[column : column + piece.unknowns].reshape(len(piece.wanted), 2, -1)
        prices = marginals[row : row + rows].reshape(len(piece.wanted), 2, -1)
        column, row = column + piece.unknowns, row + rows
        yield from _read_off(system, piece, moved, prices)


def _read_off(
    system: System, piece: _Piece, moved: NDArray[np.float64], prices: NDArray[np.float64]
) -> Iterator[Interval]:
    for number, place in enumerate(map(int, piece.wanted)):
        by_link = np.zeros((2, system.links.shape[0]))
        by_link[:, piece.touched] = prices[number]
        up, down = system.persons[place] + moved[number, :, np.searchsorted(piece.members, place)]
        yield Interval(place, float(down), float(up), by_link)
