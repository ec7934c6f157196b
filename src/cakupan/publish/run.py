"""Runs in the ledger: start one, and publish it by moving one pointer in one transaction."""

from __future__ import annotations

from datetime import date

import psycopg

from cakupan.audit.published import digest_run, publications, record_publication


class NotBuilt(RuntimeError):
    """The run was not built to its end and tested: a night is published whole or not at all."""


class StaleRun(RuntimeError):
    """Another run has taken over: what this one built must not be shown."""


def start_run(connection: psycopg.Connection, as_of: date) -> int:
    """Open a run of the night `as_of` on the deliveries in force and make it the one being built.

    A run that was being built is overtaken: its next step finds that out. Returns the run's number.
    """
    with connection.transaction():
        lock_build(connection)
        connection.execute(
            "update ledger.run set state = 'FAILED', finished_at = clock_timestamp()"
            " where state in ('BUILDING', 'BUILT')"
        )
        (run_id,) = connection.execute(
            "insert into ledger.run (as_of_date) values (%s) returning run_id", (as_of,)
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


def publish(connection: psycopg.Connection, run_id: int) -> None:
    """Show the run's night to readers; raises StaleRun when a newer run has taken over, NotBuilt before its end."""
    with connection.transaction():
        check_current(connection, run_id)
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
    (current,) = connection.execute("select max(run_id) from ledger.build").fetchone() or (None,)
    if current != run_id:
        raise StaleRun(f"run {run_id} was overtaken by run {current}, which publishes the night; nothing to do")
