"""Answers show the counts of persons that were judged to be shown, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from cakupan.answers.catalogue import Cells, Question, questions
from cakupan.answers.hiding import HIDDEN, counts_of, hide, hide_restated
from cakupan.disclosure import Shown
from cakupan.settings import SmallestShown
from tests.warehouse.conftest import NIGHTS

NIGHT = NIGHTS[0]
SMALLEST = SmallestShown(5, 10)


@pytest.fixture
def question() -> Question:
    cells = (
        Cells(only="a", small=("n", "m"), tells=("gap",), hides=("n", "m", "rate")),
        Cells(small=("other",), hides=("other",)),
    )
    return questions()[0].model_copy(update={"hidden": cells})


def row(name: str, n: int | None, part: str = "a") -> dict[str, Any]:
    return {"part": part, "code": name, "n": n, "m": 50, "gap": 3, "rate": 0.5, "other": 7}


def judged(*hidden: tuple[str, str], n: int = 30) -> Shown:
    counts = {("n", "a|x||"): n, ("m", "a|x||"): 50, ("gap", "a|x||"): 3, ("other", "a|x||"): 7}
    return Shown({which: count for which, count in counts.items() if which not in hidden}, hidden)


def test_counts_are_named_by_their_row_and_hidden_in_groups(question: Question) -> None:
    counts = list(counts_of(question, [row("x", 30), row("PENYANDANG DISABILITAS", None, "b")], SMALLEST))
    assert [(one.name.relation, one.name.measure, one.name.cell, one.least) for one in counts] == [
        ("answer_01", "n", "a|x||", 5), ("answer_01", "m", "a|x||", 5), ("answer_01", "gap", "a|x||", 0),
        ("answer_01", "other", "a|x||", 5), ("answer_01", "other", "b|PENYANDANG DISABILITAS||", 10),
    ]  # fmt: skip
    assert len({one.group for one in counts[:3]}) == 1 and counts[3].group != counts[0].group


def test_shows_what_was_judged_to_be_shown(question: Question) -> None:
    assert hide(question, [row("x", 30)], judged()) == [row("x", 30)]


def test_hides_with_a_count_what_would_tell_it_and_nothing_else(question: Question) -> None:
    (found,) = hide(question, [row("x", 30)], judged(("m", "a|x||")))
    assert found == row("x", 30) | {"n": HIDDEN, "m": HIDDEN, "rate": HIDDEN}


def test_hides_what_was_never_judged_or_counts_otherwise_by_now(question: Question) -> None:
    for shown in (Shown({}), judged(n=29)):
        (found,) = hide(question, [row("x", 30)], shown)
        assert found["n"] == HIDDEN


def test_what_was_never_counted_stays_empty(question: Question) -> None:
    (found,) = hide(question, [row("x", None)], judged(("m", "a|x||")))
    assert found["n"] is None and found["m"] == HIDDEN


def test_a_restated_figure_is_hidden_where_any_count_of_its_row_is() -> None:
    figure = {"of_night": NIGHT, "relation": "coverage_by_sector", "code": "A", "value_before": "3", "value_after": "4"}
    hidden = figure | {"value_before": HIDDEN, "value_after": HIDDEN}
    which = (NIGHT, "coverage_by_sector")
    assert hide_restated([figure], {which: Shown({("n", "A"): 1}, [("m", "A")])}) == [hidden]
    assert hide_restated([figure], {which: Shown({})}) == [hidden]
    assert hide_restated([figure], {which: Shown({("n", "A"): 1})}) == [figure]
    assert hide_restated([figure], {}) == [figure]  # of money or documents
