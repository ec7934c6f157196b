"""Five deliveries that only look right come in one night: none is believed, each is told, no figure moves."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import psycopg
import pytest

from simulator.check import differences
from tests.night.conftest import NIGHTS, Installation
from tests.warehouse.marts_as_json import actual

GOOD, BAD = NIGHTS[:2]
SENT = {  # what happens to the feed, and an accident of the simulator after which the same delivery is in force
    "dinsos.relawan_disabilitas": ("HELD", "held-shrunk"),
    "sipd.anggaran": ("HELD", "held-dirty"),
    "bpjstk.jakon": ("HELD", "held-shrunk"),
    "sipd.sp2d": ("REJECTED", "empty"),
    "distan.kelompok_tani": ("REJECTED", "empty"),
}
ZERO_WIDTH = "\u200b"


def blank_rows_hide_a_loss(content: bytes) -> bytes:
    """As many lines as the night before, most of them without a single filled cell."""
    head, *lines = content.decode("cp1252").splitlines()
    kept = len(lines) * 28 // 100
    return "\r\n".join([head, *lines[:kept], *[";;;"] * (len(lines) - kept), ""]).encode("cp1252")


def error_cells_and_unseen_characters(content: bytes) -> bytes:
    """A payer that a broken look-up left as an error, and others with a character that nobody sees."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    column = next(cell.column for row in book.active.iter_rows() for cell in row if _means(cell.value, "SUMBERDANA"))
    payers = [row[column - 1] for row in book.active.iter_rows() if row[column - 1].value in ("DBHCHT", "DAU", "PAD")]
    for cell in payers[:3]:
        cell.value, cell.data_type = "#N/A", "e"
    for cell in payers[3:]:
        cell.value += ZERO_WIDTH
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def utf8_in_a_cp1252_feed(content: bytes) -> bytes:
    """The same rows, saved in another encoding than the feed's."""
    text = content.decode("cp1252")
    return text.replace("Pembayaran", "Pembayaran \N{EN DASH}", 1).encode("utf-8")


def cut_in_the_middle_of_a_row(content: bytes) -> bytes:
    """All but the last row's end, more than its last cell."""
    return content.rstrip()[:-25]


def last_years_registrations(content: bytes) -> bytes:
    """Every date set back by one year, under this year's name."""
    lines = gzip.decompress(content).decode().splitlines()
    back = [re.sub(r"\|(\d{4})-(\d\d)-(\d\d)", lambda d: f"|{int(d[1]) - 1}-{d[2]}-{min(int(d[3]), 28):02}", line)
            for line in lines]  # fmt: skip
    return gzip.compress("\n".join([*back, ""]).encode())


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "dinsos.relawan_disabilitas": blank_rows_hide_a_loss,
    "sipd.anggaran": error_cells_and_unseen_characters,
    "bpjstk.jakon": last_years_registrations,
    "sipd.sp2d": utf8_in_a_cp1252_feed,
    "distan.kelompok_tani": cut_in_the_middle_of_a_row,
}


def _means(value: object, heading: str) -> bool:
    return re.sub(r"[\s_]", "", str(value)).upper() == heading


@pytest.fixture(scope="module")
def composite(new_installation: Callable[..., Installation]) -> Installation:
    incidents = [option for feed, (_, kind) in SENT.items() for option in ("--incident", f"{feed}:{BAD}:{kind}")]
    installation = new_installation(300, "--seed", "23", *incidents)
    for feed, spoil in BROKEN.items():
        folder = installation.city / "deliveries" / Path(*feed.split("."))
        good = next(folder.glob(f"*_{GOOD.replace('-', '')}.*"))
        good.with_name(good.name.replace(GOOD.replace("-", ""), BAD.replace("-", ""))).write_bytes(
            spoil(good.read_bytes())
        )
    for night in (GOOD, BAD):
        installation.run(night)
    return installation


@pytest.fixture(scope="module")
def marts(composite: Installation) -> psycopg.Connection:
    url = composite.cakupan("database", "url", "--role", "auditor").stdout.strip()
    return psycopg.connect(url, autocommit=True)


def test_the_night_is_published_with_the_figures_of_the_earlier_deliveries(
    composite: Installation, marts: psycopg.Connection
) -> None:
    ran = composite.ran[BAD]
    assert ran.returncode == 0, ran.stdout + ran.stderr
    right = composite.expected(BAD)
    right.pop("scorecard")  # counts the rows of the simulator's own accidents
    assert differences(right, actual(marts, date.fromisoformat(BAD))) == []


def test_nothing_vanishes_silently(composite: Installation, marts: psycopg.Connection) -> None:
    states = dict(
        marts.execute(
            "select agency_code || '.' || feed, delivery_status from marts.data_quality_scorecard"
            " where as_of_date = %s",
            (BAD,),
        ).fetchall()
    )
    assert {feed: states[feed] for feed in SENT} == {feed: state for feed, (state, _) in SENT.items()}
    unequal = marts.execute(
        "select hop from marts.dbhcht_conservation where as_of_date = %s and difference_idr <> 0", (BAD,)
    ).fetchall()
    assert unequal == []
    lines = marts.execute(
        "select count(*) filter (where budget_idr = 0) from marts.dbhcht_reconciliation where as_of_date = any(%s)"
        " group by as_of_date order by as_of_date",
        ([GOOD, BAD],),
    ).fetchall()
    assert len(lines) == 2 and lines[0] == lines[1]
    payers = marts.execute("select distinct budget_source from marts.fct_budget").fetchall()
    assert not [payer for (payer,) in payers if ZERO_WIDTH in payer or payer.startswith("#")]


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        ("dinsos.relawan_disabilitas", "relawan_disabilitas_20250908.csv"),
        ("sipd.anggaran", "sumber_dana.no_error"),
        ("bpjstk.jakon", "2024"),
        ("sipd.sp2d", "UTF-8"),
        ("distan.kelompok_tani", "stops in the middle"),
    ],
)
def test_each_is_told_with_its_reason_and_what_rests_on_the_old_one(
    composite: Installation, feed: str, says: str
) -> None:
    lines = composite.ran[BAD].stdout.splitlines()
    told = next(place for place, line in enumerate(lines) if line.startswith(f"{SENT[feed][0]} {feed}, since {BAD}"))
    assert says in lines[told]
    rests = next(line for line in lines[told:] if line.startswith("  That of "))
    assert rests.startswith(f"  That of {GOOD} (1 day old) stays in force; on it rest: ")
    if SENT[feed][0] == "HELD":
        assert re.search(r"cakupan release \d+ --by WHO --why GROUNDS", lines[told])


def test_the_data_team_and_the_offices_are_told(composite: Installation) -> None:
    outbox = composite.home / "outbox"
    summary = next(outbox.glob(f"{BAD}-data_team-*.html")).read_text()
    assert "published · 2 rejected, 3 held" in summary
    assert all(feed in summary for feed in SENT)
    budget = next(outbox.glob(f"{BAD}-sipd-*.html")).read_text()
    assert "SUMBER DANA" in budget or "sumber_dana" in budget
    for agency in {feed.split(".")[0] for feed in SENT}:
        assert list(outbox.glob(f"{BAD}-{agency}-*.html")), agency
