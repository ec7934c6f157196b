"""Optional: a generated night has the structure of the shared sample, where that lies beside the checkout."""

import json
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from simulator.answers import answers
from simulator.check import differences
from simulator.columns import Format
from simulator.feeds import FEEDS
from tests.simulator.conftest import NIGHTS
from tests.simulator.parsing import truths
from tests.simulator.reading import tables

SHARED = Path(__file__).parents[3] / "shared" / "city"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample does not lie beside the checkout")
FIRST = NIGHTS[0]


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.code)
def test_feed_has_the_sample_s_place_header_and_cell_types(clean, feed):
    sample = SHARED / "sample" / feed.path(f"{FIRST:%Y%m%d}")
    ours = clean.path(feed.code, FIRST)
    theirs, mine = tables(feed, sample), tables(feed, ours)
    assert [sheet[0] for sheet in mine] == [sheet[0] for sheet in theirs]
    if feed.form in {Format.XLSX, Format.JSON}:
        for column in range(len(theirs[0][0])):
            types = [
                {type(row[column]) for sheet in sheets for row in sheet[1:]} - {type(None)} for sheets in (theirs, mine)
            ]
            assert types[1] <= types[0] or feed.columns[column].name == "NIK", feed.columns[column].name


def test_no_feed_more_and_none_less():
    delivered = {f"{path.parent.parent.name}.{path.parent.name}" for path in (SHARED / "sample").rglob("*_20250907.*")}
    assert delivered == {feed.code for feed in FEEDS}


@pytest.mark.parametrize("feed", [feed for feed in FEEDS if feed.form is Format.XLSX], ids=lambda feed: feed.code)
def test_workbooks_have_the_sample_s_layout(clean, feed):
    books = [
        openpyxl.load_workbook(path)
        for path in (SHARED / "sample" / feed.path(f"{FIRST:%Y%m%d}"), clean.path(feed.code, FIRST))
    ]
    theirs, mine = (
        [
            (
                sheet.title,
                [str(area) for area in sheet.merged_cells.ranges],
                [[cell.value for cell in row] for row in sheet.iter_rows(max_row=5)][
                    : 4 if feed.code != "sipd.anggaran" else 5
                ],
            )
            for sheet in book
        ]
        for book in books
    )
    for (title, merged, top), (our_title, our_merged, our_top) in zip(theirs, mine, strict=True):
        assert (our_title, our_merged) == (title, merged)
        for row, our_row in zip(top, our_top, strict=True):
            if row[0] is not None and row[1] is not None and not isinstance(row[0], str):
                break  # data
            if feed.code != "distan.permohonan_bantuan" or not str(row[0]).startswith("PB"):
                assert our_row == row or re.match(r"\S+/|\d|Dinas|Bagian", str(row[0])), row


def shape(value):
    """Return what a value is made of: keys that are column names, types of the rest."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return type(value).__name__ if value is not None else "null"


def test_expected_nights_have_the_sample_s_shape(clean):
    theirs = json.loads((SHARED / "expected" / f"{FIRST}.json").read_text())
    mine = clean.expected(FIRST)
    assert [relation for relation in mine if relation != "finding_amounts"] == list(theirs)
    for relation, rows in theirs.items():
        if not isinstance(rows, dict):
            assert type(mine[relation]) is type(rows)
            continue
        kinds = [{json.dumps(_columns(row)) for row in night[relation].values()} for night in (theirs, mine)]
        assert kinds[1] == kinds[0], relation
    assert set(mine["scorecard"]) == set(theirs["scorecard"])
    assert set(mine["coverage_by_sector"]) == set(theirs["coverage_by_sector"])
    assert set(mine["audit_findings"]) == set(theirs["audit_findings"])


def _columns(row) -> object:
    """Return the column names of a row, or its type where it is a single value."""
    return sorted(row) if isinstance(row, dict) else type(row).__name__


def test_our_answers_over_the_sample_s_files_are_the_sample_s_answers():
    """The definitions, as this package reads them, give the shared figures for the shared files."""
    nights = [date.fromisoformat(path.stem) for path in sorted((SHARED / "expected").glob("*.json"))]
    for truth, card in truths(SHARED / "sample", nights):
        expected = json.loads((SHARED / "expected" / f"{truth.night}.json").read_text())
        assert differences(expected, answers(truth, card)) == []
