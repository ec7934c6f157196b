"""Erasing a person: what names them goes from landed and examined rows and from identity; what was proved stays proved.

In the place of a NIK or KPJ stands a token of its own, the same everywhere, so that rows still join and figures stay
what they are; all other personal cells are emptied. Whose the token is, nobody can tell any more. When an office
delivers the number anew, it is known again by its HMAC under a key of its own, and erased again at once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import Connection, sql

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.feeds import Feed, load_feeds
from cakupan.landing.cache import make_room
from cakupan.landing.tables import lock
from cakupan.ledger.erased import enter_erasure
from cakupan.ledger.runs import try_lock_build
from cakupan.privacy.held import HeldRow, Person, digits_of, find_person, held_rows, land_dropped
from cakupan.privacy.redacting import KINDS, Tokens, redact
from cakupan.quality.locking import lock_validation

MARK = "erased:"


class CannotErase(RuntimeError):
    """Nothing was erased; says why and what to do."""


@dataclass
class Erased:
    """What an erasure came to."""

    entry_no: int = 0
    landed: int = 0
    examined: int = 0
    deliveries: set[int] = field(default_factory=set)
    shared_kpjs: int = 0
    """Membership numbers that stay because they are reported of somebody else too."""


def erase(nik: str, by: str, why: str, case: str) -> Erased:
    """Erase a person at their request, in one transaction with its entry in the record.

    Raises NobodyFound, CannotErase, ValueError where it is not said by whom, why or for which case, and CannotLandAgain
    where a dropped delivery cannot be looked through.
    """
    if not (by.strip() and why.strip() and case.strip()):
        raise ValueError("who erases says by whom, why, and for which case")
    digits, done, feeds = digits_of(nik), Erased(), load_feeds(settings.FEEDS)
    with connect(Role.LOADER, autocommit=True) as connection:
        land_dropped(connection)
        with connection.transaction():
            if not try_lock_build(connection):
                raise CannotErase("a night is being built; run the same again when it is done")
            for feed in feeds:
                lock_validation(connection, feed.name)
                lock(connection, feed)
            person = find_person(connection, digits)
            done.shared_kpjs = len(person.shared_kpjs)
            tokens = _tokens(connection, person.numbers)
            rows = [row for feed in feeds for row in held_rows(connection, feed, person.numbers)]
            if not rows and person.worker_key is None:
                raise CannotErase("nothing is held under this NIK; check the number")
            erased = redact(connection, rows, tokens)
            _forget(connection, person, tokens)
            _count(done, rows)
            done.entry_no = enter_erasure(connection, erased, _facts(by, why, case, done))
            _remember(connection, tokens, done.entry_no)
        for feed in {row.feed.name: row.feed for row in rows}.values():
            make_room(connection, feed)
            _vacuum(connection, sql.Identifier("quarantine", feed.table))
    with suppress(psycopg.Error), connect(Role.ADMIN, autocommit=True) as admin:
        for table in KINDS.values():
            _vacuum(admin, sql.Identifier("identity", table))
    return done


def erase_again(connection: Connection[Any], feed: Feed) -> int:
    """Erase from the feed's new deliveries the numbers that were erased before; returns how many rows they stood in.

    A transaction for each validation: killed at any point, the next call goes on.
    """
    count = 0
    pending = connection.execute(
        "select v.validation_id, v.delivery_id from ledger.current_validation as v"
        " where v.agency = %s and v.feed = %s"
        " and v.validation_id > (select min(since_validation_id) from identity.erased)"
        " and not exists (select from identity.looked_through as l where l.validation_id = v.validation_id)"
        " order by 1",
        (feed.agency, feed.feed),
    ).fetchall()
    for validation_id, delivery_id in pending:
        with connection.transaction():
            lock(connection, feed)
            tokens = _known_again(connection, feed, delivery_id)
            numbers: dict[str, list[str]] = defaultdict(list)
            for kind, number in tokens:
                numbers[kind].append(number)
            rows = list(held_rows(connection, feed, numbers, delivery_id)) if tokens else []
            if rows:
                erased, done = redact(connection, rows, tokens), Erased()
                _count(done, rows)
                enter_erasure(connection, erased, _facts("cakupan", "delivered again", "erased before", done))
            connection.execute("insert into identity.looked_through values (%s)", (validation_id,))
        count += len(rows)
    return count


def number_mac(kind: str, number: str) -> bytes:
    """Return by what an erased number is known again, under a key that serves nothing else."""
    return hmac.digest(settings.secret("erasure_key").encode(), f"{kind}:{number}".encode(), hashlib.sha256)


def _tokens(connection: Connection[Any], numbers: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], str]:
    """Return what is to stand in the place of each number: what stands there already, else something new."""
    tokens = {}
    for kind, each in numbers.items():
        for number in each:
            known = connection.execute(
                "select token from identity.erased where number_mac = %s", (number_mac(kind, number),)
            ).fetchone()
            tokens[kind, number] = known[0] if known else MARK + uuid4().hex
    return tokens


def _known_again(connection: Connection[Any], feed: Feed, delivery_id: int) -> dict[tuple[str, str], str]:
    """Return the erased numbers that stand in a delivery, with their tokens."""
    erased = dict(connection.execute("select number_mac, token from identity.erased").fetchall())
    found: dict[tuple[str, str], str] = {}
    for column in feed.columns:
        if column.type in KINDS:
            for schema in ("landing", "quarantine"):
                query = sql.SQL(
                    "select distinct regexp_replace(held.{0}, '[^0-9]', '', 'g') from {1} as held"
                    " where delivery_id = %s"
                    " and not exists (select from identity.{2} as known where known.{3} = held.{0})"
                ).format(
                    sql.Identifier(column.name), sql.Identifier(schema, feed.table),
                    sql.Identifier(KINDS[column.type]), sql.Identifier(column.type),
                )  # fmt: skip
                for (number,) in connection.execute(query, (delivery_id,)).fetchall():
                    if number and (token := erased.get(number_mac(column.type, number))):
                        found[column.type, number] = token
    return found


def _forget(connection: Connection[Any], person: Person, tokens: Tokens) -> None:
    """Put tokens in the place of the numbers in identity; of the birth date the month stays, for the age band."""
    for (kind, number), token in tokens.items():
        coarse = sql.SQL(", born_on = date_trunc('month', born_on)::date" if kind == "nik" else "")
        connection.execute(
            sql.SQL("update identity.{} set {} = %s{} where {} = %s").format(
                sql.Identifier(KINDS[kind]), sql.Identifier(kind), coarse, sql.Identifier(kind)
            ),
            (token, number),
        )


def _remember(connection: Connection[Any], tokens: Tokens, entry_no: int) -> None:
    for (kind, number), token in tokens.items():
        connection.execute(
            "insert into identity.erased (number_mac, kind, token, entry_no, since_validation_id)"
            " select %s, %s, %s, %s, coalesce(max(validation_id), 0) from ledger.validation on conflict do nothing",
            (number_mac(kind, number), kind, token, entry_no),
        )


def _facts(by: str, why: str, case: str, done: Erased) -> dict[str, Any]:
    return {
        "by": by, "why": why, "case": case, "landed": done.landed, "examined": done.examined,
        "deliveries": sorted(done.deliveries),
    }  # fmt: skip


def _count(done: Erased, rows: Iterable[HeldRow]) -> None:
    for row in rows:
        done.deliveries.add(row.delivery_id)
        if row.validation_id is None:
            done.landed += 1
        else:
            done.examined += 1


def _vacuum(connection: Connection[Any], table: sql.Identifier) -> None:
    with suppress(psycopg.Error):  # what is dead goes with the next vacuum
        connection.execute(sql.SQL("vacuum {}").format(table))
