"""The page *Lima belas pertanyaan*: what a head of office asks, each with its answer and what that cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cakupan.answers.asking import Answer
from cakupan.answers.catalogue import CANNOT
from cakupan.answers.headings import HEADINGS, kind_of, spelled
from cakupan.answers.hiding import HIDDEN as STAR
from cakupan.bilingual import Text, same
from cakupan.dashboard.content import HIDDEN, Basis, Page, Rows, Section
from cakupan.dashboard.figures import Figures
from cakupan.dashboard.methods import METHODS
from cakupan.reports.content import Cell, Column


def questions_page(figures: Figures) -> Page:
    """Make the page, a section for each question."""
    return Page(
        "pertanyaan",
        Text("Lima belas pertanyaan", "Fifteen questions"),
        sections=[_all(figures.answers), *(_section(answer) for answer in figures.answers)],
    )


def _all(answers: Sequence[Answer]) -> Section:
    return Section(
        "semua",
        Text("Semua pertanyaan", "All questions"),
        tables=[
            Rows(
                [Column(Text("Pertanyaan", "Question")), Column(Text("Perintah", "Command"), "code")],
                [[answer.question.asks, answer.question.command] for answer in answers],
                links=[f"#pertanyaan-{answer.question.number}" for answer in answers],
            )
        ],
    )


def _section(answer: Answer) -> Section:
    asked = answer.question
    columns = [Column(HEADINGS[name], kind_of(name)) for name in answer.columns]
    rows = [[_cell(name, row[name]) for name in answer.columns] for row in answer.rows]
    return Section(
        f"pertanyaan-{asked.number}",
        same(f"{asked.number}. {{}}").format(asked.asks),
        words=[asked.read_as, CANNOT.format(asked.cannot)],
        tables=[Rows(columns, rows)],
        commands=[f"{asked.command} --date {answer.night}"],
        basis=[Basis(mart) for mart in asked.rests_on if mart in METHODS],
    )


def _cell(name: str, value: Any) -> Cell:
    if value == STAR:
        return HIDDEN
    return spelled(name, value) if isinstance(value, str) else value
