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
        there, columns = digests.table_columns(connection, schema, table), tuple(facts["columns"])
        if set(columns) - set(there):
            return False
        unfilled = tuple(name for name in there if name not in (*columns, "delivery_id"))
        landed = LandedRows(table, delivery_id, facts["sha256"], columns, schema, unfilled)
        return digests.is_landed(connection, landed, landed_rows(facts))


def count_landed(connection: Connection[Any], table: str, delivery_id: int, schema: str = "landing") -> int:
    """Count the rows of the delivery that are there."""
    query = sql.SQL("select count(*) from {} where delivery_id = %s").format(sql.Identifier(schema, table))
    (count,) = connection.execute(query, (delivery_id,)).fetchone() or (0,)
    return int(count)
