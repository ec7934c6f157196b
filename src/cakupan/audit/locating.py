"""Which landed rows were altered: the archived delivery is read again and compared, and nothing of that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Connection, sql

from cakupan import landing, settings
from cakupan.feeds import Feed, find_feed
from cakupan.landing.archive import open_archive
from cakupan.landing.tables import landing_table
from cakupan.ledger import digests
from cakupan.ledger.digests import LandedRows
from cakupan.ledger.merkle import EMPTY_ROOT
from cakupan.ledger.validations import landed_rows

_COMPARED = """
select
    coalesce(now.sheet, was.sheet), coalesce(now.row_number, was.row_number),
    was.row_number is null, now.row_number is null, array_remove(array[{changed}], null)
from held as now
full join (select * from {landing} where delivery_id = {delivery}) as was using (sheet, row_number)
where now.row_number is null or was.row_number is null or ({now}) is distinct from ({was})
order by 1, 2
"""
_TWICE = "select sheet, row_number, count(*) from held group by 1, 2 having count(*) > 1 order by 1, 2"


def locate(connection: Connection[Any], recorded: Sequence[dict[str, Any]], *, archived: bool) -> list[str]:
    """Name each landed row of a delivery that is not what the archived file gives now, by sheet, row and columns.

    `recorded` is what the record says of the delivery's validations. The file is landed again in a transaction that is
    rolled back; `archived` says whether its bytes are as received.
    """
    facts = recorded[-1]
    if not archived:
        return ["rows are not those that were recorded; which ones cannot be told, as the archived file is altered too"]
    there = digests.table_columns(connection, "landing", f"{facts['agency']}_{facts['feed']}")
    if missing := [name for name in facts["columns"] if name not in there]:
        return [f"the columns {', '.join(missing)} are gone"]
    try:
        feed = find_feed(settings.FEEDS, f"{facts['agency']}.{facts['feed']}")
    except KeyError:
        return ["rows are not those that were recorded; which ones cannot be told, as the feed is declared no longer"]
    found: list[str] = []
    with connection.transaction() as scratch:
        found = _compare(connection, feed, recorded)
        raise psycopg.Rollback(scratch)
    return found


def _compare(connection: Connection[Any], feed: Feed, recorded: Sequence[dict[str, Any]]) -> list[str]:
    facts = recorded[-1]
    delivery, table = facts["delivery_id"], landing_table(feed)
    connection.execute(
        sql.SQL("create temporary table held on commit drop as select * from {} where delivery_id = {}").format(
            table, sql.Literal(delivery)
        )
    )
    with open_archive().file(facts["sha256"]) as path:
        landing.land(connection, feed, delivery, path)
    columns = [name for name in digests.table_columns(connection, "landing", feed.table) if name != "delivery_id"]
    query = sql.SQL(_COMPARED).format(
        landing=table,
        delivery=sql.Literal(delivery),
        changed=sql.SQL(", ").join(
            sql.SQL("case when now.{0} is distinct from was.{0} then {1} end").format(
                sql.Identifier(name), sql.Literal(name)
            )
            for name in columns
        ),
        now=sql.SQL(", ").join(sql.Identifier("now", name) for name in columns),
        was=sql.SQL(", ").join(sql.Identifier("was", name) for name in columns),
    )
    found = [_worded(*row) for row in connection.execute(query)]
    found += [f"{_place(sheet, number)}: is there {count} times" for sheet, number, count in connection.execute(_TWICE)]
    if found and not any(_gives(connection, each, feed.table) for each in recorded):
        found.insert(
            0, "the archived file read now gives other rows than it gave then: what follows may be due to that"
        )
    return found


def _gives(connection: Connection[Any], facts: dict[str, Any], table: str) -> bool:
    """Tell whether what is landed at the moment is what was recorded."""
    landed = LandedRows(table, facts["delivery_id"], facts["sha256"], tuple(facts["columns"]))
    digest = digests.landed_digest(connection, landed) if facts["columns"] else digests.Digest(0, EMPTY_ROOT)
    return digest == landed_rows(facts)


def _worded(sheet: str, number: int, added: bool, removed: bool, columns: list[str]) -> str:
    if added:
        return f"{_place(sheet, number)}: was added"
    if removed:
        return f"{_place(sheet, number)}: was removed"
    return f"{_place(sheet, number)}: differs in {', '.join(columns)}"


def _place(sheet: str, number: int) -> str:
    return f"sheet {sheet!r}, row {number}" if sheet else f"row {number}"
