"""Column names and the hash of a key, as SQL."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql


def column_list(names: Iterable[str], table: str | None = None) -> sql.Composable:
    """List the names with commas between, each with the table's name before it where one is given."""
    parts = [sql.Identifier(table, name) if table else sql.Identifier(name) for name in names]
    return sql.SQL(", ").join(parts)


def key_hash(key: tuple[str, ...]) -> sql.Composable:
    """Hash the key to 64 bits, the same for the same cells; a missing cell counts as an empty one."""
    hashed: sql.Composable = sql.SQL("0")
    for name in key:
        hashed = sql.SQL("hashtextextended(coalesce({}, ''), {})").format(sql.Identifier(name), hashed)
    return hashed
