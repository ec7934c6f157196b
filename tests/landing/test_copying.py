"""What is handed to COPY: a line as it stands, and the same record spelled cell by cell."""

from hypothesis import given
from hypothesis import strategies as st

from cakupan.feeds import CsvFormat
from cakupan.landing.copying import _numbered, _spelled
from cakupan.landing.delimited import Rows, cells_of

PIPES = CsvFormat(kind="csv", delimiter="|")
WIDTH = 3
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='\0\r\n|"') | st.just("#"))
"""In which # stands for a delimiter that was in quotes."""
LINES = st.lists(st.lists(CELLS, min_size=WIDTH, max_size=WIDTH).map("|".join), min_size=1, max_size=5)


def without_row_number(line: bytes) -> tuple[bytes, int]:
    text, _, number = line.rpartition(b"|")
    return text, int(number)


@given(LINES, st.integers(1, 10**7))
def test_a_line_and_its_cells_say_the_same_to_copy(lines, row_number):
    rows = Rows(row_number, [line.replace("#", "\0").encode() for line in lines])
    together = _numbered(rows, b"|||5|").removesuffix(b"\n").split(b"\n")
    apart = [_spelled(record, 5, WIDTH, PIPES).removesuffix(b"\n") for record in cells_of(PIPES, rows)]
    assert [without_row_number(line) for line in together] == [without_row_number(line) for line in apart]
    assert [without_row_number(line)[1] for line in apart] == [*range(row_number, row_number + len(lines))]
