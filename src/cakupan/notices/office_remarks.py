"""What was noticed of an agency's newest deliveries and holds nothing: a friendly note in its letter."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row

from cakupan.bilingual import Text
from cakupan.feeds import Feed

QUERY = """
    with newest as (
        select distinct on (agency, feed) agency || '.' || feed as name, delivery_id
        from ledger.delivery
        where business_date <= %(night)s and agency || '.' || feed = any(%(feeds)s)
        order by agency, feed, business_date desc, delivery_id desc
    ),
    validated as (
        select distinct on (newest.name) newest.name, v.validation_id
        from newest
        join ledger.validation as v using (delivery_id)
        order by newest.name, v.validation_id desc
    )
    select name, remark_code, column_name, value, row_count, amount_idr, detail_id, detail_en
    from validated
    join quality.remark using (validation_id)
    order by name, remark_code, column_name, value
"""


@dataclass(frozen=True)
class OfficeRemark:
    """One thing noticed of a delivery."""

    name: str
    remark_code: str
    column_name: str | None
    value: str | None
    row_count: int
    amount_idr: int | None
    detail_id: str
    detail_en: str

    @property
    def detail(self) -> Text:
        """What is remarked."""
        return Text(self.detail_id, self.detail_en)

    @property
    def topic(self) -> str:
        """What there is to tell: a snapshot that says the same every night is told of once."""
        said = f"{self.column_name} {self.value} {self.row_count} {self.amount_idr}"
        return f"{self.name} {self.remark_code} {hashlib.sha256(said.encode()).hexdigest()[:12]}"


def remarks_for_office(connection: psycopg.Connection[Any], feeds: Sequence[Feed], night: date) -> list[OfficeRemark]:
    """Return the remarks on the newest delivery of each feed, dated not after the night."""
    asked = {"night": night, "feeds": [feed.name for feed in feeds]}
    with connection.cursor(row_factory=class_row(OfficeRemark)) as cursor:
        return cursor.execute(QUERY, asked).fetchall()
