"""Runs and the readers' pointer."""

import contextlib
import copy
from datetime import date, timedelta
from random import Random

import psycopg
import pytest

from cakupan.database import Role, connect
from cakupan.ledger.nights import nights_to_restate
from cakupan.ledger.runs import CurrentRun, lock_build, mark_run
from cakupan.publish import Busy, NotBuilt, StaleRun, end_turn, publish
from cakupan.publish import start_run as begin_run
from cakupan.publish.run import check_current, keep_turn

NIGHT = date(2025, 9, 9)


def deliver(connection: psycopg.Connection, on: date, status: str = "ACCEPTED", cadence: str = "snapshot") -> int:
    """Put one validated delivery in the ledger; returns its validation."""
    connection.execute("insert into ledger.feed values ('a', 'f', 't', 'o', %s) on conflict do nothing", (cadence,))
    row = connection.execute(
        "with d as (insert into ledger.delivery (agency, feed, business_date, sha256, original_name, size_bytes)"
        " values ('a', 'f', %s, encode(sha256(clock_timestamp()::text::bytea), 'hex'), 'n', 1) returning delivery_id)"
        " insert into ledger.validation (delivery_id, delivery_status, delivered_rows, accepted_rows, quarantined_rows,"
        " duplicate_rows) select delivery_id, %s, 0, 0, 0, 0 from d returning validation_id",
        (on, status),
    ).fetchone()
    connection.commit()
    assert row
    return int(row[0])


def start_run(connection: psycopg.Connection, as_of: date) -> int:
    """A run that was built to its end."""
    run_id = begin_run(connection, as_of)
    mark_run(connection, run_id, "BUILT")
    return run_id


def inputs(connection: psycopg.Connection, run_id: int) -> list[int]:
    rows = connection.execute("select validation_id from ledger.run_input where run_id = %s order by 1", (run_id,))
    return [validation_id for (validation_id,) in rows]


def shown(connection: psycopg.Connection) -> list[tuple[date, int]]:
    return connection.execute("select as_of_date, run_id from ledger.published order by 1").fetchall()


def test_a_night_rests_on_the_newest_accepted_delivery_not_after_it(database: psycopg.Connection) -> None:
    deliver(database, date(2025, 9, 7))
    newest = deliver(database, date(2025, 9, 8))
    deliver(database, NIGHT, status="HELD")
    deliver(database, date(2025, 9, 10))
    assert inputs(database, start_run(database, NIGHT)) == [newest]


def test_a_night_rests_on_every_accepted_increment_and_the_newest_of_each_date(database: psycopg.Connection) -> None:
    first = deliver(database, date(2025, 9, 7), cadence="increment")
    deliver(database, date(2025, 9, 8), cadence="increment")
    corrected = deliver(database, date(2025, 9, 8), cadence="increment")
    assert inputs(database, start_run(database, NIGHT)) == [first, corrected]


def test_publishing_again_moves_the_pointer_of_that_night_only(database: psycopg.Connection) -> None:
    other = start_run(database, date(2025, 9, 8))
    publish(database, other)
    first = start_run(database, NIGHT)
    publish(database, first)
    second = start_run(database, NIGHT)
    publish(database, second)
    assert shown(database) == [(date(2025, 9, 8), other), (NIGHT, second)]


def test_an_overtaken_run_is_refused(database: psycopg.Connection) -> None:
    stale = start_run(database, NIGHT)
    newer = start_run(database, NIGHT)
    with pytest.raises(StaleRun, match=f"run {stale} was overtaken by run {newer}"):
        publish(database, stale)
    publish(database, newer)
    assert shown(database) == [(NIGHT, newer)]


def test_publishing_twice_after_a_lost_answer_changes_nothing(database: psycopg.Connection) -> None:
    run_id = start_run(database, NIGHT)
    publish(database, run_id)
    publish(database, run_id)
    assert database.execute("select count(*) from ledger.publication").fetchone() == (1,)


def test_publishing_neither_waits_for_nor_blocks_a_reader(database: psycopg.Connection) -> None:
    run_id = start_run(database, NIGHT)
    with connect(Role.AUDITOR) as reader:
        reader.execute("begin isolation level repeatable read")
        assert shown(reader) == []
        database.execute("set lock_timeout = '1s'")
        database.commit()
        publish(database, run_id)
        assert shown(reader) == []
    with connect(Role.AUDITOR) as reader:
        assert shown(reader) == [(NIGHT, run_id)]


@pytest.mark.parametrize("role", [Role.BI, Role.VIEWER])
def test_what_a_bi_tool_asks_in_one_transaction_is_of_one_night(database: psycopg.Connection, role: Role) -> None:
    with connect(Role.TRANSFORMER) as owner:
        owner.execute("create view open.nights as select as_of_date, run_id from ledger.published")
    run_id = start_run(database, NIGHT)
    with connect(role) as reader:
        asked = "select as_of_date, run_id from open.nights"
        assert reader.execute(asked).fetchall() == []
        publish(database, run_id)
        database.commit()
        assert reader.execute(asked).fetchall() == []
        reader.commit()
        assert reader.execute(asked).fetchall() == [(NIGHT, run_id)]


def test_a_run_that_was_not_built_to_its_end_is_not_published(database: psycopg.Connection) -> None:
    run_id = begin_run(database, NIGHT)
    with pytest.raises(NotBuilt, match="is BUILDING, not BUILT"):
        publish(database, run_id)
    assert shown(database) == []


def test_a_process_may_tell_another_that_it_is_another_nights_turn() -> None:
    busy = Busy(CurrentRun(7, NIGHT, "2025-09-09 05:00", alive=True))
    assert str(copy.copy(busy)) == str(busy)  # as pickle makes one anew


def test_another_night_waits_its_turn_and_says_for_which(database: psycopg.Connection) -> None:
    first = begin_run(database, date(2025, 9, 8))
    with pytest.raises(Busy, match=rf"run {first} builds the night of 2025-09-08 since .*: run it again then"):
        begin_run(database, NIGHT)
    mark_run(database, first, "BUILT")
    with pytest.raises(Busy):
        begin_run(database, NIGHT)
    publish(database, first)
    second = begin_run(database, NIGHT)
    mark_run(database, second, "BUILT")
    publish(database, second)
    assert shown(database) == [(date(2025, 9, 8), first), (NIGHT, second)]


def test_a_step_at_work_is_not_overtaken_however_long_it_takes(database: psycopg.Connection) -> None:
    first = begin_run(database, date(2025, 9, 8))
    end_turn(database, first)
    with connect(Role.LOADER) as building, pytest.raises(Busy, match=f"run {first}"):
        lock_build(building)
        begin_run(database, NIGHT)


def test_a_run_that_died_holds_up_no_other_night_for_ever(database: psycopg.Connection) -> None:
    dead = begin_run(database, date(2025, 9, 8))
    keep_turn(database, dead, timedelta(seconds=-1))
    living = begin_run(database, NIGHT)
    with pytest.raises(
        StaleRun, match=rf"run {dead} of the night of 2025-09-08 had failed or stood still, so run {living}"
    ):
        check_current(database, dead)
    with pytest.raises(Busy):
        begin_run(database, date(2025, 9, 8))


def test_a_run_that_failed_goes_on_where_nobody_took_its_turn(database: psycopg.Connection) -> None:
    run_id = begin_run(database, NIGHT)
    mark_run(database, run_id, "FAILED")
    keep_turn(database, run_id)
    check_current(database, run_id)
    mark_run(database, run_id, "BUILT")
    publish(database, run_id)
    assert shown(database) == [(NIGHT, run_id)]


def test_nights_at_once_are_all_published_in_whatever_order_their_steps_come(database: psycopg.Connection) -> None:
    nights = [date(2025, 9, day) for day in range(5, 9)]
    chance = Random(8)  # noqa: S311
    doing: dict[date, list] = {as_of: [] for as_of in nights}
    while any(len(steps) < 3 for steps in doing.values()):
        as_of = chance.choice([one for one, steps in doing.items() if len(steps) < 3])
        steps = doing[as_of]
        if not steps:
            with contextlib.suppress(Busy):
                steps.append(begin_run(database, as_of))
        elif len(steps) == 1:
            keep_turn(database, steps[0])
            check_current(database, steps[0])
            mark_run(database, steps[0], "BUILT")
            steps.append("built")
        else:
            publish(database, steps[0])
            steps.append("published")
    assert shown(database) == [(as_of, doing[as_of][0]) for as_of in nights]


def published(connection: psycopg.Connection, as_of: date) -> int:
    run_id = start_run(connection, as_of)
    publish(connection, run_id)
    end_turn(connection)
    return run_id


@pytest.mark.parametrize(
    ("status", "cadence", "arrives", "touched"),
    [
        ("ACCEPTED", "snapshot", date(2025, 9, 8), [date(2025, 9, 8), NIGHT]),
        ("ACCEPTED", "snapshot", date(2025, 9, 6), []),  # a newer one was in force already
        ("ACCEPTED", "increment", date(2025, 9, 6), [date(2025, 9, 7), date(2025, 9, 8), NIGHT]),
        ("HELD", "snapshot", NIGHT, []),
        ("ACCEPTED", "snapshot", date(2025, 9, 10), []),
    ],
)
def test_a_late_delivery_touches_the_published_nights_that_rest_on_it(
    database: psycopg.Connection, status: str, cadence: str, arrives: date, touched: list[date]
) -> None:
    deliver(database, date(2025, 9, 7), cadence=cadence)
    nights = [date(2025, 9, 7), date(2025, 9, 8), NIGHT]
    for night in nights:
        published(database, night)
    assert nights_to_restate(database) == []
    deliver(database, arrives, status, cadence)
    assert nights_to_restate(database) == touched
    for night in touched:
        published(database, night)
    assert nights_to_restate(database) == []


def test_a_delivery_that_is_no_longer_in_force_touches_the_nights_that_rest_on_it(database: psycopg.Connection) -> None:
    validation = deliver(database, NIGHT)
    published(database, NIGHT)
    database.execute(
        "insert into ledger.validation (delivery_id, delivery_status, delivered_rows, accepted_rows, quarantined_rows,"
        " duplicate_rows) select delivery_id, 'REJECTED', 0, 0, 0, 0 from ledger.validation where validation_id = %s",
        (validation,),
    )
    assert nights_to_restate(database) == [NIGHT]
