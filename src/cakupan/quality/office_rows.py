"""The quarantined rows of all feeds as one relation, of which each office sees its own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from cakupan.bilingual import Text
from cakupan.database.patience import change
from cakupan.feeds import Feed
from cakupan.quality.comments import OWN
from cakupan.quality.quarantine import quarantine_table

VIEW = sql.Identifier("office", "quarantined_row")
ABOUT = (
    "Baris yang dikarantina pada pemeriksaan terbaru tiap kiriman, dengan aturan yang dilanggar\n"
    "Rows quarantined by the newest validation of each delivery, with the rules they break"
)
COLUMNS = {
    "agency": Text("Lembaga pengirim.", "Agency that delivers."),
    "feed": Text("Nama kiriman.", "Feed."),
    "delivery_id": OWN["delivery_id"],
    "sheet": OWN["sheet"],
    "row_number": OWN["row_number"],
    "rules": OWN["rules"],
    "cells": Text("Sel baris itu, menurut judul kolomnya.", "The row's cells, by the headings of their columns."),
}
_OF_FEED = sql.SQL(
    """
    select
        {agency} as agency, {feed} as feed, examined.delivery_id, examined.sheet, examined.row_number, examined.rules,
        jsonb_build_object({cells}) as cells
    from {quarantine} as examined
    where
        examined.verdict = 'quarantined'
        and examined.validation_id = (
            select max(newest.validation_id)
            from ledger.validation as newest
            where newest.delivery_id = examined.delivery_id
        )
    """
)


def ensure_quarantine_of_offices(connection: psycopg.Connection[Any], feeds: Sequence[Feed]) -> None:
    """Make the view, or replace it where the feeds are declared otherwise. It asks as whoever reads it."""
    definition = sql.SQL(" union all ").join(map(_of_feed, feeds))
    defined = f"{definition.as_string()}{COLUMNS}"
    mark = "definition " + hashlib.md5(defined.encode(), usedforsecurity=False).hexdigest()
    (comment,) = connection.execute(
        "select coalesce(obj_description(to_regclass(%s)::oid, 'pg_class'), '')", (VIEW.as_string(),)
    ).fetchone() or ("",)
    if comment.endswith(mark):
        return
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtext('cakupan.office'))")
        statement = sql.SQL("create or replace view {} with (security_invoker = true) as {}")
        change(connection, VIEW, statement.format(VIEW, definition))
        connection.execute(sql.SQL("comment on view {} is {}").format(VIEW, sql.Literal(f"{ABOUT}\n{mark}")))
        for name, text in COLUMNS.items():
            column = sql.Identifier("office", "quarantined_row", name)
            connection.execute(sql.SQL("comment on column {} is {}").format(column, sql.Literal(text.in_lines())))


def _of_feed(feed: Feed) -> sql.Composed:
    cells = [part for c in feed.columns for part in (sql.Literal(c.header), sql.Identifier("examined", c.name))]
    return _OF_FEED.format(
        agency=sql.Literal(feed.agency), feed=sql.Literal(feed.feed), cells=sql.SQL(", ").join(cells),
        quarantine=quarantine_table(feed),
    )  # fmt: skip
