"""The cities whose deliveries the warehouse holds, and how much of them."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from psycopg import Connection


class Holding(NamedTuple):
    """Whose deliveries there are, and how much there is."""

    cities: frozenset[str] = frozenset()
    deliveries: int = 0
    nights: tuple[date, ...] = ()
    entries: int = 0


def note_city(connection: Connection[Any], name: str) -> None:
    """Note that the warehouse holds deliveries of this city. The caller commits."""
    connection.execute("insert into ledger.city (name) values (%s) on conflict do nothing", (name,))


def read_holding(connection: Connection[Any]) -> Holding:
    """Read what a warehouse of whatever version holds; nothing where it has no tables yet."""
    delivery, entry, city = connection.execute(
        "select to_regclass('ledger.delivery'), to_regclass('ledger.entry'), to_regclass('ledger.city')"
    ).fetchone() or (None, None, None)
    if delivery is None:
        return Holding()
    (deliveries,) = connection.execute("select count(*) from ledger.delivery").fetchone() or (0,)
    rows = connection.execute("select distinct as_of_date from ledger.publication order by 1")
    nights = tuple(night for (night,) in rows)
    (entries,) = (connection.execute("select count(*) from ledger.entry").fetchone() if entry else None) or (0,)
    names = connection.execute("select name from ledger.city").fetchall() if city and (deliveries or nights) else []
    return Holding(frozenset(name for (name,) in names), deliveries, nights, entries)
