"""Asks one of the questions of a published night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cakupan.answers.catalogue import Question, questions
from cakupan.answers.headings import HEADINGS
from cakupan.answers.hiding import counts_of, hide, hide_restated, relation_of
from cakupan.disclosure import counted_relations, shown
from cakupan.disclosure.cells import Count
from cakupan.settings import SmallestShown

RESTATED = 15
"""The question whose rows are figures of other relations."""

_MONTHLY = """
select sum(amount_idr)::bigint from reference.bpu_tariff
where
    funding_source_code = 'DBHCHT' and occupation_group = 'UMUM'
    and %(night)s between valid_from and coalesce(valid_to, 'infinity')
"""


@dataclass(frozen=True)
class Answer:
    """The rows that answer a question of a night; what may not be shown is hidden."""

    question: Question
    night: date
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]


def ask(connection: psycopg.Connection[Any], question: Question, night: date) -> Answer:
    """Ask the question of a published night, as a role that may read marts and reference data; raises psycopg.Error."""
    columns, found = _asked(connection, question, night)
    if question.number == RESTATED:
        relations = {row["relation"] for row in found} & counted_relations(connection)
        judged = {(row["of_night"], row["relation"]) for row in found if row["relation"] in relations}
        shows = {each: shown(connection, *each) for each in judged}
        rows = hide_restated(found, shows)
    else:
        rows = hide(question, found, shown(connection, night, relation_of(question)))
    return Answer(question, night, columns, [{name: row[name] for name in columns} for row in rows])


def count_answers(connection: psycopg.Connection[Any], night: date, smallest: SmallestShown) -> Iterator[Count]:
    """Count what the answers would show of a published night, before anything is hidden."""
    for question in questions():
        if question.hidden:
            yield from counts_of(question, _asked(connection, question, night)[1], smallest)


def _asked(
    connection: psycopg.Connection[Any], question: Question, night: date
) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    (monthly,) = connection.execute(_MONTHLY, {"night": night}).fetchone() or (None,)
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(question.query, {"night": night, "monthly_idr": monthly})
        columns = tuple(column.name for column in found.description or () if column.name in HEADINGS)
        return columns, [{name: _whole(value) for name, value in row.items()} for row in found]


def _whole(value: Any) -> Any:
    """Return a sum, which PostgreSQL gives as a decimal, as the whole number it is."""
    return int(value) if isinstance(value, Decimal) and value.as_tuple().exponent == 0 else value
