"""Changing a relation that others may be reading, from Python; see ddl.sql."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql


def change(connection: psycopg.Connection[Any], relation: sql.Identifier, statement: sql.Composable) -> None:
    """Run the statement, which changes the relation, without holding up its readers.

    Part of the caller's transaction, which should end soon after. Raises psycopg.Error; where another session holds the
    relation, that names it.
    """
    connection.execute(
        "select ledger.patiently(array[%s], array[%s])",
        (statement.as_string(connection), relation.as_string(connection)),
    )
