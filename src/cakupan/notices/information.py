"""What holds nothing but is to be known of a night: remarks on deliveries, codes that nobody knows, files not taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row

from cakupan.bilingual import NOTHING, Text, rows, rupiah, same
from cakupan.notices.message import shown

# Of what the night rests on: of an increment only its own delivery, because the earlier ones were told then.
REMARKS = """
    select distinct
        v.agency || '.' || v.feed as feed, v.business_date, r.remark_code, r.detail_id, r.detail_en
    from quality.remark as r
    inner join ledger.current_validation as v using (validation_id)
    where
        v.business_date = %(night)s
        or (
            v.cadence <> 'increment'
            and v.validation_id in (select f.validation_id from ledger.in_force(%(night)s) as f)
        )
    order by 1, 2, 3, 5
"""
UNMAPPED = """
    select u.feed, u.column_name, u.code, u.rows, u.amount_idr, u.since_on
    from warehouse.unmapped_codes as u
    inner join ledger.published as p on p.run_id = u.run_id
    where p.as_of_date = %(night)s
    order by u.amount_idr desc nulls last, u.rows desc, 1, 2, 3
"""
IGNORED = """
    select
        concat_ws('.', agency, nullif(feed, '')) as feed, name, reason_code, reason_id, reason_en,
        first_seen_at::date as since
    from ledger.ignored where as_of_date = %(night)s order by 1, 2
"""


@dataclass(frozen=True)
class Remark:
    """Something noticed of a delivery that holds nothing."""

    feed: str
    business_date: date
    remark_code: str
    detail_id: str
    detail_en: str

    @property
    def detail(self) -> Text:
        """What was noticed."""
        return Text(self.detail_id, self.detail_en)


@dataclass(frozen=True)
class Unmapped:
    """A code of rows in force that no reference list has; the rows count, their meaning is unknown."""

    feed: str
    column_name: str
    code: str
    rows: int
    amount_idr: int | None
    since_on: date

    @property
    def line(self) -> Text:
        """All of it on one line."""
        weight = same(", {}").format(rupiah(self.amount_idr)) if self.amount_idr is not None else NOTHING
        return Text("{}, {} {!r}: {}{}, sejak {}", "{}, {} {!r}: {}{}, since {}").format(
            self.feed, self.column_name, shown(self.code), rows(self.rows), weight, self.since_on
        )


@dataclass(frozen=True)
class Ignored:
    """A file that lies at the agency and was not taken."""

    feed: str
    """The feed, or the agency alone where it lies outside the folders of feeds."""
    name: str
    reason_code: str
    reason_id: str
    reason_en: str
    since: date

    @property
    def reason(self) -> Text:
        """Why it was not taken."""
        return Text(self.reason_id, self.reason_en)

    @property
    def waits(self) -> bool:
        """Whether nothing is wrong with it: a later night takes it."""
        return self.reason_code in {"WAITS", "GROWING"}

    @property
    def topic(self) -> str:
        """What there is to tell, once for each file."""
        return f"not taken {self.feed} {self.name}"


@dataclass(frozen=True)
class Information:
    """All of it, of one night."""

    remarks: tuple[Remark, ...]
    unmapped: tuple[Unmapped, ...]
    ignored: tuple[Ignored, ...]


def read_information(connection: psycopg.Connection[Any], night: date) -> Information:
    """Return what there is to know; codes only of a published night."""
    (built,) = connection.execute("select to_regclass('warehouse.unmapped_codes') is not null").fetchone() or (False,)
    return Information(
        tuple(_rows(connection, Remark, REMARKS, night)),
        tuple(_rows(connection, Unmapped, UNMAPPED, night) if built else ()),
        tuple(one for one in ignored(connection, night) if not one.waits),
    )


def ignored(connection: psycopg.Connection[Any], night: date) -> list[Ignored]:
    """Return the files that the night saw and did not take, those that wait for a later night too."""
    return _rows(connection, Ignored, IGNORED, night)


Row = TypeVar("Row")


def _rows(connection: psycopg.Connection[Any], kind: type[Row], query: str, night: date) -> list[Row]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query.encode(), {"night": night}).fetchall()
