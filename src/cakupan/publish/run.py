"""Runs in the ledger: start one, and publish it by moving one pointer in one transaction."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import psycopg

from cakupan import settings
from cakupan.ledger.publications import digest_run, publications, record_publication

LEASE = timedelta(minutes=15)
"""How long a run may stand still between two steps until another night may take its turn."""
RETRY_LEASE = timedelta(minutes=2)
"""The same after a step that failed: its next try comes sooner, or never."""


class NotBuilt(RuntimeError):
    """The run was not built to its end and tested: a night is published whole or not at all."""


class StaleRun(RuntimeError):
    """Another run has taken over: what this one built must not be shown."""


class Busy(RuntimeError):
    """Another night is being built, whose turn it is; says which."""


def start_run(connection: psycopg.Connection, as_of: date) -> int:
    """Open a run of the night `as_of` on the deliveries in force and make it the one being built.

    A run of the same night that was being built is overtaken: its next step finds that out. Raises Busy while a run of
    another night is alive. Returns the run's number.
    """
    with connection.transaction():
        _take_turn(connection, as_of)
        connection.execute(
            "update ledger.run set state = 'FAILED', finished_at = clock_timestamp(), held_until = null"
            " where state in ('BUILDING', 'BUILT')"
        )
        (run_id,) = connection.execute(
            "insert into ledger.run (as_of_date, held_until) values (%s, clock_timestamp() + %s) returning run_id",
            (as_of, LEASE),
        ).fetchone() or (0,)
        connection.execute(
            "insert into ledger.run_input (run_id, agency, feed, delivery_id, validation_id, business_date)"
            " select %s, agency, feed, delivery_id, validation_id, business_date from ledger.in_force(%s)",
            (run_id, as_of),
        )
        connection.execute(
            "insert into ledger.build (run_id) values (%s)"
            " on conflict (only_row) do update set run_id = excluded.run_id",
            (run_id,),
        )
    return int(run_id)


def _take_turn(connection: psycopg.Connection, as_of: date) -> None:
    """Hold the right to build, to the end of the transaction; raises Busy when it is another night's turn."""
    current = _current(connection)
    if current is None or current.as_of == as_of:
        lock_build(connection)
    else:
        (held,) = connection.execute("select pg_try_advisory_xact_lock(hashtext('cakupan.build'))").fetchone() or (
            False,
        )
        if not held:  # a step of it is at work at this moment
            raise Busy(current.told)
    current = _current(connection)
    if current and current.alive and current.as_of != as_of:
        raise Busy(current.told)


class _Current(NamedTuple):
    """The run being built."""

    run_id: int
    as_of: date
    since: str
    alive: bool

    @property
    def told(self) -> str:
        """Why another night must wait."""
        return (
            f"run {self.run_id} builds the night of {self.as_of} since {self.since}; when it is published or has"
            " failed, it is this night's turn: run it again then"
        )


def _current(connection: psycopg.Connection) -> _Current | None:
    row = connection.execute(
        """
        select
            run_id, as_of_date, to_char(started_at at time zone %s, 'YYYY-MM-DD HH24:MI'),
            state in ('BUILDING', 'BUILT') and coalesce(held_until > clock_timestamp(), false)
        from ledger.build join ledger.run using (run_id)
        """,
        (settings.TIME_ZONE,),
    ).fetchone()
    return _Current(*row) if row else None


def keep_turn(connection: psycopg.Connection, run_id: int, lease: timedelta | None = None) -> None:
    """Note that the run is alive: for `lease` from now no other night takes its turn. A run that had failed goes on."""
    with connection.transaction():
        connection.execute(
            "update ledger.run set held_until = clock_timestamp() + %s,"
            " state = case when state = 'FAILED' then 'BUILDING' else state end,"
            " finished_at = case when state = 'FAILED' then null else finished_at end"
            " where run_id = %s and run_id = (select b.run_id from ledger.build as b)",
            (lease or LEASE, run_id),
        )


def let_go(connection: psycopg.Connection, run_id: int | None = None) -> None:
    """Let other nights have their turn: the run, or every run, will not go on."""
    with connection.transaction():
        connection.execute(
            "update ledger.run set held_until = null where held_until is not null and run_id = coalesce(%s, run_id)",
            (run_id,),
        )


def publish(connection: psycopg.Connection, run_id: int) -> None:
    """Show the run's night to readers; raises StaleRun when a newer run has taken over, NotBuilt before its end."""
    with connection.transaction():
        check_current(connection, run_id)
        keep_turn(connection, run_id)
        # What readers will see is put on record; computed here, where it holds up nobody.
        digests = digest_run(connection, run_id, publications(connection))
    with connection.transaction():
        lock_build(connection)
        check_current(connection, run_id)
        (state,) = connection.execute("select state from ledger.run where run_id = %s", (run_id,)).fetchone() or ("",)
        if state not in ("BUILT", "PUBLISHED"):
            raise NotBuilt(f"run {run_id} is {state}, not BUILT: let its build tasks finish before publishing it")
        published = connection.execute(
            "insert into ledger.publication (as_of_date, run_id) select as_of_date, run_id from ledger.run"
            " where run_id = %s on conflict (run_id) do nothing",
            (run_id,),
        )
        connection.execute(
            "update ledger.run set state = 'PUBLISHED', finished_at = clock_timestamp() where run_id = %s", (run_id,)
        )
        if published.rowcount:
            record_publication(connection, run_id, digests)


def mark(connection: psycopg.Connection, run_id: int, state: str) -> None:
    """Note how far a run has come (BUILT, FAILED)."""
    with connection.transaction():
        connection.execute(
            "update ledger.run set state = %s where run_id = %s and state <> 'PUBLISHED'", (state, run_id)
        )


def lock_build(connection: psycopg.Connection) -> None:
    """Wait for and hold, to the end of the transaction, the right to build or publish."""
    connection.execute("select pg_advisory_xact_lock(hashtext('cakupan.build'))")


def check_current(connection: psycopg.Connection, run_id: int) -> None:
    """Raise StaleRun unless `run_id` is the run being built."""
    current = _current(connection)
    if current is None:
        raise StaleRun(f"run {run_id} is not being built, nor is any other: run its night again")
    if current.run_id == run_id:
        return
    (as_of,) = connection.execute("select as_of_date from ledger.run where run_id = %s", (run_id,)).fetchone() or (
        None,
    )
    if as_of == current.as_of:
        raise StaleRun(
            f"run {run_id} was overtaken by run {current.run_id}, which builds the same night of {as_of}; nothing to do"
        )
    raise StaleRun(
        f"run {run_id} of the night of {as_of} had failed or stood still, so run {current.run_id} of the night of"
        f" {current.as_of} took its turn: run the night of {as_of} again"
    )
