"""Counts of persons that are too small are hidden in answers, and nothing that is shown gives them away."""

from __future__ import annotations

from typing import Any

from cakupan.answers.catalogue import Cells
from cakupan.answers.hiding import HIDDEN, hide

CELLS = [Cells(small=("n",), hides=("n", "rate"), margin=("part",))]


def row(name: str, n: int | None, part: str = "a") -> dict[str, Any]:
    return {"part": part, "name": name, "n": n, "rate": None if n is None else n / 100}


def shown(*rows: dict[str, Any], cells: list[Cells] = CELLS) -> list[Any]:
    return [found["n"] for found in hide(rows, cells)]


def test_a_small_count_is_hidden_with_the_smallest_other_of_its_sum() -> None:
    assert shown(row("x", 4), row("y", 30), row("z", 20)) == [HIDDEN, 30, HIDDEN]
    assert shown(row("x", 5), row("y", 30)) == [5, 30]
    assert shown(row("x", 0), row("y", 30), row("z", 31)) == [HIDDEN, HIDDEN, 31]


def test_what_would_tell_the_count_is_hidden_with_it() -> None:
    assert [found["rate"] for found in hide([row("x", 4), row("y", 30), row("z", 31)], CELLS)] == [HIDDEN, HIDDEN, 0.31]


def test_another_sum_is_left_alone_and_what_was_never_counted_stays_empty() -> None:
    assert shown(row("x", 4), row("y", 30), row("z", 9, "b"), row("w", None, "b")) == [HIDDEN, HIDDEN, 9, None]


def test_disabled_persons_are_hidden_under_ten() -> None:
    assert shown(row("PENYANDANG DISABILITAS", 9), row("y", 30), row("z", 40)) == [HIDDEN, HIDDEN, 40]
    assert shown(row("RELAWAN SOSIAL", 9), row("y", 30), row("z", 40)) == [9, 30, 40]
