"""Runs of a night: start one when it is its turn, and publish it by moving one pointer in one transaction."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg

from cakupan.landing import land_again
from cakupan.ledger import runs
from cakupan.ledger.publications import Keeper, digest_run, enter_publication, publications, record_publication

TURN = timedelta(minutes=15)
"""How long a run may stand still between two steps until another night may take its turn."""
RETRY_TURN = timedelta(minutes=2)
"""The same after a step that failed: its next try comes sooner, or never."""


class NotBuilt(RuntimeError):
    """The run was not built to its end and tested: a night is published whole or not at all."""


class StaleRun(RuntimeError):
    """Another run has taken over: what this one built must not be shown."""


class Busy(RuntimeError):
    """Another night is being built, whose turn it is; says which."""

    def __init__(self, current: runs.CurrentRun) -> None:
        super().__init__(current)
        self._current = current

    def __str__(self) -> str:
        return (
            f"run {self._current.run_id} builds the night of {self._current.as_of} since {self._current.since}; when it"
            " is published or has failed, it is this night's turn: run it again then"
        )


def start_run(connection: psycopg.Connection, as_of: date) -> int:
    """Open a run of the night `as_of` on the deliveries in force and make it the one being built.

    A run of the same night that was being built is overtaken: its next step finds that out. Raises Busy while a run of
    another night is alive, CannotLandAgain where rows that a past night needs were dropped and cannot be had again.
    Returns the run's number.
    """
    with connection.transaction():
        _take_turn(connection, as_of)
        run_id = runs.open_run(connection, as_of, TURN)
        land_again(connection, runs.deliveries_of(connection, run_id))
        return run_id


def _take_turn(connection: psycopg.Connection, as_of: date) -> None:
    """Hold the right to build, to the end of the transaction; raises Busy when it is another night's turn."""
    current = runs.current_run(connection)
    if current is None or current.as_of == as_of:
        runs.lock_build(connection)
    elif not runs.try_lock_build(connection):  # a step of it is at work at this moment
        raise Busy(current)
    current = runs.current_run(connection)
    if current and current.alive and current.as_of != as_of:
        raise Busy(current)


def keep_turn(connection: psycopg.Connection, run_id: int, turn: timedelta = TURN) -> None:
    """Keep the turn for the run, which is alive: no other night takes it for `turn` from now."""
    with connection.transaction():
        runs.extend_turn(connection, run_id, turn)


def end_turn(connection: psycopg.Connection, run_id: int | None = None) -> None:
    """Let other nights have their turn: the run, or every run, will not go on."""
    with connection.transaction():
        runs.end_turn(connection, run_id)


def publish(connection: psycopg.Connection, run_id: int, keeper: Keeper | None = None) -> bool:
    """Show the run's night to readers; returns whether that is new.

    `keeper` is given what is put on record. Raises StaleRun when a newer run has taken over, NotBuilt before its end.
    """
    with connection.transaction():
        check_current(connection, run_id)
        keep_turn(connection, run_id)
        # What readers will see is put on record; computed here, where it holds up nobody.
        digests = digest_run(connection, run_id, publications(connection), keeper)
    with connection.transaction():
        runs.lock_build(connection)
        check_current(connection, run_id)
        state = runs.run_state(connection, run_id)
        if state not in ("BUILT", "PUBLISHED"):
            raise NotBuilt(f"run {run_id} is {state}, not BUILT: let its build tasks finish before publishing it")
        is_new = enter_publication(connection, run_id)
        runs.mark_published(connection, run_id)
        if is_new:
            record_publication(connection, run_id, digests)
    return is_new


def check_current(connection: psycopg.Connection, run_id: int) -> None:
    """Raise StaleRun unless `run_id` is the run being built."""
    current = runs.current_run(connection)
    if current is None:
        raise StaleRun(f"run {run_id} is not being built, nor is any other: run its night again")
    if current.run_id == run_id:
        return
    as_of = runs.night_of_run(connection, run_id)
    if as_of == current.as_of:
        raise StaleRun(
            f"run {run_id} was overtaken by run {current.run_id}, which builds the same night of {as_of}; nothing to do"
        )
    raise StaleRun(
        f"run {run_id} of the night of {as_of} had failed or stood still, so run {current.run_id} of the night of"
        f" {current.as_of} took its turn: run the night of {as_of} again"
    )
