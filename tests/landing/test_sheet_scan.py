"""A sheet with errors that is believed as it stands lands as it does when every cell is looked at slowly."""

import random
import zipfile

import pytest

from cakupan.landing import workbook_check
from cakupan.landing.sheet_scan import SheetScan
from cakupan.landing.sheet_search import SheetSearch
from cakupan.landing.workbook import parts
from tests.landing.test_odd_cells import BOOK, HEADER, SHEET, row, sheet

KNOWN = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"]
ERRORS = [
    *(f' t="e"><v>{error}</v></c>' for error in KNOWN),
    ' s="1" t="e"><f>B1/0</f><v>#DIV/0!</v></c>',
]
USUAL = [
    ' t="inlineStr"><is><t>Siti</t></is></c>',
    ' t="inlineStr"><is><t>a&amp;b c</t></is></c>',
    ' t="inlineStr"><is><t xml:space="preserve"> a\r\n&#13;b\t&#32;</t></is></c>',
    ' t="inlineStr"><is><t xml:space="preserve"> </t></is></c>',
    ' t="inlineStr"><is><t> Siti</t></is></c>',
    ' t="inlineStr"><is><t>Si\nti\n</t></is></c>',
    ' t="inlineStr"><is><t>\t</t></is></c>',
    ' t="inlineStr"><is><t>a;</t></is></c>',
    ' t="inlineStr"><is><t>#N/A </t></is></c>',
    ' t="str"><f>B1</f><v> x </v></c>',
    ' t="s"><v>1</v></c>',
    ' t="b"><v>1</v></c>',
    ' s="1"><v>45693</v></c>',
    "><f>1+1</f><v>-2.50</v></c>",
    ' s="1"/>',
]
READ_OTHERWISE = [
    ' t="inlineStr"><is><t>Siti\r\n</t></is></c>',
    ' t="inlineStr"><is><t>Siti&#32;</t></is></c>',
    ' t="inlineStr"><is><t>&#32;Siti</t></is></c>',
    ' t="inlineStr"><is><t></t></is></c>',
    ' t="inlineStr"><is><t xml:space="preserve"></t></is></c>',
    ' t="str"><v></v></c>',
]


@pytest.fixture
def land_both(feed, tmp_path, monkeypatch):
    """The records of a sheet, the same after a slow look, and whether the first look was slow already."""

    def _land_both(rows: list[str]):
        declared = feed("distan.permohonan_bantuan")
        path = tmp_path / "f"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in (BOOK | {SHEET: sheet(row(1, HEADER), *rows)}).items():
                archive.writestr(name, text)

        def landed():
            (part,) = parts(declared, declared.format, path)
            return list(part.records)

        searched = []
        with monkeypatch.context() as patched:
            patched.setattr(workbook_check, "SheetSearch", lambda *given: searched.append(1) or SheetSearch(*given))
            first, was_slow = landed(), bool(searched)
            patched.setattr(SheetScan, "finish", lambda scan: setattr(scan, "is_usual", False))
            return first, landed(), was_slow

    return _land_both


def rows_of(dice: random.Random, cells: list[str]) -> list[str]:
    """Rows from the second on; every cell stands for itself in a random place."""
    return [
        f'<row r="{number}">'
        + "".join(f'<c r="{letter}{number}"{dice.choice(cells)}' for letter in "ABCDEFGI" if dice.random() < 0.9)
        + "</row>"
        for number in range(2, 60)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_errors_that_the_reader_knows_need_no_slow_look(land_both, seed):
    fast, slow, was_slow = land_both(rows_of(random.Random(seed), ERRORS + USUAL))  # noqa: S311
    assert fast == slow
    assert not was_slow
    assert {value for record in fast for value in record.values} >= {*KNOWN}


@pytest.mark.parametrize("cell", READ_OTHERWISE)
@pytest.mark.parametrize("column", "AG")
def test_beside_an_error_no_text_lands_otherwise_than_it_did(land_both, cell, column):
    odd = f'<row r="2"><c r="{column}2"{cell}<c r="I2" t="e"><v>#N/A</v></c></row>'
    first, slow, was_slow = land_both([odd, row(3, HEADER)])
    assert was_slow
    assert first == slow
