import random
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cakupan.feeds import CsvFormat
from cakupan.landing.delimited import BadQuote, CsvHeader, Rows, _Reader, cells_of, first_records, records, split
from cakupan.landing.records import Record
from cakupan.landing.refusals import Refused

UTF8 = CsvFormat(kind="csv", delimiter="|")
CP1252 = CsvFormat(kind="csv", delimiter=";", encoding="cp1252")
BOM = CsvFormat(kind="csv", delimiter=",", encoding="utf-8-sig")


def header_of(format_: CsvFormat, pieces: list[bytes]) -> CsvHeader:
    return next(first_records(format_, pieces))


def read(data: bytes, format_: CsvFormat = UTF8, size: int = 1 << 20) -> list[Record]:
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    header = header_of(format_, pieces)
    behind = data[header.size :]
    rest = [behind[i : i + size] for i in range(0, len(behind), size)]
    found: list[Record] = []
    for item in records(format_, len(header.cells), header, rest):
        found.extend(cells_of(format_, item) if isinstance(item, Rows) else [item])
    return found


def good(found: list[Record]) -> list[tuple[int, list[str | None]]]:
    return [(r.row_number, list(r.values)) for r in found if not r.defect]


def defects(found: list[Record]) -> list[tuple[int, str | None, str | None]]:
    return [(r.row_number, r.defect, r.raw) for r in found if r.defect]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a|b", ["a", "b"]),
        ("", [""]),
        ("|", ["", ""]),
        ('"a|b"|c', ["a|b", "c"]),
        ('"say ""hi"""|c', ['say "hi"', "c"]),
        ('""|', ["", ""]),
        ('pipa 12" merah|c', ['pipa 12" merah', "c"]),
        (' "a"|b', [' "a"', "b"]),
        ('a|"b', BadQuote.OPEN),
        ('a|"b""', BadQuote.OPEN),
        ('"a"b|c', BadQuote.MISPLACED),
    ],
)
def test_split(text, cells):
    assert split(text, "|") == cells


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n")), min_size=2))
def test_split_reads_what_quoting_writes(cells):
    text = "|".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    assert split(text, "|") == cells


def test_reads_rows_with_the_header_as_row_1():
    assert good(read(b"A|B\n1|2\n|x\n")) == [(2, ["1", "2"]), (3, [None, "x"])]


@pytest.mark.parametrize("size", [1, 3, 11, 1 << 20])
def test_mixed_line_ends_and_blank_lines(size):
    found = read(b"A|B\r\n1|2\n\n3|4\r   \r\n5|6", size=size)
    assert good(found) == [(2, ["1", "2"]), (4, ["3", "4"]), (6, ["5", "6"])]
    assert defects(found) == []


BLANK = [b"||", b" | |\t", b"'||", b'""|""|""', b"\xc2\xa0||\xe2\x80\x8b", b"|", b"|||||", b"''"[:1], b" ", b"\x1a"]


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("blank", BLANK)
def test_a_row_without_a_filled_cell_is_none_but_counts(blank, size):
    head, row = b"A|B|C\n", b"1|2|3\n"
    assert good(read(head + row + blank + b"\n" + row, size=size)) == [(2, ["1", "2", "3"]), (4, ["1", "2", "3"])]
    found = read(head + blank + b"\n" + blank + b"\n" + row + blank, size=size)
    assert (good(found), defects(found)) == ([(4, ["1", "2", "3"])], [])
    mixed = read(head + row + blank + b'\n1|"2|3\n' + blank + b"\n" + row, size=size)
    assert [record.row_number for record in mixed] == [2, 4, 6]


@pytest.mark.parametrize("row", [b"0||", b"||0", b"|''|", b"-||", b"| x|", b"||\x00"])
def test_a_row_with_one_filled_cell_is_one(row):
    assert len(read(b"A|B|C\n" + row + b"\n")) == 1


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("last", [b"1|2", b"1", b'1|2|"x', b'1|2|"x""', b"1|2|\xc3", b'"', b"\x00\x00", b"1|\x002"])
def test_a_last_record_that_is_short_and_has_no_end_is_cut(last, size):
    found = read(b"A|B|C\n1|2|3\n" + last, size=size)
    assert [record.is_cut for item in [found] for record in item] == [False, True]
    with_end = read(b"A|B|C\n1|2|3\n" + last + b"\n", size=size)
    assert [record.is_cut for record in with_end] == [False, False]
    assert with_end[1].defect


@pytest.mark.parametrize("last", [b"1|2|3", b"1|2|", b'1|2|"x"', b"1|2|3|4", b"||", b"|", b" ", b"\x1a", b"1|2|\xff"])
def test_a_last_record_that_has_all_its_cells_is_not_cut(last):
    assert not any(record.is_cut for record in read(b"A|B|C\n1|2|3\n" + last))


def test_blank_lines_above_the_header_count_as_rows():
    assert good(read(b"\n\r\nA|B\n1|2\n")) == [(4, ["1", "2"])]


def test_a_byte_order_mark_is_no_part_of_the_header():
    for format_, sign in ((BOM, b","), (UTF8, b"|")):
        assert header_of(format_, [b"\xef\xbb\xbfA" + sign + b"B\n"]).cells == ["A", "B"]


def test_a_header_cell_may_be_quoted_and_span_lines():
    header = header_of(UTF8, [b'"KODE\nWILAYAH"|"B"\n1|2\n'])
    assert header.cells == ["KODE\nWILAYAH", "B"]
    assert header.size == 19
    assert good(read(b'"KODE\nWILAYAH"|"B"\n1|2\n')) == [(2, ["1", "2"])]


@pytest.mark.parametrize(
    ("format_", "data"),
    [
        (UTF8, "A|B\n1|2\n".encode("utf-16")),
        (UTF8, "A|B\n1|2\n".encode("utf-16-le")),
        (UTF8, "A|B\n1|2\n".encode("utf-32")),
        (UTF8, "Ä|B\n".encode("cp1252")),
        (CP1252, b"\xef\xbb\xbfA;B\n1;2\n"),
        (CP1252, b"A;\x81\n"),
        (UTF8, b"PK\x03\x04\x00\x00\n"),
    ],
)
def test_a_header_in_another_encoding_refuses(format_, data):
    with pytest.raises(Refused) as refused:
        header_of(format_, [data])
    assert refused.value.code == "ENCODING"


@pytest.mark.parametrize("data", [b"", b"\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_any_line_has_no_header(data):
    assert list(first_records(UTF8, [data])) == []


def test_ragged_records_are_broken_and_the_others_read():
    found = read(b"A|B|C\n1|2|3\n1|2\n1|2|3|4\n4|5|6\n")
    assert good(found) == [(2, ["1", "2", "3"]), (5, ["4", "5", "6"])]
    assert defects(found) == [
        (3, "2 fields instead of 3", "1|2"),
        (4, "4 fields instead of 3", "1|2|3|4"),
    ]


def test_ragged_records_that_even_out_are_found():
    found = read(b"A|B|C\n1|2\n1|2|3|4\n")
    assert [row for row, _, _ in defects(found)] == [2, 3]


def test_an_undecodable_byte_is_named_by_its_place_counted_from_1():
    data = "A|B\n1|é\n".encode() + b"1|x\xe9y\n2|z\n"
    found = read(data)
    assert good(found) == [(2, ["1", "é"]), (4, ["2", "z"])]
    assert defects(found) == [(3, f"byte {data.index(0xE9, 8) + 1} is not utf-8", "1|x\\xe9y")]


def test_cp1252_is_decoded_by_declaration():
    found = read(b"A;B\r\n\x96;\x80\r\n\x81;x\r\n", CP1252)
    assert good(found) == [(2, ["–", "€"])]  # noqa: RUF001
    assert defects(found) == [(3, "byte 11 is not cp1252", "\\x81;x")]


def test_a_nul_byte_breaks_its_record_only():
    found = read(b"A|B\n1|2\n1|\x002\n3|4\n")
    assert good(found) == [(2, ["1", "2"]), (4, ["3", "4"])]
    assert defects(found) == [(3, "NUL byte", "1|\\x002")]


def test_a_quoted_cell_may_hold_delimiters_quotes_and_newlines():
    found = read(b'A|B|C\n"1|x"|"say ""hi"""|3\n1|"two\n""x""\nlines\r\n"|3\n4|5|6\n')
    assert good(found) == [
        (2, ["1|x", 'say "hi"', "3"]),
        (3, ["1", 'two\n"x"\nlines\r\n', "3"]),
        (4, ["4", "5", "6"]),
    ]


def test_lines_with_cells_in_quotes_are_handed_on_as_lines():
    """Where the quotes surround cells: one by one they take ten times as long."""
    lines = b'1|"1,78|"|3\n"|"|"x"|\n|"b"|"c\\"\n'
    (rows,) = records(UTF8, 3, CsvHeader(["A", "B", "C"], 1, 0), [lines])
    assert rows == Rows(2, [b"1|1,78\0|3", b"\0|x|", b"|b|c\\"])
    assert good(read(b"A|B|C\n" + lines)) == [
        (2, ["1", "1,78|", "3"]),
        (3, ["|", "x", None]),
        (4, [None, "b", "c\\"]),
    ]


@given(st.text(st.sampled_from('ab|"\n\r\0 \\'), max_size=40), st.integers(1, 3))
@example('a|"b\r|c"|d\n', 2)
@example('a|"b\n|c"|d\n', 2)
def test_quotes_are_read_as_one_by_one(text, width):
    """Whichever way a line is read, whole or taken apart, it says the same."""
    header = CsvHeader(["A"] * width, 1, 0)

    def found() -> list[tuple[int, list[str | None], str | None]]:
        items = list(records(UTF8, width, header, [text.encode()]))
        apart = [r for item in items for r in (cells_of(UTF8, item) if isinstance(item, Rows) else [item])]
        return [(r.row_number, list(r.values), r.defect) for r in apart]

    whole = found()
    with patch.object(_Reader, "_sound", lambda *_: None):
        assert found() == whole


@pytest.mark.parametrize("size", [1, 9, 1 << 20])
def test_an_unbalanced_quote_breaks_its_record_only(size):
    rows = b"".join(b"%d|x|y\n" % number for number in range(200))
    found = read(b'A|B|C\n1|"JOKO|3\n' + rows + b'1|JOKO"|3\n', size=size)
    assert defects(found) == [(2, "quote not closed", '1|"JOKO|3')]
    assert len(good(found)) == 201
    assert good(found)[0] == (3, ["0", "x", "y"])
    assert good(found)[-1] == (203, ["1", 'JOKO"', "3"])


def test_a_stray_quote_never_swallows_rows_up_to_the_next_one():
    found = read(b'A|B|C\n1|"X|3\n2|SITI|3\n3|Y"|3\n')
    assert [row for row, _ in good(found)] == [3, 4]
    assert defects(found) == [(2, "quote not closed", '1|"X|3')]


def test_a_quote_closed_inside_a_cell_breaks_its_record_only():
    found = read(b'A|B\n"1"x|2\n3|4\n')
    assert defects(found) == [(2, "quote closed inside a cell", '"1"x|2')]
    assert good(found) == [(3, ["3", "4"])]


def test_an_unclosed_quote_at_the_end_of_the_file():
    found = read(b'A|B\n1|2\n3|"4')
    assert good(found) == [(2, ["1", "2"])]
    assert defects(found) == [(3, "quote not closed", '3|"4')]


def test_a_quote_that_never_closes_is_given_up_after_some_lines():
    ragged = b"x\n" * 1000
    found = read(b'A|B\n1|"2\n' + ragged + b'2|3"\n4|5\n')
    assert defects(found)[0] == (2, "quote not closed", '1|"2')
    assert good(found)[-1] == (1004, ["4", "5"])
    assert len(defects(found)) == 1001


def test_an_endless_line_breaks_its_record_only(monkeypatch):
    monkeypatch.setattr("cakupan.landing.content.LINE_BYTES", 100)
    found = read(b"A|B\n1|2\n1|" + b"x" * 1000 + b"\n3|4\n", size=10)
    assert good(found) == [(2, ["1", "2"]), (4, ["3", "4"])]
    assert defects(found) == [(3, "line longer than 100 bytes", "1|" + "x" * 98)]


def test_raw_records_are_kept_to_a_length():
    found = read(b"A|B\n" + b"x" * 50_000 + b"\n")
    assert len(found[0].raw or "") == 10_000


def test_rows_are_numbered_alike_however_they_are_read():
    """Sound blocks pass whole, others line by line: cutting the file otherwise must not renumber or lose a row."""
    dice = random.Random(7)  # noqa: S311
    kinds = [b"1|2|3", b'"a|b"|2|3', b"1|2", b'1|"2|3', b"\x00|2|3", b"\xff|2|3", b"", b'1|"x\ny"|3', b'1|2"|3']
    data = b"A|B|C\n" + b"".join(dice.choices(kinds, [60, 3, 1, 1, 1, 1, 1, 1, 1])[0] + b"\n" for _ in range(3000))
    whole = read(data)
    for size in (5, 64, 1000):
        assert read(data, size=size) == whole
    sound = read(data.replace(b"\xff", b"y"))
    assert [r.row_number for r in sound] == [r.row_number for r in whole]


def test_lines_that_all_hold_an_unclosed_quote_are_read_in_reasonable_time():
    found = read(b"A|B\n" + b'1|"2\n' * 20_000)
    assert len(found) == 20_000
    assert {r.defect for r in found} <= {"quote not closed", "quote closed inside a cell"}
