"""A database or a disk that fails is named as what it is, with what to do, and without a value of a row."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import psycopg
import pytest

from cakupan import steps
from cakupan.database import Role, cause_of, connect, said, url
from cakupan.database.causes import ERRNOS, SQLSTATES, TEXTS

PLANTED = "3579010101900001"


def raised(state: str) -> psycopg.Error:
    """An error as the driver raises it for the state."""
    return psycopg.errors.lookup(state)(f"row {PLANTED}")


@pytest.mark.parametrize("state", sorted(state for state in SQLSTATES if len(state) == 5))
def test_every_state_says_what_happened_and_what_to_do(installation: Path, state: str) -> None:
    line = said(raised(state))
    assert re.fullmatch(r"[^{}]+\. [A-Z][^{}]+", line)
    assert PLANTED not in line
    assert "SQLSTATE" not in line


@pytest.mark.parametrize("number", sorted(ERRNOS))
def test_every_error_of_a_disk_says_what_happened_and_what_to_do(installation: Path, number: int) -> None:
    line = said(OSError(number, "told by the system", f"/in/{PLANTED}"))
    assert re.fullmatch(r"[^{}]+\. [A-Z][^{}]+", line)
    assert PLANTED not in line


def test_a_full_disk_is_named_wherever_it_is_met(installation: Path) -> None:
    assert "disk is full" in said(raised("53100"))
    assert "disk is full" in said(OSError(errno.ENOSPC, "No space left on device"))
    assert "disk is full" in str(
        cause_of('Database Error in model m\n  could not extend file "base/1/2": No space left on device')
    )


def test_a_lost_connection_and_one_never_made_are_told_apart_from_a_wrong_password(
    installation: Path, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(Role.LOADER) as connection, pytest.raises(psycopg.Error) as cut:
        connection.execute("select pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(psycopg.Error) as nobody:
        psycopg.connect("host=127.0.0.1 port=1 user=x dbname=x")
    with pytest.raises(psycopg.Error) as refused:
        psycopg.connect(re.sub(r":[^:@]+@", ":wrong@", url(Role.BI)))
    with pytest.raises(psycopg.Error) as nowhere:
        connect(Role.ADMIN, "no_such_database")
    with connect(Role.LOADER) as connection, pytest.raises(psycopg.Error) as standby:
        connection.execute("set transaction read only")
        connection.execute("insert into ledger.failure (as_of_date, task, message) values ('2025-09-09', 't', 'm')")
    told = [said(error.value) for error in (cut, nobody, refused, nowhere, standby)]
    for line, word in zip(told, ("shut down", "went away", "password", "has no database", "standby"), strict=True):
        assert word in line
    assert all("wrong" not in line for line in told)


def test_a_step_of_a_night_is_tried_again_only_where_that_may_help(database_name: str) -> None:
    @steps.hide_values
    def step(state: str) -> None:
        raise raised(state)

    with pytest.raises(steps.DatabaseLost, match=r"^step: The database's disk is full"):
        step("53100")
    for state in ("28P01", "25006", "23505"):
        with pytest.raises(steps.StepFailed) as told:
            step(state)
        assert not isinstance(told.value, steps.DatabaseLost)
        assert PLANTED not in str(told.value)


def test_no_pattern_names_a_state_that_the_table_lacks() -> None:
    assert {state for _, state in TEXTS} <= set(SQLSTATES)
