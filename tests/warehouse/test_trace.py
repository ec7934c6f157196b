"""`cakupan trace` as an auditor types it: from any figure to the bytes, and no person on the way unless recorded."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cakupan import settings
from cakupan.cli import app
from cakupan.database import Role, connect
from cakupan.feeds import CsvFormat, JsonFormat, find_feed
from cakupan.trace.catalogue import MARTS
from tests.warehouse.conftest import NIGHTS, Warehouse

Trace = Callable[..., Result]
FIGURES = 10


@pytest.fixture(scope="module")
def auditor(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.AUDITOR, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def loader(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.LOADER, autocommit=True) as connection:
        yield connection


@pytest.fixture
def trace(warehouse: Warehouse) -> Trace:
    def ask(*arguments: object, typed: str = "") -> Result:
        return CliRunner().invoke(app, ["trace", *map(str, arguments)], input=typed)

    return ask


@pytest.fixture(scope="module")
def numbers(auditor: psycopg.Connection) -> dict[str, str]:
    """What a trace can start from, of a payment order whose workers are both posted and not."""
    return dict(
        zip(
            ("sp2d", "billing", "decree", "budget-line"),
            auditor.execute(
                "select sp2d_no, billing_code, decree_no, skpd_code || '|' || sub_activity_code || '|' || account_code"
                " from marts.dbhcht_lineage where as_of_date = %s and budget_idr > 0"
                " group by 1, 2, 3, 4 having count(distinct protection_status) > 1 order by 1 limit 1",
                (NIGHTS[2],),
            ).fetchone(),
            strict=True,
        )
    )


def ends(node: dict) -> Iterator[dict]:
    """The rows as received below a node."""
    if "row" in node:
        yield node["row"]
    for child in node.get("children", ()):
        yield from ends(child)


def kinds(node: dict) -> set[str]:
    return {node["kind"]}.union(*(kinds(child) for child in node.get("children", ())))


def figures(node: dict) -> Iterator[dict]:
    if node["kind"] == "figure":
        yield node
    for child in node.get("children", ()):
        yield from figures(child)


def cells_in_archive(file: dict, row: dict) -> str:
    """The row read from the archived bytes by other means than the warehouse's."""
    bytes_ = Path(file["archive"]).read_bytes()
    assert hashlib.sha256(bytes_).hexdigest() == file["sha256"]
    form = find_feed(settings.FEEDS, file["feed"]).format
    if isinstance(form, CsvFormat):
        text = (gzip.decompress(bytes_) if form.compression else bytes_).decode(form.encoding)
        return "\n".join(
            list(csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter))[row["row_number"] - 1]
        )
    if isinstance(form, JsonFormat):
        return json.dumps(json.loads(bytes_)[row["row_number"] - 1], ensure_ascii=False)
    sheet = openpyxl.load_workbook(io.BytesIO(bytes_), read_only=True)[row["sheet"]]
    (found,) = sheet.iter_rows(row["row_number"], row["row_number"], values_only=True)
    return "\n".join(str(cell) for cell in found)


def same_cells(file: dict, row: dict) -> bool:
    """Cells of words stand in the bytes as they landed; dates and numbers of a workbook may be spelled otherwise."""
    found = cells_in_archive(file, row)
    # What is nested in JSON landed as JSON of its own spelling.
    words = [cell for cell in row["as_received"].values() if cell and re.search("^[^\\[{]*[A-Za-z]", cell)]
    return bool(words) and all(word in found or json.dumps(word)[1:-1] in found for word in words)


@pytest.mark.parametrize("number", range(FIGURES))
def test_a_figure_is_made_of_rows_that_stand_in_the_bytes(trace: Trace, auditor, number: int) -> None:
    chance = random.Random(number)  # noqa: S311
    mart = sorted(MARTS)[number % len(MARTS)]
    night = chance.choice(NIGHTS)
    key = " || '|' || ".join(MARTS[mart].key)
    keys = auditor.execute(f"select distinct {key} from marts.{mart} where as_of_date = %s order by 1", (night,))
    asked = trace("--mart", mart, "--key", chance.choice(keys.fetchall())[0], "--date", night, "--format", "json")
    assert asked.exit_code == 0, asked.output
    told = json.loads(asked.stdout)
    assert {figure["name"] for figure in figures(told["trace"])} == set(MARTS[mart].figures)
    assert [figure for figure in figures(told["trace"]) if not figure["facts"]["agrees"]] == []
    files = {file["delivery_id"]: file for file in told["files"]}
    for row in ends(told["trace"]):
        assert same_cells(files[row["delivery_id"]], row), row


def test_every_figure_of_every_mart_can_be_made_again(trace: Trace, auditor) -> None:
    for mart, what in MARTS.items():
        key = " || '|' || ".join(what.key)
        query = f"select distinct {key} from marts.{mart} where as_of_date = %s order by 1 limit 3"
        for (one,) in auditor.execute(query, (NIGHTS[1],)).fetchall():
            told = json.loads(trace("--mart", mart, "--key", one, "--date", NIGHTS[1], "--format", "json").stdout)
            wrong = [figure for figure in figures(told["trace"]) if not figure["facts"]["agrees"]]
            assert wrong == [], f"{mart} {one}"


def test_a_figure_is_traced_in_a_night_of_before_lines_had_a_fiscal_year(trace: Trace, warehouse: Warehouse) -> None:
    with connect(Role.ADMIN, autocommit=True) as admin:
        line = "update warehouse.dbhcht_reconciliation set fiscal_year = {} where as_of_date = %s"
        (key,) = admin.execute(
            "select concat_ws('|', fiscal_year, skpd_code, sub_activity_code, account_code)"
            " from marts.dbhcht_reconciliation where as_of_date = %s and budget_idr > 0 order by 1 limit 1",
            (NIGHTS[1],),
        ).fetchone()
        column = "alter table warehouse.dbhcht_reconciliation alter column fiscal_year {} not null"
        admin.execute(column.format("drop"))
        admin.execute(line.format("null"), (NIGHTS[1],))
        try:
            asked = trace("--mart", "dbhcht_reconciliation", "--key", key, "--date", NIGHTS[1], "--format", "json")
            wrong = trace("--mart", "dbhcht_reconciliation", "--key", f"{key}9", "--date", NIGHTS[1])
        finally:
            admin.execute(line.format(NIGHTS[1].year), (NIGHTS[1],))
            admin.execute(column.format("set"))
    assert asked.exit_code == 0, asked.output
    assert all(figure["facts"]["agrees"] for figure in figures(json.loads(asked.stdout)["trace"]))
    assert f"Near: {key}" in wrong.stderr


def test_a_figure_that_was_altered_does_not_agree(trace: Trace, warehouse: Warehouse) -> None:
    change = (
        "update warehouse.coverage_by_sector set active_participants = active_participants + {} where sector_code = 'A'"
    )
    with connect(Role.TRANSFORMER, autocommit=True) as transformer:
        transformer.execute(change.format(1))
        try:
            asked = trace("--mart", "coverage_by_sector", "--key", "A", "--figure", "active_participants")
        finally:
            transformer.execute(change.format(-1))
    assert "cocok TIDAK" in asked.stdout


@pytest.mark.parametrize(
    ("start", "reached"),
    [
        ("sp2d", {"budget_line", "budget_document", "billing", "decree", "contribution", "recipient", "membership"}),
        ("billing", {"sp2d", "contribution", "worker_month"}),
        ("decree", {"sp2d", "recipient", "findings"}),
        ("budget-line", {"budget_document", "sp2d", "worker_month", "contribution"}),
    ],
)
def test_the_money_is_followed_in_both_directions(trace: Trace, numbers, start: str, reached: set[str]) -> None:
    asked = trace(f"--{start}", numbers[start], "--date", NIGHTS[2], "--all", "--format", "json")
    assert asked.exit_code == 0, asked.output
    told = json.loads(asked.stdout)
    assert reached <= kinds(told["trace"])
    rows = list(ends(told["trace"]))
    assert rows
    assert all(row["as_received"] for row in rows)
    assert {row["delivery_id"] for row in rows} == {file["delivery_id"] for file in told["files"]}


def test_a_payment_order_leads_to_all_its_workers(trace: Trace, auditor, numbers) -> None:
    told = json.loads(trace("--sp2d", numbers["sp2d"], "--date", NIGHTS[2], "--all", "--format", "json").stdout)
    (months,) = (node for node in told["trace"]["children"] if node["kind"] == "worker_months")
    due = auditor.execute(
        "select count(*), sum(posted_amount_idr) from marts.dbhcht_lineage where as_of_date = %s and sp2d_no = %s",
        (NIGHTS[2], numbers["sp2d"]),
    ).fetchone()
    found = [month for status in months["children"] for month in status["children"]]
    assert (len(found), sum(month["facts"]["posted_idr"] for month in found)) == due


def test_every_finding_is_followed_to_all_rows_that_prove_it(trace: Trace, auditor) -> None:
    rows = auditor.execute(
        "select distinct on (finding_code) finding_key, evidence, expected_idr, actual_idr, difference_idr from ("
        "table marts.audit_findings union all table marts.audit_observations) as found where as_of_date = %s",
        (NIGHTS[2],),
    ).fetchall()
    for key, evidence, *amounts in rows:
        told = json.loads(trace("--finding", key, "--date", NIGHTS[2], "--all", "--format", "json").stdout)
        facts = told["trace"]["facts"]
        assert [facts.get(name) for name in ("expected_idr", "actual_idr", "difference_idr")] == amounts
        proofs = [node for node in told["trace"]["children"] if node["kind"] == "evidence"]
        assert sorted(child["address"] for node in proofs for child in node["children"]) == sorted(evidence)


def test_lists_are_shortened_with_their_count(trace: Trace, numbers) -> None:
    short, full = (trace("--sp2d", numbers["sp2d"], "--date", NIGHTS[2], *more).stdout for more in ((), ("--all",)))
    assert "lagi; --all" in short
    assert "lagi; --all" not in full
    assert "more; --all" in trace("--sp2d", numbers["sp2d"], "--date", NIGHTS[2], "--lang", "en").stdout


@pytest.mark.parametrize("form", ["tree", "json", "html", "xlsx"])
def test_no_form_shows_a_person_unless_asked_and_recorded(trace, loader, numbers, tmp_path, form: str) -> None:
    path = tmp_path / f"trace.{form}"
    asked = ("--decree", numbers["decree"], "--date", NIGHTS[2], "--all", "--format", form)
    to = () if form == "tree" else ("--out", path)

    def handed_over(*more: str) -> str:
        asked_for = trace(*asked, *to, *more)
        assert asked_for.exit_code == 0, asked_for.output
        if form != "xlsx":
            return asked_for.stdout + (path.read_text() if path.exists() else "")
        book = openpyxl.load_workbook(path)
        return "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row)

    keys = loader.execute(
        "select worker_key::text from warehouse.fct_beneficiary where decree_no = %s", (numbers["decree"],)
    ).fetchall()
    rows = loader.execute(
        "select nik, nama from landing.disnaker_penerima_dbhcht where no_sk = %s and nik ~ '^[0-9]{16}$'",
        (numbers["decree"],),
    ).fetchall()
    before = reads(loader)
    masked = handed_over()
    assert rows
    assert not [row for row in rows if row[0] in masked or row[1] in masked]
    assert reads(loader) == before
    shown = handed_over("--personal", "--reason", "pemeriksaan 7", "--case", "ST 7")
    assert any(row[0] in shown for row in rows)
    # What names a person has no key by which a leaked extract of the marts could be joined with it.
    assert form == "tree" or [key for (key,) in keys if key in masked]  # a terminal breaks long lines
    assert not [key for (key,) in keys if key in shown]
    (read,) = reads(loader)[len(before) :]
    assert (read["reason"], read["what"]["case"], read["what"]["shown"]) == ("pemeriksaan 7", "ST 7", "personal")
    assert read["who"]
    assert not [row for row in rows if row[0] in json.dumps(read)]


def reads(loader: psycopg.Connection) -> list[dict]:
    rows = loader.execute("select body from ledger.entry where kind = 'read' order by entry_no").fetchall()
    return [json.loads(body) for (body,) in rows]


@pytest.fixture(scope="module")
def nik(loader: psycopg.Connection, auditor: psycopg.Connection, numbers) -> str:
    (worker,) = auditor.execute(
        "select worker_key from marts.dbhcht_lineage where sp2d_no = %s and protection_status = 'PROTECTED' limit 1",
        (numbers["sp2d"],),
    ).fetchone()
    return loader.execute("select nik from identity.worker where worker_key = %s", (worker,)).fetchone()[0]


def test_a_worker_is_followed_by_a_nik_that_is_never_shown(trace: Trace, loader, nik: str) -> None:
    before = reads(loader)
    asked = trace(
        "--worker", "--reason", "aduan 12", "--case", "A 12", "--format", "json", typed=f"{nik[:6]}.{nik[6:]}\n"
    )
    assert asked.exit_code == 0, asked.output
    told = json.loads(asked.stdout)
    assert {"membership", "recipient", "contribution", "worker_month"} <= kinds(told["trace"])
    (read,) = reads(loader)[len(before) :]
    assert (read["what"]["name"], read["what"]["case"]) == (told["trace"]["name"], "A 12")
    assert nik not in asked.output + json.dumps(read)


def test_that_nothing_is_known_of_a_person_is_told_on_record(trace: Trace, loader) -> None:
    before = reads(loader)
    asked = trace("--worker", "--reason", "aduan 13", "--case", "A 13", typed="3579010101900001\n")
    assert asked.exit_code == 1
    (read,) = reads(loader)[len(before) :]
    assert (read["reason"], read["what"]["trace"], read["what"]["case"]) == ("aduan 13", "nothing", "A 13")


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "said"),
    [
        (("--worker", "--case", "x"), "", 2, "--reason"),
        (("--worker", "--reason", "x"), "", 2, "--case"),
        (("--worker", "--reason", "x", "--case", "y"), "3579010101900001\n", 1, "No worker with that NIK"),
        (("--worker", "--reason", "x", "--case", "y"), "357901010190\n", 1, "16 digits"),
        ((), "", 2, "where to start"),
        (("--sp2d", "a", "--decree", "b"), "", 2, "where to start"),
        (("--mart", "coverage_by_sector"), "", 2, "--key"),
        (("--mart", "coverage", "--key", "A"), "", 1, "coverage_by_sector"),
        (("--mart", "coverage_by_sector", "--key", "A|B"), "", 1, "sector_code"),
        (("--mart", "coverage_by_sector", "--key", "A", "--figure", "x"), "", 1, "active_participants"),
        (("--mart", "audit_findings", "--key", "A"), "", 1, "--finding"),
        (("--sp2d", "a", "--personal"), "", 2, "--reason"),
        (("--sp2d", "a", "--format", "xlsx"), "", 2, "--out"),
        (("--sp2d", "a", "--date", "2024-01-01"), "", 1, "was not published"),
        (("--budget-line", "a"), "", 1, "no DBHCHT budget line 'a'"),
        (("--finding", "a"), "", 1, 'cakupan sql "select finding_key from audit_findings where as_of_date = '),
        (("--decree", "[red]a"), "", 1, "[red]a"),
    ],
)
def test_what_cannot_be_followed_is_said_in_one_line(trace: Trace, arguments, typed, code, said) -> None:
    asked = trace(*arguments, typed=typed)
    assert asked.exit_code == code
    assert said in asked.stderr
    assert len(asked.stderr.splitlines()) == 1
    assert not typed.strip() or typed.strip() not in asked.output


def test_an_unknown_number_names_what_comes_near(trace: Trace, numbers) -> None:
    for start in ("sp2d", "billing", "decree", "budget-line"):
        asked = trace(f"--{start}", numbers[start][:-1], "--date", NIGHTS[2])
        assert asked.exit_code == 1
        assert numbers[start] in asked.stderr


def test_a_figure_is_traced_as_it_was_known(trace: Trace, loader) -> None:
    published = loader.execute(
        "select run_id, published_at from ledger.publication where as_of_date = %s order by publication_id",
        (NIGHTS[1],),
    ).fetchall()
    (sector, *said) = loader.execute(
        "select sector_code, a.active_participants, b.active_participants"
        " from warehouse.coverage_by_sector as a join warehouse.coverage_by_sector as b using (sector_code)"
        " where a.run_id = %s and b.run_id = %s and a.active_participants <> b.active_participants limit 1",
        [run for run, _ in published],
    ).fetchone()
    for (_, published_at), figure in zip(published, said, strict=True):
        asked = trace(
            "--mart", "coverage_by_sector", "--key", sector, "--figure", "active_participants", "--date", NIGHTS[1],
            "--as-known-at", published_at.isoformat(), "--format", "json",
        )  # fmt: skip
        facts = [figure["facts"] for figure in figures(json.loads(asked.stdout)["trace"])]
        assert [(int(fact["published"]), fact["agrees"]) for fact in facts] == [(figure, True)]
