"""Programmes of HiGHS: columns with bounds, rows that are kept, and one goal after another."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Numbers = NDArray[np.float64]


class _Highs(highspy.Highs):
    def enableCallbacks(self) -> None:
        """Leave them out: nobody is called back, and to enable them prints a banner before it can be turned off."""


class Programme:
    """Columns within `least` and `most` of which each row adds up to a number within `lower` and `upper`.

    HiGHS keeps where it ended and begins there with the next goal, which takes it a quarter of the time.
    """

    def __init__(
        self, rows: csr_array, lower: Numbers, upper: Numbers, least: Numbers, most: Numbers, **options: Any
    ) -> None:
        """Take the rows, their bounds and those of the columns, and HiGHS's options; raises RuntimeError."""
        self._highs = _Highs()  # type: ignore[no-untyped-call]
        for name, setting in {"output_flag": False, "threads": 1, **options}.items():
            _taken(self._highs.setOptionValue(name, setting))
        programme = highspy.HighsLp()
        programme.num_row_, programme.num_col_ = rows.shape
        programme.row_lower_, programme.row_upper_ = lower, upper
        programme.col_lower_, programme.col_upper_ = least, most
        programme.col_cost_ = np.zeros(rows.shape[1])
        matrix = programme.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.num_row_, matrix.num_col_ = rows.shape
        matrix.start_, matrix.index_, matrix.value_ = rows.indptr, rows.indices, rows.data
        _taken(self._highs.passModel(programme))
        self._columns = np.arange(rows.shape[1], dtype=np.int32)

    def only_whole(self) -> None:
        """Let columns be whole numbers only."""
        whole = np.full(len(self._columns), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        _taken(self._highs.changeColsIntegrality(len(self._columns), self._columns, whole))

    def solve(self, goal: Numbers) -> Numbers | None:
        """Return the columns that make the goal least, or the best of those that the options let it find, if any."""
        _taken(self._highs.changeColsCost(len(self._columns), self._columns, goal))
        _taken(self._highs.run())
        found = self._highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        return np.array(self._highs.getSolution().col_value) if found else None

    @property
    def is_solved(self) -> bool:
        """Whether no columns make the last goal less."""
        return self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal

    @property
    def prices(self) -> Numbers:
        """What each row's bound is worth to the last goal."""
        return np.array(self._highs.getSolution().row_dual)


def _taken(status: highspy.HighsStatus) -> None:
    if status == highspy.HighsStatus.kError:  # of weights next to nothing, which it takes for nothing, it only warns
        raise RuntimeError("HiGHS does not take what it is given: is highspy the version of requirements.lock?")
