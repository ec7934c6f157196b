"""`cakupan sql`: what was asked for, whole and exact, for a person or another program."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner

from cakupan.cli import query
from cakupan.cli.app import app
from cakupan.cli.query import Form

NUMBER = "35.79/04.0/000015/LS/1.06.0.00.0.00.01.0000/M/7/2025"
STATEMENT = f"""
    select '{NUMBER}' as sp2d_no, '=1+1' as name, sum(n)::numeric as sum, 1234567890123456789 as long, null as empty,
        array['7::2', '8:Data:3', '8:Data:4', '8:Data:5'] as evidence, date '2025-09-09' as night,
        timestamptz '2025-09-09 01:30+07' as at, 1.50 as paid_rate
    from generate_series(1, 3) as n
"""


def asked(form: Form, width: int = 100_000, file: Path | None = None, **terminal: Any) -> str:
    out = Console(file=io.StringIO(), width=width, highlight=False, **terminal)
    query.run(STATEMENT, form, out, file=file)
    return out.file.getvalue()  # type: ignore[attr-defined]


def test_a_pipe_gets_a_line_for_each_row_with_nothing_cut(database: psycopg.Connection) -> None:
    head, line = asked(Form.TABLE).splitlines()
    assert NUMBER in line and "7::2, 8:Data:3, 8:Data:4, 8:Data:5" in line and "…" not in line
    assert len(head) == len(line)


def test_a_terminal_too_narrow_gets_a_value_a_line(database: psycopg.Connection) -> None:
    lines = asked(Form.TABLE, 80, force_terminal=True, color_system=None).splitlines()
    assert [line.split()[0] for line in lines] == [
        "sp2d_no", "name", "sum", "long", "empty", "evidence", "night", "at", "paid_rate"
    ]  # fmt: skip
    assert "7::2, 8:Data:3, 8:Data:4, … +1" in lines[5] and max(map(len, lines)) <= 80


def test_json_and_csv_are_exact(database: psycopg.Connection, capsys: pytest.CaptureFixture[str]) -> None:
    asked(Form.JSON)
    (record,) = json.loads(capsys.readouterr().out)
    assert record["evidence"] == ["7::2", "8:Data:3", "8:Data:4", "8:Data:5"]
    assert (record["sum"], record["long"], record["empty"], record["paid_rate"]) == (6, 1234567890123456789, None, 1.5)
    asked(Form.CSV)
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith(f"{NUMBER},=1+1,6,1234567890123456789,,")


def test_a_workbook_has_numbers_as_numbers_and_no_formula(database: psycopg.Connection, tmp_path: Path) -> None:
    path = tmp_path / "answer.xlsx"
    assert asked(Form.XLSX, file=path).strip() == str(path)
    heads, cells = openpyxl.load_workbook(path).active.iter_rows()
    row = dict(zip((head.value for head in heads), cells, strict=True))
    assert (row["name"].value, row["name"].data_type, row["name"].quotePrefix) == ("=1+1", "s", True)
    assert (row["sum"].value, row["paid_rate"].number_format) == (6, "0.00%")
    assert row["long"].value == "1234567890123456789"  # a spreadsheet would round it
    assert (row["night"].is_date, row["at"].is_date, row["empty"].value) == (True, True, None)
    assert row["evidence"].value == "7::2, 8:Data:3, 8:Data:4, 8:Data:5"


@pytest.mark.parametrize("options", [["--format", "xlsx"], ["--out", "a.csv", "--format", "csv"]])
def test_only_a_workbook_goes_to_a_file(options: list[str]) -> None:
    ran = CliRunner().invoke(app, ["sql", "select 1", *options], env={"NO_COLOR": "1"})
    assert ran.exit_code == 2 and "needs a file" in " ".join(ran.output.split())


@pytest.mark.parametrize("statement", ["commit; begin read write; select 1", "select 1; select 2"])
def test_one_statement_is_asked_and_so_none_ends_the_read_only_transaction(
    database: psycopg.Connection, statement: str
) -> None:
    with pytest.raises(psycopg.errors.SyntaxError, match="multiple commands"):
        query.run(statement, Form.TABLE, Console(file=io.StringIO()))
