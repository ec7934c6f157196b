"""Figures are reckoned from what their rows come to as the marts reckon them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cakupan.trace import queries
from cakupan.trace.catalogue import (
    MARTS,
    Counted,
    Derived,
    Totals,
    eligibility,
    gap,
    less,
    rate,
    share,
    total,
    total_given,
)

NOTHING = Totals(rows=0, different=0, summed=None, largest=None, first=None)


def test_a_rate_is_rounded_as_postgresql_rounds_it() -> None:
    assert str(rate(1, 128)) == "0.007813"  # 0.0078125: halves go up, not to the even digit
    assert str(rate(3, 128)) == "0.023438"
    assert str(rate(5, Decimal(2))) == "2.500000"


@pytest.mark.parametrize(("part", "whole"), [(1, None), (None, 1), (1, 0)])
def test_there_is_no_rate_of_nothing(part: int | None, whole: int | None) -> None:
    assert rate(part, whole) is None


def test_no_rows_are_0_and_what_nobody_gave_is_empty() -> None:
    assert (total(NOTHING), total_given(NOTHING), share(NOTHING), eligibility(NOTHING)) == (
        0,
        None,
        None,
        "NOT_ELIGIBLE",
    )
    assert (less(None, 1), less(1, None), gap(None, 1), gap(1, 3), gap(3, 1)) == (None, None, None, 0, 2)


def test_every_query_of_a_figure_is_there_and_used() -> None:
    counted = [figure for mart in MARTS.values() for figure in mart.figures.values() if isinstance(figure, Counted)]
    named = {name for figure in counted for name in (figure.rows, figure.is_known) if name}
    assert named == {path.stem for path in (queries.FOLDER / "figures").glob("*.sql")}


def test_a_formula_is_reckoned_from_figures_of_its_row() -> None:
    for mart in MARTS.values():
        for figure in mart.figures.values():
            if isinstance(figure, Derived):
                assert set(figure.of) <= set(mart.figures)


def test_every_query_of_a_walk_is_asked_for() -> None:
    code = "".join(path.read_text() for path in queries.FOLDER.parent.glob("*.py"))
    assert [path.stem for path in queries.FOLDER.glob("*.sql") if f'"{path.stem}"' not in code] == []
