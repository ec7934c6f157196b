"""Which version a warehouse is of, and what a command of an older program says of a newer one."""

from __future__ import annotations

from datetime import date

import pytest
from typer.testing import CliRunner

from cakupan import night
from cakupan.cli.app import app
from cakupan.database import CannotMigrate, Role, connect
from cakupan.database.migration import known_migrations


def test_the_version_and_what_is_to_come_are_printed(database_name: str) -> None:
    newest = known_migrations()[-1]
    printed = CliRunner().invoke(app, ["database", "version"])
    assert (printed.exit_code, printed.stderr) == (0, "")
    assert printed.stdout.startswith(f"version {newest.number}: {newest.name}, applied 20")
    assert len(printed.stdout.splitlines()) == 1
    with connect(Role.ADMIN) as admin:
        admin.execute("drop table ledger.migration")
    printed = CliRunner().invoke(app, ["database", "version"])
    assert printed.stdout.splitlines()[0] == "version 0: older than migrations"
    assert [line for line in printed.stdout.splitlines() if line.startswith("to come: ")] == [
        f"to come: {migration.name}" for migration in known_migrations()
    ]


@pytest.mark.parametrize("command", [["status"], ["verify"], ["sql", "select 1"], ["database", "version"]])
def test_an_older_program_says_that_the_warehouse_is_newer(command: list[str], database_name: str) -> None:
    with connect(Role.ADMIN) as admin:
        admin.execute(
            "insert into ledger.migration (migration_no, name, sha256)"
            " values (9999, '9999_of_tomorrow', repeat('0', 64))"
        )
    ran = CliRunner().invoke(app, command)
    assert (ran.exit_code, ran.stdout) == (2 if command == ["verify"] else 1, "")
    assert "this warehouse is of version 9999 (9999_of_tomorrow, applied 20" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    with pytest.raises(CannotMigrate):
        night.start_run(date(2025, 9, 9))
