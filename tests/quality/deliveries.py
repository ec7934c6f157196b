"""Deliveries made by hand: rows go straight into a landing table, as the readers would leave them there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg import sql

from cakupan import quality, settings
from cakupan.feeds import Feed, load_feeds
from cakupan.quality.suite import load_suite
from tests.quality.cells_of import good_row

FEEDS = load_feeds(settings.FEEDS)
NIGHT = date(2025, 9, 9)
Row = Mapping[str, Any]
"""Cells by column name; also `sheet`, `row_number` and what the reader noticed, where they matter."""

_TABLE = """
create table if not exists {} (
    delivery_id bigint not null, sheet text not null, row_number bigint not null,
    {}, number_cells text[], error_cells text[], typed_cells text[], defect text, raw_record text
)
"""


@dataclass
class Warehouse:
    """The part of the warehouse that validation sees."""

    connection: psycopg.Connection[Any]

    def land(self, feed: Feed, rows: Sequence[Row], night: date = NIGHT, **landing: Any) -> int:
        """A delivery with these rows, landed; `landing` overrides what the ledger says of it."""
        delivery_id = self._register(feed, night)
        self._ensure_table(feed)
        names = ["delivery_id", "sheet", "row_number", *(column.name for column in feed.columns)]
        names += ["number_cells", "error_cells", "typed_cells", "defect", "raw_record"]
        copy = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier("landing", feed.table), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with self.connection.cursor() as cursor, cursor.copy(copy) as lines:
            for number, row in enumerate(rows, 2):
                fixed = {"delivery_id": delivery_id, "sheet": "", "row_number": number}
                lines.write_row([{**fixed, **row}.get(name) for name in names])
        facts = {"landed_rows": len(rows), **landing}
        columns = sql.SQL(", ").join(map(sql.Identifier, facts))
        values = sql.SQL(", ").join(map(sql.Literal, facts.values()))
        self.connection.execute(
            sql.SQL("insert into ledger.landing (delivery_id, {}) values ({}, {})").format(
                columns, sql.Literal(delivery_id), values
            )
        )
        self.connection.commit()
        return delivery_id

    def validate(self, feed: Feed) -> list[quality.Outcome]:
        outcomes = quality.validate_feed(self.connection, feed)
        self.connection.commit()
        return outcomes

    def forget_medians(self) -> None:
        """As validations of an earlier version are."""
        self.connection.execute("update ledger.validation set median_on = null")
        self.connection.commit()

    def verdicts(self, feed: Feed, delivery_id: int) -> dict[tuple[str, int], tuple[str, list[str]]]:
        """Verdict and broken rules of the rows in quarantine, by address, as the current validation has them."""
        query = sql.SQL(
            "select q.sheet, q.row_number, q.verdict, q.rules from {} as q"
            " join ledger.current_validation as v using (validation_id) where q.delivery_id = %s"
        ).format(sql.Identifier("quarantine", feed.table))
        rows = self.connection.execute(query, (delivery_id,)).fetchall()
        return {(sheet, number): (verdict, sorted(rules)) for sheet, number, verdict, rules in rows}

    def accepted(self, feed: Feed, delivery_id: int) -> list[tuple[str | None, ...]]:
        """Accepted rows, in normal form, as the warehouse's models read them."""
        query = sql.SQL("select {cells} from {view} where delivery_id = %s order by sheet, row_number").format(
            cells=sql.SQL(", ").join(sql.Identifier(column.name) for column in feed.columns),
            view=sql.Identifier("accepted", feed.table),
        )
        return self.connection.execute(query, (delivery_id,)).fetchall()

    def current(self, delivery_id: int) -> dict[str, Any]:
        """The current validation of a delivery."""
        cursor = self.connection.execute(
            "select * from ledger.current_validation where delivery_id = %s", (delivery_id,)
        )
        assert cursor.description
        (row,) = cursor.fetchall()
        return {column.name: value for column, value in zip(cursor.description, row, strict=True)}

    def _register(self, feed: Feed, night: date) -> int:
        self.connection.execute(
            "insert into ledger.feed values (%s, %s, %s, %s, %s) on conflict do nothing",
            (feed.agency, feed.feed, feed.title, feed.owner, feed.cadence),
        )
        (count,) = self.connection.execute("select count(*) from ledger.delivery").fetchone() or (0,)
        sha256 = hashlib.sha256(str(count).encode()).hexdigest()
        name = f"{feed.feed}_{night:%Y%m%d}.{feed.format.extension}"
        found = self.connection.execute(
            "insert into ledger.delivery (agency, feed, business_date, sha256, original_name, size_bytes)"
            " values (%s, %s, %s, %s, %s, 1) returning delivery_id",
            (feed.agency, feed.feed, night, sha256, name),
        ).fetchone()
        assert found
        return int(found[0])

    def _ensure_table(self, feed: Feed) -> None:
        cells = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(c.name)) for c in feed.columns)
        self.connection.execute(sql.SQL(_TABLE).format(sql.Identifier("landing", feed.table), cells))


def feed_called(name: str) -> Feed:
    return next(feed for feed in FEEDS if feed.name == name)


def nights_on(days: int) -> date:
    return NIGHT + timedelta(days=days)


def rows(feed: Any, numbers: Any, **changes: str) -> list[dict[str, Any]]:
    suite = load_suite(feed)
    return [{**good_row(feed, suite, number, NIGHT), **changes} for number in numbers]


def figures(outcome: quality.Outcome) -> tuple[int, int, int, int]:
    return outcome.delivered_rows, outcome.accepted_rows, outcome.quarantined_rows, outcome.duplicate_rows


def remarks(warehouse: Warehouse, delivery_id: int) -> list[tuple[Any, ...]]:
    """What was noticed of a delivery: code, column, value, rows, rupiah and both sentences."""
    return warehouse.connection.execute(
        "select remark_code, column_name, value, row_count, amount_idr, detail_id, detail_en from quality.remark"
        " join ledger.current_validation using (validation_id) where delivery_id = %s order by 1, 2, 3",
        (delivery_id,),
    ).fetchall()
