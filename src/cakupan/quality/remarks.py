"""What is noticed of a delivery and told to the data team, and holds nothing: new payers, totals that disagree, codes
of another form. Each remark is one row of quality.remark; its sentences name file, sheet, row and column, never a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import sql

from cakupan.bilingual import NOTHING, Text, number, rows
from cakupan.feeds import Column, Feed
from cakupan.ledger.validations import newest_in_force
from cakupan.quality.counts import Counts
from cakupan.quality.defects import describe_place
from cakupan.quality.quarantine import quarantine_table
from cakupan.quality.reasons import Subject
from cakupan.quality.sheet_totals import Disagreement, find_disagreements
from cakupan.quality.suite import Suite

NEW_FUNDING_SOURCE, TOTAL_DISAGREES = "NEW_FUNDING_SOURCE", "TOTAL_DISAGREES"


@dataclass(frozen=True)
class Remark:
    """One thing noticed."""

    code: str
    row_count: int
    text: Text
    column: str | None = None
    value: str | None = None
    amount_idr: int | None = None
    expected_idr: int | None = None
    actual_idr: int | None = None


def find(
    connection: psycopg.Connection[Any], feed: Feed, suite: Suite, subject: Subject, counts: Counts
) -> list[Remark]:
    """Find all that there is to remark on of the delivery whose rows are in `judged`."""
    found = _new_payers(connection, feed, subject)
    found += [_total(each, feed, subject) for each in find_disagreements(connection, feed, subject.delivery_id)]
    for rule in suite.row_rules:
        if rule.severity == "info" and rule.meta.code and (count := counts.broken.get(rule.rule_id)):
            amount = _amount(connection, feed, rule.rule_id)
            column = feed.column(rule.column or "")
            text = Text(
                "{file}, kolom {column}: {rows}{weight} tidak memenuhi: {rule}. Pertama: {first}. Barisnya tetap"
                " dihitung. Selanjutnya: perbaiki di sistem asal.",
                "{file}, column {column}: {rows}{weight} not as they should be: {rule}. First: {first}. The rows count."
                " Next: ask {owner} to correct them.",
            ).format(
                file=subject.file,
                column=column.header,
                rows=rows(count),
                weight=_weight(amount),
                rule=rule.meta.sentence,
                first=describe_place(*counts.first[rule.rule_id]),
                owner=feed.owner,
            )
            found.append(Remark(rule.meta.code, count, text, column.name, None, amount))
    return found


def store(connection: psycopg.Connection[Any], validation_id: int, found: Sequence[Remark]) -> None:
    """Keep the remarks with their validation."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into quality.remark (validation_id, remark_code, column_name, value, row_count, amount_idr,"
            " expected_idr, actual_idr, detail_id, detail_en) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    validation_id,
                    one.code,
                    one.column,
                    one.value,
                    one.row_count,
                    one.amount_idr,
                    one.expected_idr,
                    one.actual_idr,
                    one.text.id,
                    one.text.en,
                )
                for one in found
            ],
        )


_ACCEPTED = """
    with accepted as (
        select sheet, row_number, {payer} as payer, {amount} as amount from {landing} as l
        where delivery_id = {delivery} and not exists (
            select from judged as j where j.sheet = l.sheet and j.row_number = l.row_number
        )
        union all
        select sheet, row_number, {payer}, {amount} from judged where verdict = 'accepted'
    )
    select
        payer, count(*), sum({read}(amount)),
        min((lpad(row_number::text, 19, '0') || sheet) collate "C")
    from accepted
    where payer is not null
    group by payer
    order by payer
"""


def _new_payers(connection: psycopg.Connection[Any], feed: Feed, subject: Subject) -> list[Remark]:
    """Find funding sources that no accepted delivery dated earlier had; none where there is no such delivery."""
    if feed.funding_source is None:
        return []
    if newest_in_force(connection, feed, subject.night - timedelta(days=1)) is None:
        return []
    column = feed.column(feed.funding_source)
    amount = feed.column(feed.amount) if feed.amount else None
    query = sql.SQL(_ACCEPTED).format(
        payer=sql.Identifier(column.name),
        amount=sql.Identifier(amount.name) if amount else sql.SQL("null::text"),
        landing=sql.Identifier("landing", feed.table),
        delivery=sql.Literal(subject.delivery_id),
        read=sql.Identifier("quality", f"to_whole_{feed.spelling_of(amount) if amount else feed.spelling}"),
    )
    found = connection.execute(query).fetchall()
    known = _known(connection, feed, subject, [payer for payer, *_ in found])
    remarks = []
    for payer, count, total, first in found:
        if payer in known:
            continue
        weight = int(total) if amount and total is not None else None
        text = Text(
            "{file}, kolom {column}: isian yang belum pernah ada pada kiriman yang diterima, pada {rows}{weight}."
            " Pertama: {first}. Barisnya tetap dihitung. Selanjutnya: bila salah tulis, minta {owner} memperbaiki; bila"
            " sumber baru, daftarkan pada data acuan.",
            "{file}, column {column}: a value that no accepted delivery had before, in {rows}{weight}. First: {first}."
            " The rows count. Next: if it is misspelt, ask {owner} to correct it; if it is a new source, enter it in"
            " the reference data.",
        ).format(
            file=subject.file,
            column=column.header,
            rows=rows(count),
            weight=_weight(weight),
            first=describe_place(first[19:], int(first[:19])),
            owner=feed.owner,
        )
        remarks.append(Remark(NEW_FUNDING_SOURCE, count, text, column.name, payer, weight))
    return remarks


def _known(connection: psycopg.Connection[Any], feed: Feed, subject: Subject, payers: list[str]) -> set[str]:
    """Find those of the funding sources that an accepted row of an accepted delivery dated earlier had.

    The newest such delivery is asked first; the whole history is read for what it does not have alone.
    """
    earlier = [
        delivery
        for (delivery,) in connection.execute(
            "select delivery_id from ledger.current_validation where (agency, feed) = (%s, %s)"
            " and business_date < %s and delivery_status = 'ACCEPTED' order by business_date desc, delivery_id desc",
            (feed.agency, feed.feed, subject.night),
        )
    ]
    query = sql.SQL(
        """
        with current as (
            select delivery_id, validation_id from ledger.current_validation where delivery_id = any(%(deliveries)s)
        )
        select {payer} from {landing} as l join current using (delivery_id)
        where {payer} = any(%(payers)s) and not exists (
            select from {quarantine} as q
            where (q.validation_id, q.sheet, q.row_number) = (current.validation_id, l.sheet, l.row_number)
        )
        union
        select {payer} from {quarantine} join current using (validation_id)
        where verdict = 'accepted' and {payer} = any(%(payers)s)
        union
        select value from quality.dropped_funding_source join current using (validation_id)
        where value = any(%(payers)s)
        """
    ).format(
        payer=sql.Identifier(feed.funding_source or ""),
        landing=sql.Identifier("landing", feed.table),
        quarantine=quarantine_table(feed),
    )
    known: set[str] = set()
    for deliveries in (earlier[:1], earlier[1:]):
        if left := [payer for payer in payers if payer not in known]:
            known |= {p for (p,) in connection.execute(query, {"deliveries": deliveries, "payers": left})}
    return known


def _amount(connection: psycopg.Connection[Any], feed: Feed, rule_id: str) -> int | None:
    """Sum the rupiah of the accepted rows that break a rule which is only reported."""
    if feed.amount is None:
        return None
    query = sql.SQL("select sum({}({})) from judged where verdict = 'accepted' and %s = any(rules)").format(
        sql.Identifier("quality", f"to_whole_{feed.spelling_of(feed.column(feed.amount))}"), sql.Identifier(feed.amount)
    )
    row = connection.execute(query, (rule_id,)).fetchone()
    return int(row[0]) if row and row[0] is not None else None


def _total(found: Disagreement, feed: Feed, subject: Subject) -> Remark:
    column = feed.column(found.column)
    if found.stated is None:
        said = Text("bukan bilangan", "is no number")
    else:
        said = Text(
            "{stated}, padahal {rows} di atasnya berjumlah {summed}",
            "is {stated}, but the {rows} above it sum to {summed}",
        ).format(stated=number(found.stated), rows=rows(found.rows), summed=number(found.summed))
    unread = Text(" ({} di antaranya bukan bilangan)", " ({} of them hold no number)").format(number(found.unread))
    return Remark(
        TOTAL_DISAGREES,
        found.rows,
        Text(
            "{file}, {where}, kolom {column}: jumlah yang tertulis {said}{unread}. Kiriman tetap dipakai. Selanjutnya:"
            " minta {owner} memeriksa apakah ada baris yang hilang atau berubah.",
            "{file}, {where}, column {column}: the total stated {said}{unread}. The delivery is used. Next: ask {owner}"
            " whether rows are missing or were changed.",
        ).format(
            file=subject.file,
            where=describe_place(found.sheet, found.row_number),
            column=column.header,
            said=said,
            unread=unread if found.unread else NOTHING,
            owner=feed.owner,
        ),
        column.name,
        None,
        *_amounts(found, column),
    )


def _amounts(found: Disagreement, column: Column) -> tuple[int | None, int | None, int | None]:
    """Tell by how many rupiah a total is out, what it states and what the rows sum to; nothing where it is of none."""
    if found.stated is None or column.type != "rupiah":
        return None, None, None
    return abs(found.stated - found.summed), found.stated, found.summed


def _weight(amount: int | None) -> Text:
    """Tell how much the rows weigh."""
    if amount is None:
        return NOTHING
    return Text(" (senilai Rp {})", " (Rp {} in all)").format(number(amount))
