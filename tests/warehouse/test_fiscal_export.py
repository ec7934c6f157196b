"""The Fiscal Data Package is valid, says what the marts say, and names nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import frictionless
import pytest
from typer.testing import CliRunner, Result

from cakupan.cli import app
from cakupan.database import Role, connect
from cakupan.exports import fiscal_package, write
from tests.warehouse.conftest import NIGHTS, Warehouse


@pytest.fixture(scope="module")
def folder(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fiscal")
    with connect(Role.AUDITOR) as connection:
        write(fiscal_package(connection, 2025, NIGHTS[0], "CC-BY-4.0"), out)
    return out


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    package = frictionless.Package(str(folder / "datapackage.json"))
    return [row.to_dict() for row in package.get_resource(table).read_rows()]


def test_the_package_is_valid_by_frictionless(folder: Path) -> None:
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.flatten(["title", "message"]) == []
    assert report.stats["tasks"] == 2


def test_a_changed_figure_makes_it_invalid(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes().replace(b"DBHCHT,", b"DBHCHX,"))
    assert not frictionless.validate(str(tmp_path / "datapackage.json")).valid


def test_its_totals_are_those_of_the_reconciliation(folder: Path, warehouse: Warehouse) -> None:
    with connect(Role.BI) as connection:
        lines = connection.execute(
            "select skpd_code || '|' || sub_activity_code || '|' || account_code, budget_idr, disbursed_idr, posted_idr"
            " from marts.dbhcht_reconciliation where as_of_date = %s order by 1",
            (NIGHTS[0],),
        ).fetchall()
    budget = rows(folder, "budget")
    figures = ("budget_line_id", "budget_idr", "disbursed_idr", "posted_idr")
    assert [tuple(row[name] for name in figures) for row in budget] == lines
    assert sum(row["disbursed_idr"] for row in budget) > 0
    paid: dict[str, int] = {}
    for row in rows(folder, "spending"):
        paid[row["budget_line_id"]] = paid.get(row["budget_line_id"], 0) + row["amount_idr"]
    assert paid == {name: disbursed for name, _, disbursed, _ in lines if disbursed}


def test_amounts_have_a_currency_and_a_phase(folder: Path) -> None:
    about = json.loads((folder / "datapackage.json").read_text())
    for resource in about["resources"]:
        extra = {field["columnType"]: field for field in resource["schema"]["extraFields"]}
        assert extra["value-currency:code"]["constant"] == "IDR"
        fields = resource["schema"]["fields"]
        phases = [field["normalize"]["phase"] for field in fields if "normalize" in field]
        assert phases == ["adjusted", "executed", "posted"] or extra["phase:id"]["constant"] == "executed"


def test_it_says_what_it_rests_on(folder: Path) -> None:
    about = json.loads((folder / "datapackage.json").read_text())
    assert {source["title"].split()[0] for source in about["sources"]} >= {"sipd.anggaran", "sipd.sp2d"}
    assert about["cakupan"]["night"] == str(NIGHTS[0])
    assert about["licenses"] == [{"name": "CC-BY-4.0"}]


def test_it_names_nobody(folder: Path) -> None:
    with connect(Role.ADMIN) as connection:
        secrets = [
            value
            for row in connection.execute("select nik, worker_key::text from identity.worker").fetchall()
            for value in row
        ]
    told = "".join(path.read_text() for path in folder.iterdir())
    assert secrets
    assert [value for value in secrets if value in told] == []


def export(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["export", "fiscal", *map(str, arguments)])


def test_the_command_writes_the_package(warehouse: Warehouse, folder: Path, tmp_path: Path) -> None:
    result = export("--year", 2025, "--date", NIGHTS[0], "--out", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "new" / "budget.csv").read_bytes() == (folder / "budget.csv").read_bytes()
    assert result.output.split() == [
        str(tmp_path / "new" / name) for name in ("budget.csv", "spending.csv", "datapackage.json")
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--year", 2024), 1),
        (("--year", 2025, "--date", "2025-01-01"), 1),
        (("--year", 2025, "--as-known-at", "2020-01-01"), 1),
        (("--year", 2024, "--date", NIGHTS[0]), 1),
        (("--year", 2026, "--date", NIGHTS[0]), 2),
    ],
)
def test_what_was_not_published_is_said_in_a_line(
    warehouse: Warehouse, tmp_path: Path, arguments: tuple[object, ...], code: int
) -> None:
    result = export(*arguments, "--out", tmp_path)
    assert result.exit_code == code
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in result.output
