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

from cakupan.feeds import Feed
from cakupan.quality.counts import Counts
from cakupan.quality.defects import place, place_id
from cakupan.quality.quarantine import quarantine_table
from cakupan.quality.reasons import Subject
from cakupan.quality.suite import Suite
from cakupan.quality.totals import Disagreement, disagreements

NEW_FUNDING_SOURCE, TOTAL_DISAGREES = "NEW_FUNDING_SOURCE", "TOTAL_DISAGREES"


@dataclass(frozen=True)
class Remark:
    """One thing noticed."""

    code: str
    row_count: int
    indonesian: str
    english: str
    column: str | None = None
    value: str | None = None
    amount_idr: int | None = None


def noticed(
    connection: psycopg.Connection[Any], feed: Feed, suite: Suite, subject: Subject, counts: Counts
) -> list[Remark]:
    """All that there is to remark on of the delivery whose rows are in `judged`."""
    found = _new_payers(connection, feed, subject)
    found += [_total(each, feed, subject) for each in disagreements(connection, feed, subject.delivery_id)]
    for rule in suite.row_rules:
        if rule.severity == "info" and rule.meta.code and (rows := counts.broken.get(rule.rule_id)):
            amount = _amount(connection, feed, rule.rule_id)
            column = feed.column(rule.column or "")
            weight, weight_id = _weights(amount)
            where = counts.first[rule.rule_id]
            found.append(
                Remark(
                    rule.meta.code,
                    rows,
                    f"{subject.file}, kolom {column.header}: {_id(rows)} baris{weight_id} tidak memenuhi:"
                    f" {rule.meta.says_id}. Pertama: {place_id(*where)}. Barisnya tetap dihitung."
                    " Selanjutnya: perbaiki di sistem asal.",
                    f"{subject.file}, column {column.header}: {_rows(rows)}{weight} not as they should be:"
                    f" {rule.meta.says}. First: {place(*where)}. The rows count. Next: ask"
                    f" {feed.owner} to correct them.",
                    column.name,
                    None,
                    amount,
                )
            )
    return found


def store(connection: psycopg.Connection[Any], validation_id: int, found: Sequence[Remark]) -> None:
    """Keep the remarks with their validation."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into quality.remark (validation_id, remark_code, column_name, value, row_count, amount_idr,"
            " detail_id, detail_en) values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    validation_id,
                    one.code,
                    one.column,
                    one.value,
                    one.row_count,
                    one.amount_idr,
                    one.indonesian,
                    one.english,
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
    """Funding sources that no accepted delivery dated earlier had; none where there is no such delivery."""
    if feed.funding_source is None:
        return []
    before = connection.execute(
        "select max(business_date) from ledger.in_force(%s) where (agency, feed) = (%s, %s)",
        (subject.night - timedelta(days=1), feed.agency, feed.feed),
    ).fetchone()
    if not before or before[0] is None:
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
    for payer, rows, total, first in found:
        if payer in known:
            continue
        weight, weight_id = _weights(total if amount else None)
        where = (first[19:], int(first[:19]))
        remarks.append(
            Remark(
                NEW_FUNDING_SOURCE,
                rows,
                f"{subject.file}, kolom {column.header}: isian yang belum pernah ada pada kiriman yang diterima,"
                f" pada {_id(rows)} baris{weight_id}. Pertama: {place_id(*where)}. Barisnya tetap dihitung."
                f" Selanjutnya: bila salah tulis, minta {feed.owner} memperbaiki; bila sumber"
                f" baru, daftarkan pada data acuan.",
                f"{subject.file}, column {column.header}: a value that no accepted delivery had before, in"
                f" {_rows(rows)}{weight}. First: {place(*where)}. The rows count. Next: if it is misspelt, ask"
                f" {feed.owner} to correct it; if it is a new source, enter it in the reference data.",
                column.name,
                payer,
                int(total) if amount and total is not None else None,
            )
        )
    return remarks


def _known(connection: psycopg.Connection[Any], feed: Feed, subject: Subject, payers: list[str]) -> set[str]:
    """Those of the funding sources that an accepted row of an accepted delivery dated earlier had.

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
    """The rupiah of the accepted rows that break a rule which is only reported."""
    if feed.amount is None:
        return None
    query = sql.SQL("select sum({}({})) from judged where verdict = 'accepted' and %s = any(rules)").format(
        sql.Identifier("quality", f"to_whole_{feed.spelling_of(feed.column(feed.amount))}"), sql.Identifier(feed.amount)
    )
    row = connection.execute(query, (rule_id,)).fetchone()
    return int(row[0]) if row and row[0] is not None else None


def _total(found: Disagreement, feed: Feed, subject: Subject) -> Remark:
    column = feed.column(found.column)
    where, where_id = place(found.sheet, found.row_number), place_id(found.sheet, found.row_number)
    if found.stated is None:
        said, said_id = "is no number", "bukan bilangan"
    else:
        said = f"is {found.stated:,}, but the {_rows(found.rows)} above it sum to {found.summed:,}"
        said_id = f"{_id(found.stated)}, padahal {_id(found.rows)} baris di atasnya berjumlah {_id(found.summed)}"
    unread = f" ({found.unread:,} of them hold no number)" if found.unread else ""
    unread_id = f" ({_id(found.unread)} di antaranya bukan bilangan)" if found.unread else ""
    return Remark(
        TOTAL_DISAGREES,
        found.rows,
        f"{subject.file}, {where_id}, kolom {column.header}: jumlah yang tertulis {said_id}{unread_id}. Kiriman tetap"
        f" dipakai. Selanjutnya: minta {feed.owner} memeriksa apakah ada baris yang hilang atau berubah.",
        f"{subject.file}, {where}, column {column.header}: the total stated {said}{unread}. The delivery is used."
        f" Next: ask {feed.owner} whether rows are missing or were changed.",
        column.name,
        None,
        abs(found.stated - found.summed) if found.stated is not None and column.type == "rupiah" else None,
    )


def _weights(amount: int | None) -> tuple[str, str]:
    """How much the rows weigh, in both languages."""
    return ("", "") if amount is None else (f" (Rp {int(amount):,} in all)", f" (senilai Rp {_id(int(amount))})")


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _id(number: int) -> str:
    return f"{number:,}".replace(",", ".")
