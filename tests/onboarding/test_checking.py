"""A dry run says what would become of a file, names rows by their address and rule, and keeps nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cakupan import settings
from cakupan.cli import app
from cakupan.database import Role, connect
from cakupan.onboarding import checking, write_draft
from cakupan.onboarding.fitting import misfits, signature_misfits
from cakupan.quality.rule import Rule
from cakupan.quality.suite import Suite, load_suite
from tests.onboarding.offices import people, workbook

NIGHT = date(2025, 9, 9)
HEAD = ["NIK", "Nama", "Kategori", "Nilai"]


def rows(count: int = 40) -> list[list[object]]:
    return [[p["nik"], p["nama"], ("OJEK", "ANGKOT")[p["n"] % 2], 1000 * p["n"]] for p in people(2, count)]


@pytest.fixture
def try_file(tmp_path: Path, database_name: str, monkeypatch) -> Callable[..., checking.Checked]:
    """A drafted feed, and how to try rows on it; staging is run as dbt would have compiled it."""
    for name, room in (("FEEDS", "feeds"), ("EXPECTATIONS", "expectations"), ("DBT_PROJECT", "dbt_project")):
        monkeypatch.setattr(settings, name, tmp_path / room)
    workbook(tmp_path / "sample.xlsx", {"Data": [HEAD, *rows()]})
    write_draft(tmp_path / "sample.xlsx", "dishub", "ojek", tmp_path)
    common = settings.PROJECT / "expectations/delivery.yml"
    (tmp_path / "expectations/delivery.yml").write_text(common.read_text())
    compiled = "select delivery_id, quality.to_whole_id(nilai) as nilai_idr from landing.dishub_ojek"
    monkeypatch.setattr(checking, "_compiled", lambda feed: (compiled, None))

    def attempt(head: list[str], data: list[list[object]]) -> checking.Checked:
        workbook(tmp_path / "next.xlsx", {"Data": [["DATA"], head, *data]})
        return checking.check("dishub.ojek", tmp_path / "next.xlsx", NIGHT)

    return attempt


def test_a_good_file_is_accepted_and_nothing_is_kept(try_file) -> None:
    checked = try_file(HEAD, rows())
    assert checked.good
    assert (checked.outcome.delivered_rows, checked.outcome.accepted_rows, checked.staged_rows) == (40, 40, 40)
    with connect(Role.LOADER) as connection:
        kept = connection.execute(
            "select (select count(*) from ledger.delivery), (select count(*) from ledger.feed),"
            " to_regclass('landing.dishub_ojek')"
        ).fetchone()
    assert kept == (0, 0, None)


def test_refused_rows_are_named_by_address_and_rule(try_file) -> None:
    data = rows()
    data[4][0] = "3579013002900001"
    data.append(list(data[0]))
    checked = try_file([*HEAD, "Catatan"], [[*row, "x"] for row in data])
    assert checked.good
    assert [(r.row_number, r.rules) for r in checked.refused] == [(7, ("dishub.ojek.nik.valid",))]
    assert (checked.outcome.quarantined_rows, checked.outcome.duplicate_rows) == (1, 1)
    assert checked.new_columns == ("Catatan",)


def test_a_file_that_would_be_held_or_refused_is_not_good(try_file) -> None:
    held = try_file(HEAD, [["1", *row[1:]] for row in rows()])
    assert (held.outcome.status, held.good) == ("HELD", False)
    assert held.reason is not None
    assert "cakupan release N --by" in held.reason
    refused = try_file(["NIK", "Nama", "Kategori"], [row[:3] for row in rows()])
    assert (refused.outcome.status, refused.outcome.code) == ("REJECTED", "MISSING_COLUMN")


def test_a_staging_model_that_cannot_run_is_told_without_a_value(try_file, monkeypatch) -> None:
    compiled = "select delivery_id, nama::int as n from landing.dishub_ojek"
    monkeypatch.setattr(checking, "_compiled", lambda feed: (compiled, None))
    (misfit,) = try_file(HEAD, rows()).misfits
    assert misfit == "the staging model does not run: InvalidTextRepresentation"


def test_the_command_ends_with_0_1_or_2_and_prints_nothing_personal(try_file, tmp_path) -> None:
    data = rows()
    data[0][0] = "3579013002900001"
    checked = try_file(HEAD, data)
    assert checked.good
    run = CliRunner().invoke
    good = run(app, ["feed", "check", "dishub.ojek", str(tmp_path / "next.xlsx"), "--date", "2025-09-09"])
    assert good.exit_code == 0, good.output
    assert "row 3: dishub.ojek.nik.valid" in good.output
    assert not [row for row in data if str(row[0]) in good.output or str(row[1]) in good.output]
    try_file(HEAD[:3], [row[:3] for row in data])
    held = run(app, ["feed", "check", "dishub.ojek", str(tmp_path / "next.xlsx"), "--date", "2025-09-09"])
    assert held.exit_code == 1
    assert "lacks required columns: Nilai" in held.output
    told = json.loads(
        run(app, ["feed", "check", "dishub.ojek", str(tmp_path / "next.xlsx"), "--format", "json"]).stdout
    )
    assert (told["good"], told["refused_rows"]) == (False, []) and "lacks required columns: Nilai" in told["reason"]
    assert run(app, ["feed", "check", "dishub.nothing", str(tmp_path / "next.xlsx")]).exit_code == 2
    assert run(app, ["feed", "check", "dishub.ojek", "nowhere.xlsx"]).exit_code == 2


@pytest.mark.parametrize(
    ("room", "old", "new", "said"),
    [
        ("expectations", "column: kategori,", "column: jenis,", "judges jenis"),
        ("dbt_project", "accepted.kategori", "accepted.jenis", "reads jenis"),
        ("dbt_project", "accepted.nik_key", "null::uuid", "leaves out nik of the key"),
        ("dbt_project", "accepted.nik_key", "accepted.nik", "reads nik, which is personal"),
        ("dbt_project", "to_whole_id(", "to_whole_en(", "to_whole_en"),
        ("dbt_project", "'dishub_ojek'", "'dishub_ojeg'", "source('keyed', 'dishub_ojek')"),
        ("feeds", "columns:", "roster: true\ncolumns:", "does not show worker_category, region_code"),
        ("feeds", "type: rupiah", "type: decimal", "model reads nilai by to_whole_id, but it is decimal id"),
    ],
)  # fmt: skip
def test_files_that_do_not_fit_are_told(try_file, room, old, new, said) -> None:
    root = {"feeds": settings.FEEDS, "expectations": settings.EXPECTATIONS, "dbt_project": settings.DBT_PROJECT}[room]
    (path,) = root.rglob("ojek.*")
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    from cakupan.feeds import load_feeds

    load_feeds.cache_clear()
    (feed,) = load_feeds(settings.FEEDS)
    staging = (settings.DBT_PROJECT / "models/staging/dishub/ojek.sql").read_text()
    assert any(said in misfit for misfit in misfits(feed, load_suite(feed), staging))


def test_a_rule_that_reads_a_column_otherwise_than_declared_is_told(try_file) -> None:
    """It would find nothing, for good."""
    path = settings.EXPECTATIONS / "dishub/ojek.yml"
    where = '"select * from {batch} where quality.to_date_iso(nilai) > business_date"'
    meta = "meta: {rule_id: dishub.ojek.nilai.odd, says: x, says_id: y}"
    rule = (
        f"{{type: unexpected_rows_expectation, kwargs: {{unexpected_rows_query: {where}}}, severity: warning, {meta}}}"
    )
    path.write_text(f"{path.read_text()}  - {rule}\n")
    assert try_file(HEAD, rows()).misfits == (
        "the rule dishub.ojek.nilai.odd reads nilai by to_date_iso, but it is rupiah id",
    )


def test_rules_that_no_feed_reads_are_told(try_file) -> None:
    """A feed may have no file of rules, so one that is called otherwise would hold for nothing, without a word."""
    path = settings.EXPECTATIONS / "dishub/ojek.yml"
    path.rename(path.with_name("ojeg.yml"))
    checked = try_file(HEAD, rows())
    assert not checked.good
    assert checked.misfits == (
        "expectations/dishub/ojeg.yml holds rules of no feed; it must be called like the feed, .yml",
    )


def test_arguments_the_library_does_not_know_are_told() -> None:
    meta = {"rule_id": "a.b", "says": "x", "says_id": "y"}
    rule = Rule.model_construct(
        type="expect_column_values_to_not_be_null", kwargs={"colum": "a"}, severity="warning", meta=meta
    )
    unknown = Rule.model_construct(type="expect_column_to_be_nice", kwargs={}, severity="warning", meta=meta)
    rules = [r.model_copy(update={"meta": type("Meta", (), meta)()}) for r in (rule, unknown)]
    said = signature_misfits(Suite.model_construct(name="a", expectations=tuple(rules)))
    assert "takes no colum" in said[0]
    assert "expect_column_to_be_nice" in said[1]
