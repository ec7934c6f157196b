"""What HiGHS could not do is told, never taken for an answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from cakupan.disclosure.attack import intervals
from cakupan.disclosure.cells import System
from cakupan.disclosure.programme import Programme
from tests.disclosure.city import count

ROW = csr_array(np.ones((1, 2)))
NOTHING, ONES = np.zeros(2), np.ones(2)


def test_what_highs_does_not_take_is_told() -> None:
    with pytest.raises(RuntimeError, match="does not take"):
        Programme(ROW, np.zeros(1), np.ones(1), NOTHING, ONES, no_such_option=1)


def test_a_weight_that_is_next_to_nothing_is_nothing() -> None:
    programme = Programme(csr_array(np.array([[1, 1e-12]])), np.full(1, 0.5), np.ones(1), NOTHING, ONES)
    assert programme.solve(ONES) == pytest.approx([0.5, 0])


def test_where_no_columns_keep_the_rows_there_is_no_answer() -> None:
    programme = Programme(ROW, np.full(1, 3.0), np.full(1, 3.0), NOTHING, ONES)  # two of at most 1 are not 3
    assert programme.solve(ONES) is None and not programme.is_solved


def test_goals_follow_one_another_with_what_a_row_is_worth_to_each() -> None:
    programme = Programme(ROW, np.full(1, 0.5), np.full(1, 1.5), NOTHING, ONES)
    for goal, columns, price in (([1, 2], [0.5, 0], 1), ([-1, -2], [0.5, 1], -1), ([2, 1], [0, 0.5], 1)):
        assert programme.solve(np.array(goal, dtype=float)) == pytest.approx(columns) and programme.is_solved
        assert programme.prices == pytest.approx([price])


def test_an_interval_is_none_before_highs_has_found_its_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System([count("r", "n", "a", 3)])
    monkeypatch.setattr(Programme, "is_solved", property(lambda _: False))
    with pytest.raises(RuntimeError, match="no interval"):
        next(intervals(system, np.ones(1, dtype=bool), [0]))
