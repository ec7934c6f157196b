"""Pseudonyms: the only place that turns a NIK or a KPJ into a key.

A key is the first 16 bytes of an HMAC-SHA256 under a secret of the installation, so that who lacks the secret can
neither invert a key nor test a guess, and a worker keeps the key from night to night and feed to feed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import psycopg
from psycopg import sql

from cakupan import settings
from cakupan.feeds import Feed
from cakupan.identity import keys

YOUNGEST_WORKER = 15  # years; decides the century that a NIK leaves open
# The delivery finds the landed rows, the validation those that were examined.
_NEW_VALUES = sql.SQL(
    "select distinct accepted.{column} from {accepted} as accepted"
    " where accepted.delivery_id = %(delivery_id)s and accepted.validation_id = %(validation_id)s"
    " and accepted.{column} is not null"
    " and not exists (select from identity.{home} as known where known.{id} = accepted.{column})"
    " order by 1"  # two feeds that add the same persons at once wait for each other, and not in a circle
)
AT_ONCE = 20_000
"""New NIKs or KPJs that are held in memory."""


def pseudonym(kind: str, value: str, secret: bytes) -> UUID:
    """Compute the key of one NIK (`kind` nik) or KPJ (`kind` kpj)."""
    digest = hmac.digest(secret, f"{kind}:{value}".encode(), hashlib.sha256)
    return UUID(bytes=digest[:16])


def audit_key(key: UUID) -> UUID:
    """Return the key that outputs naming persons have in place of a key of the marts.

    It is made with a secret of another purpose: what auditors were shown and what BI tools read cannot be joined by it.
    """
    secret = hmac.digest(settings.secret("ledger_salt_key").encode(), b"audit keys", hashlib.sha256)
    return pseudonym("audit", str(key), secret)


def born_on(nik: str, on: date) -> date:
    """Read the birth date in a valid NIK; of two possible centuries the later that makes a worker old enough."""
    day, month, year = int(nik[6:8]) % 40, int(nik[8:10]), int(nik[10:12])
    century = 2000 if 2000 + year <= on.year - YOUNGEST_WORKER else 1900
    try:
        return date(century + year, month, day)
    except ValueError:  # 29 February of a year that was a leap year only in the other century
        return date(3900 - century + year, month, day)


def sex(nik: str) -> str:
    """Return `P` where the NIK adds 40 to the day of birth, else `L`."""
    return "P" if int(nik[6:8]) > 40 else "L"


def worker_key(connection: psycopg.Connection, nik: str) -> UUID:
    """Return the key that a NIK has; of one that nobody has, the one that it would get."""
    known = connection.execute("select worker_key from identity.worker where nik = %s", (nik,)).fetchone()
    return known[0] if known else pseudonym("nik", nik, keys.key(connection, keys.newest(connection)))


def register(connection: psycopg.Connection, feed: Feed) -> int:
    """Give a key to every new NIK and KPJ in the feed's accepted rows; returns how many there were.

    Validations whose values are all known are remembered, so that a night looks at its own rows only. One
    transaction for each validation: a killed run is continued by the next.
    """
    added = 0
    pending = connection.execute(
        "select validation_id, delivery_id, business_date from ledger.current_validation as v"
        " where agency = %s and feed = %s and delivery_status = 'ACCEPTED'"
        " and not exists (select from identity.registered as r where r.validation_id = v.validation_id)"
        " order by validation_id",
        (feed.agency, feed.feed),
    ).fetchall()
    for validation_id, delivery_id, business_date in pending:
        with connection.transaction():
            # Of rows just landed the planner has no statistics and would compare each with each.
            connection.execute("set local enable_nestloop = off")
            connection.execute("set local cursor_tuple_fraction = 1")  # all rows are fetched, not the first few
            for column in feed.columns:
                if column.type in ("nik", "kpj"):
                    query = _NEW_VALUES.format(
                        column=sql.Identifier(column.name),
                        accepted=sql.Identifier("accepted", feed.table),
                        home=sql.Identifier("worker" if column.type == "nik" else "membership"),
                        id=sql.Identifier(column.type),
                    )
                    ids = {"delivery_id": delivery_id, "validation_id": validation_id}
                    with connection.cursor("new_values") as found:
                        found.execute(query, ids)
                        while some := found.fetchmany(AT_ONCE):
                            added += _add(connection, column.type, [value for (value,) in some], business_date)
            connection.execute("insert into identity.registered values (%s) on conflict do nothing", (validation_id,))
    return added


def _add(connection: psycopg.Connection, kind: str, values: Iterable[str], on: date) -> int:
    number = keys.newest(connection)
    secret = keys.key(connection, number)
    rows: Iterable[tuple[object, ...]]
    if kind == "nik":
        rows = ((value, pseudonym(kind, value, secret), born_on(value, on), sex(value), number) for value in values)
        home, names = "worker", ["nik", "worker_key", "born_on", "sex", "key_no"]
    else:
        rows = ((value, pseudonym(kind, value, secret), number) for value in values)
        home, names = "membership", ["kpj", "membership_key", "key_no"]
    table = sql.Identifier("identity", home)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    # Through a table of its own, because another feed may register the same worker at the same time.
    connection.execute(
        sql.SQL("create temp table newcomer on commit drop as select {} from {} limit 0").format(columns, table)
    )
    with connection.cursor().copy(sql.SQL("copy newcomer ({}) from stdin").format(columns)) as copy:
        for row in rows:
            copy.write_row(row)
    added = connection.execute(
        sql.SQL("insert into {} ({}) select {} from newcomer order by 1 on conflict do nothing").format(
            table, columns, columns
        )
    ).rowcount
    connection.execute("drop table newcomer")
    return added
