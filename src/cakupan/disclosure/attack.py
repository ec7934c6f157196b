"""What an attacker can compute of hidden counts, by linear programming with HiGHS.

Known are all counts that are shown, what links them with the hidden ones, and that nobody is counted less than never.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array
from scipy.sparse.csgraph import connected_components

from cakupan.disclosure.cells import System

_AT_ONCE = 20_000
"""Unknowns of one linear programme: that of each hidden count is put beside those of others."""
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Interval:
    """Between which numbers a hidden count must lie, and how much each count, were it hidden, would widen that."""

    place: int
    least: float
    most: float
    widens: NDArray[np.float64]
    """by column: the width is never more than the sum of these over what is hidden"""

    @property
    def width(self) -> float:
        """How far the whole numbers that it may be lie apart."""
        return float(np.floor(self.most + _ROUNDING) - np.ceil(self.least - _ROUNDING))

    def to_reach(self, width: float) -> float:
        """Return what `widens` of all that is hidden must add up to for the width, which it does not reach now."""
        return max(width, self.most - self.least + 0.5)


def intervals(system: System, hidden: NDArray[np.bool_], places: Sequence[int]) -> Iterator[Interval]:
    """Compute the interval of each of these hidden counts."""
    _, piece_of = connected_components(_neighbours(system, hidden), directed=False)
    for piece in np.unique(piece_of[list(places)]) if len(places) else ():
        members = np.flatnonzero((piece_of == piece) & hidden)
        wanted = [place for place in places if piece_of[place] == piece]
        step = max(1, _AT_ONCE // (2 * len(members)))
        for begin in range(0, len(wanted), step):
            yield from _solved(system, members, wanted[begin : begin + step])


def _neighbours(system: System, hidden: NDArray[np.bool_]) -> csr_array:
    unknown = csr_array((system.links != 0).astype(float).multiply(hidden.astype(float)))
    return csr_array(unknown.T @ unknown)


def _most(system: System) -> float:
    """Return what no count can exceed: so much that it never bounds one by itself."""
    return 10 * float(system.persons.max(initial=0)) + 1000


def _solved(system: System, members: NDArray[np.intp], wanted: Sequence[int]) -> Iterator[Interval]:
    """Solve, for each wanted count, how far it can go up and how far down while all links hold."""
    links = system.links[:, members]
    touched = np.flatnonzero(np.diff(csr_array(links).indptr))
    links = csr_array(links[touched])
    columns = {place: column for column, place in enumerate(members)}
    up = np.full(len(members), _most(system))
    down = system.persons[members]
    goal = np.zeros((len(wanted), 2, len(members)))
    for number, place in enumerate(wanted):
        goal[number, 0, columns[place]] = -1
        goal[number, 1, columns[place]] = 1
    copies = 2 * len(wanted)
    solved = linprog(
        goal.ravel(),
        A_eq=block_diag([links] * copies, format="csr") if len(touched) else None,
        b_eq=np.zeros(copies * len(touched)) if len(touched) else None,
        bounds=np.column_stack([np.tile(-down, copies), np.tile(up, copies)]),
        method="highs",
    )
    if not solved.success:
        raise RuntimeError(f"HiGHS found no interval of hidden counts: {solved.message}")
    moved = solved.x.reshape(goal.shape)
    prices = (
        solved.eqlin.marginals.reshape(len(wanted), 2, len(touched)) if len(touched) else np.zeros((len(wanted), 2, 0))
    )
    for number, place in enumerate(wanted):
        column = columns[place]
        widens = sum(_widens(system, place, prices[number, side], touched, (-1, 1)[side]) for side in (0, 1))
        yield Interval(
            place,
            float(system.persons[place] + moved[number, 1, column]),
            float(system.persons[place] + moved[number, 0, column]),
            np.asarray(widens),
        )


def _widens(
    system: System, place: int, prices: NDArray[np.float64], touched: NDArray[np.intp], goal: int
) -> NDArray[np.float64]:
    """Return by how much each count, were it hidden, could move the goal: what linear programmes call reduced costs."""
    reduced = -(system.links[touched].T @ prices)
    reduced[place] += goal
    # Least of goal * deviation: a positive reduced cost is paid down to nobody, a negative one up to the most.
    return np.asarray(np.where(reduced > 0, reduced * system.persons, -reduced * _most(system)))
