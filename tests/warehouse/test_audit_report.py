"""Every figure of the DBHCHT audit report is the marts' own, also as known at an earlier moment."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

from cakupan.cli.known_at import as_known
from cakupan.cli.report import app
from cakupan.database import Role, connect
from cakupan.reports import NoSuchNight, dbhcht_report, read_figures
from cakupan.reports.dbhcht_figures import FOUND
from cakupan.reports.files import page
from cakupan.reports.paper import paper
from cakupan.reports.spelling import spell
from cakupan.reports.workbook import workbook
from tests.warehouse.conftest import NIGHTS, Warehouse

NIGHT = NIGHTS[2]
LINES = """
    select skpd_code, budget_idr, disbursed_idr, posted_idr, unposted_idr, remaining_idr, absorption_rate
    from marts.dbhcht_reconciliation where as_of_date = %s order by skpd_code, sub_activity_code, account_code
"""
ORDERS = """
    select s.sp2d_no, s.amount_idr, coalesce(sum(l.posted_amount_idr), 0)::bigint,
        (s.amount_idr - coalesce(sum(l.posted_amount_idr), 0))::bigint, count(*) filter (where l.due_idr > 0)
    from marts.fct_disbursement as s
    left join marts.dbhcht_lineage as l on l.sp2d_no = s.sp2d_no and l.as_of_date = %s
    where s.budget_source = 'DBHCHT' group by s.sp2d_no, s.amount_idr order by s.sp2d_no
"""
CODES = """
    select finding_code, count(*), sum(amount_idr)::bigint from marts.{} where as_of_date = %s group by 1 order by 1
"""
ORPHANS = """
    select sp2d_no, amount_idr from marts.audit_findings
    where as_of_date = %s and finding_code in ('NO_BUDGET_LINE', 'SP2D_NOT_POSTED') order by finding_code, sp2d_no
"""


class Words(HTMLParser):
    """The text of a page's cells."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.feed(markup)

    def handle_data(self, data: str) -> None:
        self.texts.add(data.strip())


@pytest.fixture
def auditor(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.AUDITOR, autocommit=True) as connection:
        yield connection


@pytest.fixture
def report(auditor):
    return dbhcht_report(read_figures(auditor, NIGHT.year, None), NIGHT.year, "id")


@pytest.fixture
def sheets(report) -> dict[str, list[tuple]]:
    book = openpyxl.load_workbook(io.BytesIO(workbook(report)))
    return {sheet.title: list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book}


def test_the_newest_night_is_reported(report) -> None:
    assert report.name == f"dbhcht-2025-{NIGHT}"


def test_money_by_budget_line_is_the_reconciliations(auditor, sheets) -> None:
    expected = auditor.execute(LINES, (NIGHT,)).fetchall()
    *lines, total = sheets["Pagu"]
    shown = [(line[1], *line[5:]) for line in lines]
    assert shown == [(*row[:6], None if row[6] is None else float(row[6])) for row in expected]
    assert total[5:10] == tuple(sum(row[n] for row in expected) for n in range(1, 6))


def test_payment_orders_are_all_there_with_what_was_posted(auditor, sheets) -> None:
    expected = auditor.execute(ORDERS, (NIGHT,)).fetchall()
    assert expected
    *orders, total = sheets["SP2D"]
    assert sorted((order[0], *order[7:11]) for order in orders) == expected
    assert total[7] == sum(row[1] for row in expected)


def test_findings_and_observations_are_counted_as_in_the_marts(auditor, sheets) -> None:
    for mart, sheet in (("audit_findings", "Temuan"), ("audit_observations", "Pengamatan")):
        expected = auditor.execute(CODES.format(mart), (NIGHT,)).fetchall()
        assert sorted((row[0], row[5], row[6]) for row in sheets[sheet] if row[5]) == expected
    cases = auditor.execute(
        "select count(*) from (select finding_key from marts.audit_findings where as_of_date = %(n)s"
        " union all select finding_key from marts.audit_observations where as_of_date = %(n)s) as f", {"n": NIGHT},
    ).fetchone()  # fmt: skip
    assert len(sheets["Bukti"]) == cases[0]


def test_what_is_not_linked_is_listed(auditor, sheets) -> None:
    expected = auditor.execute(ORPHANS, (NIGHT,)).fetchall()
    assert expected
    assert [
        (row[1], row[3]) for row in sheets["Tidak bertaut"] if "/" in row[1] and row[1].startswith("35")
    ] == expected


def test_the_page_and_the_pdf_show_the_workbooks_figures(report, sheets) -> None:
    words = Words(page(report).decode()).texts
    told = json.dumps(paper(report), ensure_ascii=False)
    for sheet, numbers in (("Pagu", range(5, 10)), ("SP2D", range(7, 11)), ("Temuan", (5, 6)), ("Pengamatan", (5, 6))):
        for row in sheets[sheet]:
            spelled = {spell(row[n], "rupiah").id for n in numbers if row[n] is not None}
            assert spelled <= words, row
            assert all(f'"{text}"' in told for text in spelled), row


def test_no_identity_is_in_a_report(warehouse, report) -> None:
    written = page(report).decode() + json.dumps([[t.rows for t in s.tables] for s in report.sections], default=str)
    with connect(Role.ADMIN) as admin:
        names = [
            n for (n,) in admin.execute("select nik from identity.worker union all select kpj from identity.membership")
        ]
        names += [n for (n,) in admin.execute("select distinct nama from landing.disnaker_penerima_dbhcht")]
    assert names
    assert [name for name in names if name and name in written] == []


def test_a_night_is_reported_as_it_was_known(warehouse, auditor) -> None:
    (first, second) = auditor.execute(
        "select run_id, published_at from ledger.publication where as_of_date = %s order by publication_id",
        (NIGHTS[1],),
    ).fetchall()
    with connect(Role.AUDITOR, options=as_known(first[1].isoformat()), autocommit=True) as then:
        before = read_figures(then, 2025, NIGHTS[1])
    now = read_figures(auditor, 2025, NIGHTS[1])
    assert (before.run_id, now.run_id) == (first[0], second[0])
    assert before.restated == []
    assert {row["relation"] for row in now.restated} >= {"audit_findings"}
    assert before.deliveries != now.deliveries


def test_a_night_that_was_not_published_is_no_night(warehouse, auditor) -> None:
    long_ago = as_known("2020-01-01T00:00:00+07:00")
    with connect(Role.AUDITOR, options=long_ago, autocommit=True) as then, pytest.raises(NoSuchNight):
        read_figures(then, 2025, None)
    with pytest.raises(NoSuchNight):
        read_figures(auditor, 2024, None)


def test_the_command_writes_three_files_and_says_what_is_wrong(warehouse, tmp_path: Path) -> None:
    run = CliRunner()
    done = run.invoke(app, ["dbhcht", "--year", "2025", "--out", str(tmp_path), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".html", ".pdf", ".xlsx"]
    assert run.invoke(app, ["dbhcht", "--year", "2031"]).exit_code == 1
    assert run.invoke(app, ["dbhcht", "--year", "2025", "--date", "2024-12-31"]).exit_code == 2


def test_findings_are_read_while_one_of_two_marts_has_not_grown_yet(warehouse: Warehouse) -> None:
    with connect(Role.ADMIN) as admin:
        asked = {"night": NIGHT, "year": NIGHT.year}
        before = admin.execute(FOUND, asked).fetchall()
        columns = [
            column.name for column in admin.execute("select * from marts.audit_observations limit 0").description or ()
        ]
        admin.execute("alter view marts.audit_observations rename to grown")
        fewer = sql.SQL(", ").join(map(sql.Identifier, columns[:-3]))
        admin.execute(sql.SQL("create view marts.audit_observations as select {} from marts.grown").format(fewer))
        found = admin.execute(FOUND, asked).fetchall()
        admin.rollback()
    assert before
    assert [row[:-3] for row in found] == [row[:-3] for row in before]
