"""Why a published figure is empty: a feed that it needs never brought an accepted delivery."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import psycopg

from cakupan.bilingual import Text
from cakupan.lineage.figure_feeds import figure_feeds
from cakupan.notices import feed_states

Missing = dict[str, Text]
"""The feeds without any accepted delivery, each with what is to be said of it."""
NEVER_ACCEPTED = Text("belum pernah ada kiriman {} yang diterima", "no delivery of {} was ever accepted")
NEVER_DELIVERED = Text("{} belum pernah dikirim", "{} was never delivered")


def missing(connection: psycopg.Connection[Any], night: date) -> Missing:
    """Return the feeds of which nothing is in force on the night."""
    return {
        state.name: (NEVER_ACCEPTED if state.business_date else NEVER_DELIVERED).format(state.name)
        for state in feed_states(connection, night)
        if state.in_force is None
    }


def why_empty(mart: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], lacking: Missing) -> list[Text]:
    """Return what to say under a table of a mart: of the empty cells, or of there being no row."""
    listed = list(rows)
    empty = {name for row in listed for name, value in zip(columns, row, strict=True) if value is None}
    if not lacking or (listed and not empty):
        return []
    feeds = {feed for name in (empty or columns) for feed in figure_feeds().feeds_behind_column(mart, name)}
    return [said for feed, said in lacking.items() if feed in feeds]


def marts_in(statement: str) -> list[str]:
    """Return the published relations that a statement names."""
    words = set(re.findall(r"[a-z_]+", statement.lower()))
    return [name for name in figure_feeds().marts if name in words]
