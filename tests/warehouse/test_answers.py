"""Each of the fifteen questions is asked of a small city; figures that its simulator knows are held against its own."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cakupan import for_readers
from cakupan.answers.asking import Answer, ask
from cakupan.answers.catalogue import questions
from cakupan.answers.headings import HEADINGS
from cakupan.answers.hiding import HIDDEN
from cakupan.cli import app
from cakupan.database import Role, connect
from tests.warehouse.conftest import NIGHTS, Warehouse

NIGHT = NIGHTS[-1]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
LONG_NUMBER = re.compile(r"(?<!\d)\d{16}(?!\d)")


@pytest.fixture(scope="module")
def answers(warehouse: Warehouse) -> dict[int, Answer]:
    with connect(Role.AUDITOR) as connection:
        return {question.number: ask(connection, question, NIGHT) for question in questions()}


@pytest.fixture(scope="module")
def expected(warehouse: Warehouse) -> dict[str, Any]:
    return warehouse.expected(NIGHT)


def by_code(answer: Answer, part: str | None = None) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in answer.rows if part is None or row["part"] == part}


def test_each_answers_and_tells_of_no_person(answers: dict[int, Answer]) -> None:
    for number, answer in answers.items():
        assert set(answer.columns) <= set(HEADINGS)
        said = json.dumps(answer.rows, default=str)
        assert not UUID.search(said) and not LONG_NUMBER.search(said), number
        if number != 15:  # of which there need be none
            assert answer.rows, number


def test_coverage_by_segment_adds_up_to_the_citys(answers: dict[int, Answer], expected: dict[str, Any]) -> None:
    total = by_code(answers[1])["SEMUA"]
    for code, rate in (("SAKERNAS", "sakernas_rate"), ("SEMESTA_BPJS", "semesta_rate")):
        figure = expected["universal_coverage"][code]
        assert (total["active_participants"], float(total[rate])) == (
            figure["active_participants"],
            figure["coverage_rate"],
        )
    assert total["gap_to_target"] == expected["universal_coverage"]["SAKERNAS"]["gap_to_target"]
    with connect(Role.ADMIN) as connection:
        rows = connection.execute(questions()[0].query, {"night": NIGHT}).fetchall()
    assert sum(row[3] for row in rows if row[0] == "SEGMEN") == total["active_participants"]


def test_gaps_of_sectors_cost_the_tariff_for_a_year(answers: dict[int, Answer], expected: dict[str, Any]) -> None:
    shown = {
        code: row for code, row in by_code(answers[3], "LAPANGAN USAHA").items() if row["persons_missing"] != HIDDEN
    }
    assert shown
    for code, row in shown.items():
        assert row["persons_missing"] == expected["coverage_by_sector"][code]["gap_to_target"]
        assert row["yearly_cost_idr"] == row["persons_missing"] * 12 * 16800


def test_lapses_add_up_to_the_calendar(answers: dict[int, Answer], expected: dict[str, Any]) -> None:
    total = by_code(answers[4])["SEMUA"]
    parts = ("in_arrears", "lapsing_by_year_end", "lapsing_later")
    limits = {
        "in_arrears": ("", "202508"),
        "lapsing_by_year_end": ("202509", "202512"),
        "lapsing_later": ("202601", "Z"),
    }
    for part in parts:
        first, last = limits[part]
        count = sum(n for key, n in expected["lapse_calendar"].items() if first <= key.split("|")[0] <= last)
        assert total[part] in ((HIDDEN,) if count < 5 else (HIDDEN, count)), part


def test_money_left_is_that_of_the_lines(answers: dict[int, Answer], expected: dict[str, Any]) -> None:
    lines = expected["dbhcht_reconciliation"]
    rows = [row for row in answers[5].rows if row["part"] == "BARIS"]
    assert {
        f"{row['code']}|{row['sub_activity_code']}|{row['account_code']}": row["remaining_idr"] for row in rows
    } == {key: line["remaining_idr"] for key, line in lines.items()}
    assert all(row["person_months_left"] == max(row["remaining_idr"], 0) // 16800 for row in rows)


def test_half_the_money_keeps_as_many_as_it_pays_for(answers: dict[int, Answer], expected: dict[str, Any]) -> None:
    (total,) = (row for row in answers[6].rows if row["part"] == "JUMLAH")
    halved = sum(one["budget_idr"] for one in expected["dbhcht_reconciliation"].values() if one["disbursed_idr"]) // 2
    assert total["halved_idr"] == halved
    assert total["keep_cover"] == min(halved // (12 * 16800), total["recipients"])
    assert total["lose_cover"] == total["recipients"] - total["keep_cover"]


def test_pledges_are_those_of_the_meeting(answers: dict[int, Answer], expected: dict[str, Any]) -> None:
    rows = {f"{row['code']}|{row['commitment']}": row for row in answers[8].rows}
    assert rows.keys() == expected["commitment_progress"].keys()
    for key, row in rows.items():
        actual = row["active_participants"] if row["documents"] is None else row["documents"]
        assert actual in (expected["commitment_progress"][key]["actual"], HIDDEN)


def test_contracts_are_counted_by_what_became_of_them(answers: dict[int, Answer], expected: dict[str, Any]) -> None:
    states = [project["status"] for project in expected["construction_compliance"].values()]
    assert sum(row["contracts"] for row in answers[10].rows) == len(states)
    assert sum(row["compliant"] for row in answers[10].rows) == states.count("COMPLIANT")


def test_outreach_adds_up_over_its_events(answers: dict[int, Answer], expected: dict[str, Any]) -> None:
    events = expected["outreach_conversion"].values()
    total = by_code(answers[12])["SEMUA"]
    for name in ("attendees", "converted"):
        count = sum(event[name] for event in events)
        assert total[name] == (HIDDEN if count < 5 else count)


def test_published_figures_stand_apart_from_the_warehouses(answers: dict[int, Answer]) -> None:
    assert {row["part"] for row in answers[14].rows} == {"GUDANG", "TERBIT"}
    assert all(row["source"].startswith("https://") for row in answers[14].rows if row["part"] == "TERBIT")
    assert all(row["benefits_ytd_idr"] is None for row in answers[13].rows)


def test_the_same_cells_are_hidden_as_in_schema_open(answers: dict[int, Answer]) -> None:
    with connect(Role.AUDITOR) as connection:
        hidden = connection.execute(
            "select sector_code, active_participants_hidden from open.coverage_by_sector"
            " where as_of_date = %s and not is_total",
            (NIGHT,),
        ).fetchall()
    assert any(is_hidden for _, is_hidden in hidden)
    rows = by_code(answers[3], "LAPANGAN USAHA")
    assert {code: row["active_participants"] == HIDDEN for code, row in rows.items()} == dict(hidden)


def test_the_command_answers_in_each_format_and_language(warehouse: Warehouse) -> None:
    def typed(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["answer", *arguments], catch_exceptions=False)
        assert result.exit_code == 0
        return result.stdout

    assert len(json.loads(typed("--format", "json"))) == 15
    document = json.loads(typed("1", "--format", "json", "--lang", "en", "--date", str(NIGHT)))
    rows = list(csv.DictReader(io.StringIO(typed("1", "--format", "csv", "--date", str(NIGHT)))))
    assert [row["code"] for row in rows] == [row["code"] for row in document["rows"]]
    assert document["question"].startswith("UCJ today")
    assert "Yang tidak dapat dikatakan" in typed("9", "--lang", "id")
    refused = CliRunner().invoke(app, ["answer", "1", "--date", "2020-01-01"], catch_exceptions=False)
    assert refused.exit_code == 1 and "2020-01-01" in refused.stderr


class Anchors(HTMLParser):
    """The ids and links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids.add(told.get("id") or "")
        self.links.add(told.get("href") or "" if tag == "a" else "")


def test_each_is_within_three_clicks_on_the_pages(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(for_readers, "pages_path", lambda: tmp_path / "pages" / "index.html")
    for_readers.write_pages(NIGHT)
    pages = {file.name: Anchors(file.read_text()) for file in (tmp_path / "pages").glob("*.html")}
    assert "pertanyaan.html" in pages["index.html"].links
    for question in questions():
        anchor = f"pertanyaan-{question.number}"
        assert anchor in pages["pertanyaan.html"].ids
        assert f"#{anchor}" in pages["pertanyaan.html"].links
        page, _, section = question.page.partition("#")
        assert section in pages[page].ids, question.page
