"""A feed's relations say in the database what they hold, in both languages, as its declaration says it now."""

from __future__ import annotations

import psycopg

from cakupan import landing, quality
from cakupan.feeds import Feed
from cakupan.quality.comments import comment_on_feeds
from tests.quality.deliveries import FEEDS

FEED = next(feed for feed in FEEDS if feed.name == "bpjstk.jakon")
AS_RECEIVED = "TITLE: baris sebagaimana diterima, sebagai teks.\nTITLE: rows as received, as text."


def comments(connection: psycopg.Connection, feed: Feed) -> dict[str, str | None]:
    comment_on_feeds(connection, [feed])
    return dict(
        connection.execute(
            "select c.oid::regclass::text || coalesce('.' || a.attname, ''),"
            " coalesce(col_description(c.oid, a.attnum), obj_description(c.oid, 'pg_class'))"
            " from pg_class as c cross join lateral (select attname, attnum from pg_attribute"
            " where attrelid = c.oid and attnum > 0 union all select null, 0) as a"
            " where c.relname = any(%s) and c.relkind in ('r', 'v')",
            ([before + feed.table for before in ("", "landed_", "examined_")],),
        ).fetchall()
    )


def test_relations_and_columns_are_told_and_told_anew_when_declared_otherwise(database: psycopg.Connection) -> None:
    landing.ensure_landing_table(database, FEED)
    quality.ensure_quarantine_table(database, FEED)
    quality.ensure_accepted_view(database, FEED)
    quality.ensure_keyed_views(database, FEED)
    told = comments(database, FEED)
    assert len(told) > 40
    assert [name for name, says in told.items() if "\n" not in (says or "")] == []
    assert (
        told["landing.bpjstk_jakon"]
        == f"{FEED.title}: baris sebagaimana diterima, sebagai teks.\n{FEED.title}: rows as received, as text."
    )
    assert told["accepted.bpjstk_jakon.nilai_kontrak"] == "Nilai kontrak\nContract value"
    assert told["keyed.landed_bpjstk_jakon.nilai_kontrak"] == "Nilai kontrak\nContract value"

    changed = FEED.columns[3].model_copy(update={"about": "Worth | Harga"})
    columns = (*FEED.columns[:3], changed, *FEED.columns[4:])
    again = comments(database, FEED.model_copy(update={"title": "Proyek", "columns": columns}))
    assert (
        again["landing.bpjstk_jakon"]
        == "Proyek: baris sebagaimana diterima, sebagai teks.\nProyek: rows as received, as text."
    )
    assert again["quarantine.bpjstk_jakon.nilai_kontrak"] == "Harga\nWorth"
