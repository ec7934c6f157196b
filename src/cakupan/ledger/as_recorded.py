"""Whether rows of a delivery, wherever they lie, are those that the record says were landed."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql

from cakupan.ledger import copied, digests
from cakupan.ledger.digests import LandedRows
from cakupan.ledger.validations import landed_rows


def is_as_recorded(connection: Connection[Any], facts: dict[str, Any], schema: str = "landing") -> bool:
    """Return whether the delivery's rows, in the feed's table of that schema, are those of a validation's entry."""
    table, delivery_id = f"{facts['agency']}_{facts['feed']}", facts["delivery_id"]
    with connection.transaction():
        copied.spell(connection)
        if not facts["landed_rows"]:
            return count_landed(connection, table, delivery_id, schema) == 0
        if set(facts["columns"]) - set(digests.table_columns(connection, schema, table)):
            return False
        landed = LandedRows(table, delivery_id, facts["sha256"], tuple(facts["columns"]), schema)
        same = digests.is_landed(connection, landed, landed_rows(facts))
        return same and not _filled_since(connection, facts, schema)


def count_landed(connection: Connection[Any], table: str, delivery_id: int, schema: str = "landing") -> int:
    """Count the rows of the delivery that are there."""
    query = sql.SQL("select count(*) from {} where delivery_id = %s").format(sql.Identifier(schema, table))
    (count,) = connection.execute(query, (delivery_id,)).fetchone() or (0,)
    return int(count)


def _filled_since(connection: Connection[Any], facts: dict[str, Any], schema: str) -> bool:
    """Tell whether a column that the delivery did not fill holds something of it now."""
    table = f"{facts['agency']}_{facts['feed']}"
    columns = digests.table_columns(connection, schema, table)
    others = [sql.Identifier(name) for name in columns if name not in (*facts["columns"], "delivery_id")]
    if not others:
        return False
    query = sql.SQL("select from {} where delivery_id = %s and num_nonnulls({}) > 0 limit 1").format(
        sql.Identifier(schema, table), sql.SQL(", ").join(others)
    )
    return connection.execute(query, (facts["delivery_id"],)).fetchone() is not None
