"""Every question of docs/auditors.md has an answer that works, or says which feed would be needed."""

from __future__ import annotations

import csv
import io
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cakupan import settings
from cakupan.cli import app
from cakupan.database import Role, connect
from tests.warehouse.conftest import Warehouse

DOCUMENT = (settings.PROJECT / "docs" / "auditors.md").read_text()
QUESTIONS = 25
MAY_BE_EMPTY = {8, 9, 11, 16, 21}
"""Questions about cases that a small city need not have."""


@dataclass(frozen=True)
class Answer:
    """One command of the document and what the document says it prints."""

    question: int
    command: str
    columns: list[str] | None


def answers() -> list[Answer]:
    found = []
    for section in re.split(r"^## (?=\d+\. )", DOCUMENT, flags=re.M)[1:]:
        number = int(section.split(".")[0])
        for block, columns in re.findall(r"```sh\n(.*?)\n```(?:\n\nKolom / columns: `(.*?)`)?", section, flags=re.S):
            found.append(Answer(number, block, columns.split(", ") if columns else None))
    return found


ANSWERS = answers()
QUERIES = [answer for answer in ANSWERS if answer.columns]
COMMANDS = [answer for answer in ANSWERS if not answer.columns]


def run(warehouse: Warehouse, command: str, tmp_path: Path) -> Result:
    """Type the command, with what it leaves open filled in from the warehouse."""
    with connect(Role.ADMIN) as connection:
        (sp2d, decree, nik) = connection.execute(
            "select sp2d_no, decree_no, nik from marts.dbhcht_lineage inner join identity.worker using (worker_key)"
            " where protection_status = 'PROTECTED' order by as_of_date desc, sp2d_no limit 1"
        ).fetchone() or ("", "", "")
    filled = {
        "<NO SP2D>": sp2d,
        "<NO SK>": decree,
        "<ALASAN>": "LHP 12",
        "<PERKARA>": "ST 12",
        "<FOLDER>": str(tmp_path),
    }
    for blank, value in filled.items():
        command = command.replace(blank, value)
    program, *arguments = shlex.split(command)
    assert program == "cakupan"
    if arguments[0] == "sql":
        arguments += ["--format", "csv"]
    return CliRunner().invoke(app, arguments, input=f"{nik}\n", catch_exceptions=False)


def reads() -> int:
    """How often personal rows were read, by the record."""
    with connect(Role.AUDITOR) as connection:
        (count,) = connection.execute("select count(*) from ledger.entry where kind = 'read'").fetchone() or (0,)
    return count


def test_every_question_is_answered_once_and_in_order() -> None:
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", DOCUMENT, flags=re.M)]
    assert numbers == list(range(1, QUESTIONS + 1))
    missing = {int(n) for n in re.findall(r"^## (\d+)\. [^\n]*\n\n[^\n]*\n\n\*\*Belum dikirim:", DOCUMENT, flags=re.M)}
    assert {answer.question for answer in ANSWERS} | missing == set(numbers)


@pytest.mark.parametrize("answer", QUERIES, ids=lambda answer: str(answer.question))
def test_a_query_answers_with_the_columns_the_document_names(
    warehouse: Warehouse, answer: Answer, tmp_path: Path
) -> None:
    result = run(warehouse, answer.command, tmp_path)
    assert result.exit_code == 0, result.output
    header, *rows = csv.reader(io.StringIO(result.output))
    assert header == answer.columns
    assert rows or answer.question in MAY_BE_EMPTY


@pytest.mark.parametrize("answer", COMMANDS, ids=lambda answer: f"{answer.question}-{answer.command.split()[1]}")
def test_a_command_answers(warehouse: Warehouse, answer: Answer, tmp_path: Path) -> None:
    before = reads()
    result = run(warehouse, answer.command, tmp_path)
    assert result.exit_code == 0, result.output
    personal = "--personal" in answer.command or "--worker" in answer.command
    assert reads() - before == personal
    assert result.output.strip() or answer.command.split()[1] == "verify"


def test_no_answer_from_the_marts_holds_a_number_of_a_person(warehouse: Warehouse, tmp_path: Path) -> None:
    with connect(Role.ADMIN) as connection:
        numbers = [nik for (nik,) in connection.execute("select nik from identity.worker").fetchall()]
    told = "".join(run(warehouse, answer.command, tmp_path).output for answer in QUERIES)
    assert numbers
    assert [number for number in numbers if number in told] == []
