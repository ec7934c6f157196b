"""What dbt reads of a feed: accepted rows under keys, without what is personal, and the amounts of all rows.

The loader owns the views and reads for them what dbt's login may not. A NIK and a KPJ are told by their pseudonyms;
names, birth dates and whatever else a feed declares as personal are not there. See docs/decisions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from psycopg import sql

from cakupan.database.patience import change
from cakupan.feeds import ACCEPTED, PSEUDONYMS, Feed
from cakupan.landing.tables import landing_table, lock
from cakupan.quality.comments import keyed_comment
from cakupan.quality.quarantine import quarantine_table

KEYED = "keyed"
# Of what names a row and is no number of a person: who has the cell and not the secret cannot tell the hash.
_HASH = sql.SQL(
    "encode(sha256((select key.secret from ledger.row_reference_key as key where key.only_row)"
    " || convert_to({}, 'UTF8')), 'hex')"
)
_NO = {"uuid": sql.SQL("null::uuid"), "text": sql.SQL("null::text")}


def ensure_keyed_views(connection: psycopg.Connection[Any], feed: Feed) -> None:
    """Make the feed's views on its accepted, landed and examined rows, or replace them where they are not as declared.

    As with the view of accepted rows, columns declared since come last and none ever goes: one that has become
    personal stays and is empty.
    """
    for kind, shown, clause in _views(feed):
        view = sql.Identifier(KEYED, f"{kind}{feed.table}")
        known, comment = _standing(connection, view)
        new = [name for name in shown if name not in known]
        parts = [
            sql.SQL("{} as {}").format(shown.get(name) or _NO[known[name]], sql.Identifier(name))
            for name in (*known, *new)
        ]
        definition = sql.SQL("select {} {}").format(sql.SQL(", ").join(parts), clause)
        mark = "definition " + hashlib.md5(definition.as_string().encode(), usedforsecurity=False).hexdigest()
        says = f"{keyed_comment(feed, kind)}\n{mark}"
        if comment != says:
            with connection.transaction():
                lock(connection, feed)
                change(connection, view, sql.SQL("create or replace view {} as {}").format(view, definition))
                connection.execute(sql.SQL("comment on view {} is {}").format(view, sql.Literal(says)))


def _views(feed: Feed) -> Iterator[tuple[str, dict[str, sql.Composable], sql.Composed]]:
    """Yield what the name of each view begins with, its columns, and where their rows come from."""
    columns, joins = (
        dict(_cells("accepted", ACCEPTED)),
        [sql.SQL("from accepted.{} as accepted").format(_id(feed.table))],
    )
    for shown, name in feed.keyed.items():
        cell, kind = sql.Identifier("accepted", name), feed.column(name).type
        if home := PSEUDONYMS.get(kind):
            number = f"number_{name}"
            columns[shown] = sql.Identifier(number, f"{home}_key")
            joins.append(
                sql.SQL("left join identity.{} as {} on {} = {}").format(
                    _id(home), _id(number), cell, sql.Identifier(number, kind)
                )
            )
        else:
            columns[shown] = cell if shown == name else _HASH.format(cell)
    yield "", columns, sql.SQL(" ").join(joins)
    if feed.amounts:
        landed = dict(_cells("landed", ("delivery_id", *feed.amounts)))
        yield "landed_", landed, sql.SQL("from {} as landed").format(landing_table(feed))
        examined = dict(_cells("examined", ("validation_id", "verdict", *feed.amounts)))
        yield "examined_", examined, sql.SQL("from {} as examined").format(quarantine_table(feed))


def _cells(relation: str, names: Iterable[str]) -> Iterator[tuple[str, sql.Composable]]:
    for name in names:
        yield name, sql.Identifier(relation, name)


def _id(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _standing(connection: psycopg.Connection[Any], view: sql.Identifier) -> tuple[dict[str, str], str]:
    """Read the columns of the view as it stands, in order, with their types, and its comment."""
    row = connection.execute(
        "select array(select array[attname::text, format_type(atttypid, atttypmod)]"
        " from pg_attribute where attrelid = view.oid and attnum > 0 order by attnum),"
        " coalesce(obj_description(view.oid, 'pg_class'), '') from (select to_regclass(%s)::oid) as view (oid)",
        (view.as_string(connection),),
    ).fetchone()
    columns, comment = row or ([], "")
    return dict(columns), comment
