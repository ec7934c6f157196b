"""Runs: attempts to build a night, what each is made of, and which one is being built."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from psycopg import Connection

from cakupan import settings


class CurrentRun(NamedTuple):
    """The run being built."""

    run_id: int
    as_of: date
    since: str
    alive: bool
    """Its turn lasts: another night has to wait."""


def lock_build(connection: Connection[Any]) -> None:
    """Wait for and hold, to the end of the transaction, the right to build or publish."""
    connection.execute("select pg_advisory_xact_lock(hashtext('cakupan.build'))")


def try_lock_build(connection: Connection[Any]) -> bool:
    """Hold the right to build to the end of the transaction, unless somebody else does; returns whether."""
    row = connection.execute("select pg_try_advisory_xact_lock(hashtext('cakupan.build'))").fetchone()
    return bool(row and row[0])


def current_run(connection: Connection[Any]) -> CurrentRun | None:
    """Return the run being built, or the last one that was; None before the first."""
    row = connection.execute(
        """
        select
            run_id, as_of_date, to_char(started_at at time zone %s, 'YYYY-MM-DD HH24:MI'),
            state in ('BUILDING', 'BUILT') and coalesce(held_until > clock_timestamp(), false)
        from ledger.build join ledger.run using (run_id)
        """,
        (settings.TIME_ZONE,),
    ).fetchone()
    return CurrentRun(*row) if row else None


def open_run(connection: Connection[Any], as_of: date, turn: timedelta) -> int:
    """Open a run of the night on the deliveries in force, as the one being built; returns its number.

    The runs before it have failed with that. The caller holds `lock_build`, and commits.
    """
    connection.execute(
        "update ledger.run set state = 'FAILED', finished_at = clock_timestamp(), held_until = null"
        " where state in ('BUILDING', 'BUILT')"
    )
    (run_id,) = connection.execute(
        "insert into ledger.run (as_of_date, held_until) values (%s, clock_timestamp() + %s) returning run_id",
        (as_of, turn),
    ).fetchone() or (0,)
    connection.execute(
        "insert into ledger.run_input (run_id, agency, feed, delivery_id, validation_id, business_date)"
        " select %s, agency, feed, delivery_id, validation_id, business_date from ledger.in_force(%s)",
        (run_id, as_of),
    )
    connection.execute(
        "insert into ledger.build (run_id) values (%s) on conflict (only_row) do update set run_id = excluded.run_id",
        (run_id,),
    )
    return int(run_id)


def extend_turn(connection: Connection[Any], run_id: int, turn: timedelta) -> None:
    """Note that the run being built is alive: for `turn` from now. A run that had failed goes on with that."""
    connection.execute(
        "update ledger.run set held_until = clock_timestamp() + %s,"
        " state = case when state = 'FAILED' then 'BUILDING' else state end,"
        " finished_at = case when state = 'FAILED' then null else finished_at end"
        " where run_id = %s and run_id = (select b.run_id from ledger.build as b)",
        (turn, run_id),
    )


def end_turn(connection: Connection[Any], run_id: int | None = None) -> None:
    """Note that the run, or every run, will not go on: its turn is over."""
    connection.execute(
        "update ledger.run set held_until = null where held_until is not null and run_id = coalesce(%s, run_id)",
        (run_id,),
    )


def mark_run(connection: Connection[Any], run_id: int, state: str) -> None:
    """Note how far a run has come (BUILT, FAILED); one that is published stays so."""
    connection.execute(
        "update ledger.run set state = %(state)s,"
        " finished_at = case when %(state)s = 'FAILED' then clock_timestamp() else finished_at end"
        " where run_id = %(run)s and state not in ('PUBLISHED', %(state)s)",
        {"state": state, "run": run_id},
    )


def mark_published(connection: Connection[Any], run_id: int) -> None:
    """Note that a run is published."""
    connection.execute(
        "update ledger.run set state = 'PUBLISHED', finished_at = clock_timestamp()"
        " where run_id = %s and state <> 'PUBLISHED'",
        (run_id,),
    )


def run_state(connection: Connection[Any], run_id: int) -> str:
    """Return how far a run has come; '' where there is none."""
    (state,) = connection.execute("select state from ledger.run where run_id = %s", (run_id,)).fetchone() or ("",)
    return str(state)


def night_of_run(connection: Connection[Any], run_id: int) -> date | None:
    """Return the night that a run builds; None where there is no such run."""
    (night,) = connection.execute("select as_of_date from ledger.run where run_id = %s", (run_id,)).fetchone() or (
        None,
    )
    return night


def inputs_of(connection: Connection[Any], runs: Sequence[int]) -> set[int]:
    """Return the validations that the runs are made of."""
    rows = connection.execute("select distinct validation_id from ledger.run_input where run_id = any(%s)", (runs,))
    return {validation_id for (validation_id,) in rows}


def deliveries_of(connection: Connection[Any], run_id: int) -> list[int]:
    """Return the deliveries that a run is made of."""
    rows = connection.execute("select delivery_id from ledger.run_input where run_id = %s order by 1", (run_id,))
    return [delivery_id for (delivery_id,) in rows]


def loaded_reference(connection: Connection[Any]) -> str | None:
    """Return the version of the reference layer that was built last."""
    row = connection.execute("select version from ledger.reference order by loaded_at desc limit 1").fetchone()
    return row[0] if row else None


def note_reference(connection: Connection[Any], version: str) -> None:
    """Note that this version of the reference layer was built. The caller commits."""
    connection.execute("insert into ledger.reference (version) values (%s)", (version,))
