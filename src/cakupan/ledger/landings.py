"""Landings: what came of reading a delivery's bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from cakupan.bilingual import Text
from cakupan.feeds import Feed


def not_landed(connection: Connection[Any], feed: Feed) -> list[tuple[int, str]]:
    """Return the feed's deliveries that were never landed, oldest first: delivery_id and SHA-256."""
    return connection.execute(
        "select delivery_id, sha256 from ledger.delivery as d where agency = %s and feed = %s"
        " and not exists (select from ledger.landing as l where l.delivery_id = d.delivery_id)"
        " order by business_date, delivery_id",
        (feed.agency, feed.feed),
    ).fetchall()


def replace_landing(
    connection: Connection[Any],
    delivery_id: int,
    landed_rows: int,
    *,
    extra_columns: Iterable[str],
    missing_columns: Iterable[str],
    refusal: tuple[str, Text] | None,
    totals: Iterable[Mapping[str, Any]],
) -> None:
    """Enter what was landed of the delivery just now, or its refusal (code and sentence). The caller commits."""
    code, text = refusal or (None, None)
    connection.execute("delete from ledger.landing where delivery_id = %s", (delivery_id,))
    connection.execute(
        "insert into ledger.landing (delivery_id, landed_rows, extra_columns, missing_columns,"
        " refusal_code, refusal_id, refusal_en, totals) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            delivery_id,
            landed_rows,
            list(extra_columns),
            list(missing_columns),
            code,
            text and text.id,
            text and text.en,
            Jsonb(stated) if (stated := list(totals)) else None,
        ),
    )
