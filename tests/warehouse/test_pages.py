"""The pages for heads of office: every figure as the marts have it, parts that add up, no small count, and nothing that
a reader on a phone, with a keyboard or without a network stumbles over.
"""

from __future__ import annotations

import html
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from typer.testing import CliRunner

from cakupan import for_readers, settings, steps
from cakupan.cli import app
from cakupan.database import Role, connect
from tests.dashboard.reading import HIDDEN, Reader, figure, read
from tests.warehouse.conftest import NIGHTS, Warehouse

NIGHT = NIGHTS[-1]
PERSONS = {
    "Peserta aktif", "dibayar DBHCHT", "Dalam daftar", "Terlindungi", "Belum", "Semua", "Permohonan", "Layak",
    "Belum layak", "Hadir", "Sudah peserta", "Peserta baru", "Bulan-pekerja", "Pekerja",
}  # fmt: skip
"""Columns that count persons, or what stands for one."""


@pytest.fixture(scope="module")
def folder(warehouse: Warehouse) -> Path:
    """The pages, written for a night before the newest, as after a past night was built again."""
    return Path(for_readers.write_pages(NIGHTS[0])).parent


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, Reader]:
    return {str(path.relative_to(folder).with_suffix("")): read(path) for path in sorted(folder.rglob("*.html"))}


@pytest.fixture(scope="module")
def marts(warehouse: Warehouse) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
    with connect(Role.AUDITOR) as connection, connection.cursor(row_factory=dict_row) as cursor:
        yield cursor


def of_night(marts: psycopg.Cursor[dict[str, Any]], relation: str, more: str = "") -> list[dict[str, Any]]:
    return marts.execute(f"select * from {relation} where as_of_date = %s {more}", (NIGHT,)).fetchall()


def agrees(shown: str, value: int | Decimal | None, *, share: bool = False) -> bool:
    """Whether a cell shows the value; a hidden one agrees with any."""
    if shown in HIDDEN:
        return True
    found = figure(shown)
    if value is None or found is None:
        return value is None and found is None
    return abs(found - (100 * value if share else value)) <= (Decimal("0.005") if share else 0)


def test_the_newest_night_is_shown_whichever_was_built_last(folder: Path) -> None:
    assert f'datetime="{NIGHT}"' in (folder / "index.html").read_text()


def test_a_night_that_is_not_published_leaves_the_pages_as_they_are(folder: Path) -> None:
    before = (folder / "index.html").stat().st_ino
    with pytest.raises(steps.StepFailed, match=f"the night of {NIGHT.replace(day=9)} is not published"):
        for_readers.write_pages(NIGHT.replace(day=9))
    assert (folder / "index.html").stat().st_ino == before


def test_coverage_is_that_of_the_marts(pages, marts) -> None:
    section = pages["index"].sections["cakupan"]
    rows = of_night(marts, "marts.universal_coverage", "order by denominator_code")
    shares = [text for title, text in section.figures.items() if title.startswith("Cakupan")]
    assert len(shares) == 2
    assert all(agrees(text, row["coverage_rate"], share=True) for text, row in zip(shares, rows, strict=True))
    assert agrees(section.figures["Kurang dari target"], rows[0]["gap_to_target"])
    trend = pages["index"].sections["tren"].tables[0]
    assert len(trend) == len(NIGHTS)
    assert agrees(trend[0]["Peserta aktif"], rows[0]["active_participants"])


def test_sectors_are_those_of_the_marts_and_add_up_to_their_total(pages, marts) -> None:
    section = pages["index"].sections["lapangan-usaha"]
    *rows, total = section.tables[0]
    known = {row["sector_code"]: row for row in of_night(marts, "marts.coverage_by_sector")}
    assert {row["Lapangan usaha"].split()[0] for row in rows} == set(known)
    for row in rows:
        mart = known[row["Lapangan usaha"].split()[0]]
        assert agrees(row["Peserta aktif"], mart["active_participants"])
        assert agrees(row["Cakupan"], mart["coverage_rate"], share=True)
        assert agrees(row["Kurang"], mart["gap_to_target"])
        assert agrees(row["dari pekerja"], mart["workforce"]) and agrees(row["Target"], mart["target_participants"])
    for head, column in (("Peserta aktif", "active_participants"), ("Kurang", "gap_to_target")):
        assert figure(total[head]) == sum(mart[column] for mart in known.values())


def test_why_the_sectors_gaps_exceed_the_citys_is_said_beside_them(pages, marts) -> None:
    gaps = sum(row["gap_to_target"] for row in of_night(marts, "marts.coverage_by_sector"))
    headline = of_night(marts, "marts.universal_coverage")[0]["gap_to_target"]
    said = pages["index"].sections["lapangan-usaha"].text
    assert gaps > headline
    assert f"berjumlah {gaps}, kekurangan kota {headline}: selisih {gaps - headline}" in said


def test_payers_and_villages_add_up_to_the_citys_participants(pages, marts) -> None:
    city = of_night(marts, "marts.universal_coverage")[0]["active_participants"]
    payers = pages["index"].sections["pembiayaan"].tables[0]
    assert figure(payers[-1]["Peserta aktif"]) == city
    paid = sum(row["contributions_ytd_idr"] for row in of_night(marts, "marts.coverage_by_funding_source"))
    assert figure(payers[-1]["Iuran tahun ini"]) == paid
    places = pages["index"].sections["wilayah"].tables[0]
    districts = [row for row in places if row["Desa/kelurahan"].startswith("Kecamatan ")]
    assert len(districts) == 3
    assert figure(places[-1]["Peserta aktif"]) == city == sum(figure(row["Peserta aktif"]) for row in districts)
    for district in districts:
        villages = [
            row for row in places
            if row["Kecamatan"] == district["Desa/kelurahan"].removeprefix("Kecamatan ")
        ]  # fmt: skip
        shown = [figure(row["Peserta aktif"]) for row in villages]
        parts = sum(one for one in shown if one is not None)
        assert parts == figure(district["Peserta aktif"]) if None not in shown else parts < city


def test_an_offices_categories_are_those_of_the_marts_and_add_up_to_its_roster(pages, marts) -> None:
    rows = of_night(marts, "marts.coverage_by_agency")
    offices = {row["agency_code"] for row in rows}
    assert len(offices) == 7
    for office in offices:
        table = pages[f"perangkat-daerah-{office}"].sections["pekerja"].tables[0]
        known = {row["worker_category"].lower(): row for row in rows if row["agency_code"] == office}
        assert {row["Kategori"].lower() for row in table[:-1]} == set(known)
        for row in table[:-1]:
            mart = known[row["Kategori"].lower()]
            assert agrees(row["Dalam daftar"], mart["registered_workers"])
            assert agrees(row["Terlindungi"], mart["active_participants"]) and agrees(row["Belum"], mart["not_covered"])
        for head, column in (("Dalam daftar", "registered_workers"), ("Terlindungi", "active_participants")):
            assert agrees(table[-1][head], sum(mart[column] for mart in known.values())), office


def test_money_is_that_of_the_marts_and_its_lines_add_up(pages, marts) -> None:
    *lines, total = pages["dbhcht"].sections["serapan"].tables[0]
    rows = of_night(marts, "marts.dbhcht_reconciliation", f"and fiscal_year = {NIGHT.year}")
    for head, column in (
        ("Pagu", "budget_idr"), ("Cair", "disbursed_idr"), ("Dibukukan BPJS", "posted_idr"),
        ("Belum dibukukan", "unposted_idr"), ("Sisa", "remaining_idr"),
    ):  # fmt: skip
        assert sorted(figure(line[head]) for line in lines) == sorted(row[column] for row in rows), head
        assert figure(total[head]) == sum(row[column] for row in rows), head
    assert not any(line["Perangkat daerah"][0].isdigit() for line in lines), "offices by name, not by code"


def test_flows_of_money_lose_nothing_on_their_way(pages, marts) -> None:
    flows = pages["dbhcht"].sections["aliran"].tables[0]
    into = {end: sum(figure(row["Jumlah"]) for row in flows if row["Ke"] == end) for end in {r["Ke"] for r in flows}}
    out = {end: sum(figure(row["Jumlah"]) for row in flows if row["Dari"] == end) for end in {r["Dari"] for r in flows}}
    for end in set(into) & set(out):
        assert into[end] == out[end], end


def test_findings_are_counted_as_the_marts_do(pages, marts) -> None:
    counts = marts.execute(
        "select finding_code, count(*) as n from marts.audit_findings where as_of_date = %s group by 1", (NIGHT,)
    ).fetchall()
    shown: dict[str, list[str]] = {}
    for row in pages["dbhcht"].sections["temuan"].tables[0]:
        shown.setdefault(row["Kode"], []).append(row["Temuan"])
    assert set(shown) == {row["finding_code"] for row in counts}
    for row in counts:
        assert agrees(shown[row["finding_code"]][-1], row["n"]), row


def test_deliveries_are_those_of_the_scorecard(pages, marts) -> None:
    *lines, total = pages["mutu-data"].sections["kiriman"].tables[0]
    rows = of_night(marts, "marts.data_quality_scorecard")
    for head, column in (
        ("Dikirim", "delivered_rows"), ("Diterima", "accepted_rows"), ("Karantina", "quarantined_rows"),
        ("Berulang", "duplicate_rows"),
    ):  # fmt: skip
        assert figure(total[head]) == sum(row[column] for row in rows), head
        assert sum(figure(line[head]) or 0 for line in lines) == figure(total[head]), head
    for row in rows:
        history = pages["mutu-data"].sections[f"{row['agency_code']}.{row['feed']}"].tables[-1]
        assert figure(history[0]["Dikirim"]) >= row["delivered_rows"]


def test_no_page_shows_a_small_count_of_persons(pages) -> None:
    counts = [
        (name, section, head, row)
        for name, page in pages.items() if not name.startswith("en/")
        for section, read_ in page.sections.items() if section not in ("andai", "kiriman")
        for table in read_.tables
        for row in table
        for head in row if head in PERSONS
    ]  # fmt: skip
    assert len(counts) > 200
    assert any(row[head] in HIDDEN for *_, head, row in counts)
    for name, section, head, row in counts:
        found = figure(row[head])
        assert found is None or found >= 5 or (section == "putus" and found == 0), (name, section, row)


def test_both_languages_show_the_same_figures(pages) -> None:
    for name, page in pages.items():
        if name.startswith("en/"):
            continue
        other = pages[f"en/{name}"]
        assert list(page.sections) == list(other.sections), name
        for anchor, section in page.sections.items():
            theirs = other.sections[anchor]
            ours = [[[figure(cell) for cell in row.values()] for row in table] for table in section.tables]
            assert ours == [
                [[figure(cell, "en") for cell in row.values()] for row in table] for table in theirs.tables
            ], (name, anchor)


def test_every_link_leads_somewhere_and_every_section_to_how_it_is_computed(pages) -> None:
    for name, page in pages.items():
        here = Path(name).parent
        for link in page.links:
            target, _, anchor = link.partition("#")
            if target.endswith(".css"):
                continue
            to = str(here / target.removesuffix(".html")) if target else name
            to = to.removeprefix("en/../")
            assert to in pages, (name, link)
            assert not anchor or anchor in pages[to].ids, (name, link)
    for anchor, section in pages["index"].sections.items():
        assert anchor == "perhatian" or "Cara menghitung" in section.text, anchor
        assert anchor == "perhatian" or f"--date {NIGHT}" in section.text or "cakupan sql" in section.text, anchor


def test_every_command_on_a_page_answers(folder: Path) -> None:
    pages = ("index", "dbhcht", "perangkat-daerah", "perangkat-daerah-distan", "perangkat-daerah-pupr")
    commands = {
        html.unescape(command)
        for page in pages
        for command in re.findall(r"<code>(cakupan .*?)</code>", (folder / f"{page}.html").read_text(encoding="utf-8"))
    }
    assert len(commands) > 15
    for command in sorted(commands):
        ran = CliRunner().invoke(app, shlex.split(command)[1:])
        assert ran.exit_code == 0, (command, ran.output)


@pytest.fixture(scope="module")
def npm() -> None:
    """What the lock of `dashboards/` names, in place."""
    assert shutil.which("npm"), "the pages are tested with npm: apt install npm"
    there = settings.DASHBOARDS / "node_modules/.package-lock.json"
    if not there.exists() or there.stat().st_mtime < (settings.DASHBOARDS / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=settings.DASHBOARDS, check=True, capture_output=True)


def test_a_reader_with_a_phone_a_keyboard_or_no_network_stumbles_over_nothing(folder: Path, npm: None) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "the pages are looked at with Chromium: apt install chromium"
    look = settings.PROJECT / "tests/dashboard/look.mjs"
    looked = subprocess.run(["node", str(look), str(folder), chromium], capture_output=True, text=True, check=True)
    told = json.loads(looked.stdout)
    assert told["found"] == []
    assert len(told["seen"]) == len(list(folder.rglob("*.html")))
    for name, seen in told["seen"].items():
        assert seen["charts"] == seen["drawn"] and seen["unreachable"] == 0, name
    assert "Rp6.720.000" in told["seen"]["dbhcht.html"]["reckoned"]  # 100 workers for what is left of the year


def test_the_charts_script_is_what_the_lock_gives(npm: None, tmp_path: Path) -> None:
    built = tmp_path / "echarts.js"
    subprocess.run(
        ["npm", "run", "--silent", "build", "--", f"--outfile={built}"],
        cwd=settings.DASHBOARDS, check=True, capture_output=True,
    )  # fmt: skip
    assert built.read_bytes() == (settings.DASHBOARDS / "static/echarts.js").read_bytes()


def test_the_pages_are_light(folder: Path) -> None:
    static = sum(path.stat().st_size for path in (folder / "static").iterdir())
    for path in folder.rglob("*.html"):
        assert path.stat().st_size + static < 1_500_000, path
