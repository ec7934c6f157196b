"""What is published changes its description, its columns or its definition while others read it or have built on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from cakupan import night, settings
from cakupan.database import Role, connect, environment
from tests.databases import copy_in_place_of
from tests.warehouse.conftest import NIGHTS, Warehouse, dbt

MART = "coverage_by_sector"
STORED = f"stored_{MART}"
MODEL = Path("models/warehouse/aggregates") / f"{STORED}.sql"
DECLARED = Path("models/marts/aggregates/aggregates.yml")
STANDING = Path("models/marts/star/dim_segment.sql")
DIMENSIONS = Path("models/marts/star/dimensions.yml")
ONE_NIGHT = Path("models/latest/latest.yml")
Project = Path
WRITES = "-c default_transaction_read_only=off"
"""A BI team that makes views of its own says so; the role only reads unless it does."""
LONG = "5s"
"""More than a change waits for its own lock, with readers behind it; less than it would be held up in all."""


@pytest.fixture
def project(tmp_path: Path, warehouse: Warehouse) -> Iterator[Project]:
    """A copy of the dbt project, and one of the warehouse, that a test may change."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(settings.DBT_PROJECT, copy)
    with copy_in_place_of("test_marts"):
        yield copy


@pytest.fixture
def reader(project: Project) -> Iterator[psycopg.Connection]:
    """A BI tool that has read the mart and never ended its transaction."""
    with connect(Role.BI) as connection:
        connection.execute(f"select count(*) from marts.{MART}")
        yield connection


def built(project: Project, state: Path, *models: str) -> str:
    """Build the changed models for the newest night, as a night does; the message of the first that failed, or 'ok'."""
    night.start_run(NIGHTS[-1])
    chosen = models or (STORED, MART, "dim_segment")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DBT_PROJECT", project)
        outcome = dbt(state, "build", "--select", *chosen, "--exclude", "resource_type:test",
                      "resource_type:unit_test", **environment())  # fmt: skip
    night.end_turn()
    if outcome.exception:
        return str(outcome.exception)
    wrong = [str(result.message) for result in outcome.result.results if str(result.status) != "success"]
    return wrong[0] if wrong else "ok"


def describe(project: Project, text: str) -> None:
    declared = (project / DECLARED).read_text()
    assert f"- name: {MART}\n" in declared
    head, _, tail = declared.partition(f"- name: {MART}\n")
    assert "    description: " in tail.split("- name: ")[0]
    before, _, after = tail.partition("    description: ")
    (project / DECLARED).write_text(f"{head}- name: {MART}\n{before}    description: {text}\n" + _rest(after))


def _rest(after: str) -> str:
    """What follows a description, which may be folded over several lines."""
    lines = after.splitlines(keepends=True)[1:]
    while lines and (lines[0].startswith("      ") or not lines[0].strip()):
        lines.pop(0)
    return "".join(lines)


def widen(project: Project) -> None:
    """The mart gains a column, first of all."""
    declared = (project / DECLARED).read_text()
    head, _, tail = declared.partition(f"- name: {MART}\n")
    before, columns, after = tail.partition("    columns:\n")
    new = "      - name: remark\n        data_type: text\n        description: New.\n"
    (project / DECLARED).write_text(f"{head}- name: {MART}\n{before}{columns}{new}{after}")
    model = (project / MODEL).read_text()
    last = model.rindex("select\n")
    (project / MODEL).write_text(
        model[:last] + "select\n    'new'::text as remark,\n" + model[last + len("select\n") :]
    )


def retype(project: Project) -> None:
    """A column of a standing view gets another type."""
    for path, old, new in (
        (STANDING, "    precedence,", "    precedence::text as precedence,"),
        (DIMENSIONS, "name: precedence\n        data_type: integer", "name: precedence\n        data_type: text"),
        (ONE_NIGHT, "name: precedence\n    data_type: integer", "name: precedence\n    data_type: text"),
    ):
        text = (project / path).read_text()
        assert old in text
        (project / path).write_text(text.replace(old, new))


def description(connection: psycopg.Connection, relation: str = f"marts.{MART}") -> str:
    return str(connection.execute("select obj_description(%s::regclass)", (relation,)).fetchone()[0])


def oid(relation: str = f"marts.{MART}") -> int:
    with connect(Role.BI) as connection:
        return connection.execute("select %s::regclass::oid", (relation,)).fetchone()[0]


@contextmanager
def readers(lock_timeout: str) -> Iterator[list[bool]]:
    """New readers come one after another while inside; whether each waited as long for a lock, however busy all is."""
    held_up: list[bool] = []
    done = Event()

    def come() -> None:
        while not done.wait(0.05):
            with connect(Role.BI, options=f"-c lock_timeout={lock_timeout}") as connection:
                try:
                    connection.execute(f"select count(*) from marts.{MART}")
                    held_up.append(False)
                except psycopg.errors.LockNotAvailable:
                    held_up.append(True)

    coming = Thread(target=come)
    coming.start()
    try:
        yield held_up
    finally:
        done.set()
        coming.join()


def test_a_new_description_waits_for_no_reader(project, reader, tmp_path) -> None:
    before = oid()
    describe(project, "Another description.")
    with readers("1s") as held_up:
        assert built(project, tmp_path / "state") == "ok"
    assert set(held_up) == {False}
    with connect(Role.BI) as another:
        assert description(another).startswith("Another description.")
    assert oid() == before


def test_a_new_column_comes_last_and_leaves_views_of_others_alone(project, tmp_path) -> None:
    with connect(Role.ADMIN) as admin:
        admin.execute("create schema bi_team authorization cakupan_bi")
    with connect(Role.BI, options=WRITES) as team:
        team.execute(f"create view bi_team.sectors as select * from marts.{MART}")
    before = oid()
    widen(project)
    assert built(project, tmp_path / "state") == "ok"
    assert oid() == before
    with connect(Role.BI) as team:
        assert team.execute("select count(*) > 0 from bi_team.sectors").fetchone() == (True,)
        columns = team.execute(f"select * from marts.{MART} limit 0").description
        assert [column.name for column in columns][-1] == "remark"
        assert description(team)


def test_who_holds_up_a_new_column_is_named_and_nobody_waits_long(project, reader, tmp_path) -> None:
    widen(project)
    with readers(LONG) as held_up:
        said = built(project, tmp_path / "state")
    assert f"session {reader.info.backend_pid} of cakupan_bi (application cakupan bi, idle in transaction" in said
    assert f'"warehouse"."{MART}" could not be changed' in said
    assert set(held_up) == {False}
    reader.rollback()
    assert built(project, tmp_path / "state") == "ok"


def test_a_definition_that_others_built_on_is_not_taken_away(project, tmp_path) -> None:
    with connect(Role.ADMIN) as admin:
        admin.execute("create schema bi_team authorization cakupan_bi")
    with connect(Role.BI, options=WRITES) as team:
        team.execute("create view bi_team.segments as select * from marts.dim_segment")
    before = oid("marts.dim_segment")
    retype(project)
    said = built(project, tmp_path / "state")
    assert "bi_team.segments of cakupan_bi" in said
    assert "Nothing was changed" in said
    assert oid("marts.dim_segment") == before


def test_a_definition_that_nobody_built_on_is_made_anew_with_its_rights(project, tmp_path) -> None:
    with connect(Role.ADMIN) as admin:
        admin.execute("grant select on marts.dim_segment to cakupan_loader")
    retype(project)
    assert built(project, tmp_path / "state") == "ok"
    with connect(Role.ADMIN) as admin:
        kept = admin.execute(
            "select has_table_privilege(r, 'marts.dim_segment', 'select')"
            " from unnest(array['cakupan_loader', 'cakupan_bi', 'cakupan_auditor']) as r"
        ).fetchall()
    assert kept == [(True,)] * 3


def test_what_shows_one_night_of_it_is_made_anew_with_it(project, tmp_path) -> None:
    retype(project)
    assert built(project, tmp_path / "state", "dim_segment", "latest_dim_segment") == "ok"
    with connect(Role.BI) as reader:
        shown = reader.execute("select distinct pg_typeof(precedence)::text from latest.dim_segment").fetchall()
    assert shown == [("text",)]


def test_a_mark_of_an_older_version_replaces_nothing(project, reader, tmp_path) -> None:
    before = oid()
    with connect(Role.TRANSFORMER) as owner:
        owner.execute(f"comment on view marts.{MART} is 'definition 0123456789abcdef'")
    assert built(project, tmp_path / "state") == "ok"
    assert oid() == before
    with connect(Role.BI) as another:
        assert not description(another).endswith("0123456789abcdef")


def test_a_view_on_a_table_that_is_made_anew_is_named_and_left_alone(project, tmp_path) -> None:
    with connect(Role.ADMIN) as admin:
        admin.execute("create schema bi_team")
        admin.execute("create view bi_team.orders as select * from warehouse.int_dbhcht_order")
    assert "bi_team.orders of postgres" in built(project, tmp_path / "state", "int_dbhcht_order")
    with connect(Role.ADMIN) as admin:
        assert admin.execute("select count(*) > 0 from bi_team.orders").fetchone() == (True,)


def older() -> None:
    """The mart as an earlier version made it: a column that was always filled, and another key."""
    with connect(Role.ADMIN) as admin:
        for (name,) in keys(admin):
            admin.execute(f"drop index {name}")
        admin.execute(f"create unique index older_key on warehouse.{MART} (run_id, as_of_date, sector_code)")
        admin.execute(f"update warehouse.{MART} set workforce = 0 where workforce is null")
        admin.execute(f"alter table warehouse.{MART} alter column workforce set not null")


def keys(connection: psycopg.Connection) -> list[tuple[str]]:
    return connection.execute(
        "select indexrelid::regclass::text from pg_index where indisunique and indrelid = %s::regclass",
        (f"warehouse.{MART}",),
    ).fetchall()


def may_be_empty(connection: psycopg.Connection) -> bool:
    return connection.execute(
        "select not attnotnull from pg_attribute where attrelid = %s::regclass and attname = 'workforce'",
        (f"warehouse.{MART}",),
    ).fetchone() == (True,)


def test_a_table_of_an_earlier_version_is_brought_to_what_its_model_says(project, tmp_path) -> None:
    older()
    assert built(project, tmp_path / "state") == "ok"
    with connect(Role.ADMIN) as admin:
        assert may_be_empty(admin)
        (key,) = keys(admin)
        assert "older_key" not in key[0]


def test_who_holds_up_a_table_of_an_earlier_version_is_named(project, tmp_path) -> None:
    older()
    with connect(Role.BI) as reader:
        reader.execute(f"select count(*) from marts.{MART}")
        with readers(LONG) as held_up:
            said = built(project, tmp_path / "state")
        assert f"session {reader.info.backend_pid} of cakupan_bi (application cakupan bi, idle in transaction" in said
    assert set(held_up) == {False}
    assert built(project, tmp_path / "state") == "ok"
    with connect(Role.ADMIN) as admin:
        assert may_be_empty(admin)


def test_a_night_of_which_rows_would_be_lost_is_not_stored(project: Project, tmp_path: Path) -> None:
    model = project / "models/warehouse/star/stored_fct_roster.sql"
    text = model.read_text()
    assert text.endswith("from listed\n")
    assert ", 'unique': true" in text
    model.write_text(text.replace(", 'unique': true", "") + "cross join generate_series(1, 2)\n")
    rows = "select count(*) from warehouse.fct_roster"
    with connect(Role.ADMIN, autocommit=True) as admin:
        before = admin.execute(rows).fetchone()
        said = built(project, tmp_path / "state", "int_record", "stored_fct_roster")
        assert "rows of fct_roster were built" in said
        assert "does not tell every row from all others" in said
        assert admin.execute(rows).fetchone() == before
