"""Why records could not be read, told together: the commonest defects of a delivery, in two languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from cakupan.bilingual import NOTHING, Text, joined, rows
from cakupan.feeds import CsvFormat, Feed
from cakupan.invisible import shown

NAMED = 3
NAME_LENGTH = 60
_QUERY = """
with told as (
    select
        regexp_replace(regexp_replace(defect, 'byte [0-9]+ ', 'byte … '), ' in [A-Z]+[0-9].*$', '') as defect,
        sheet, row_number, right(raw_record, 1) = {delimiter} as ends_open
    from {landing}
    where delivery_id = {delivery} and defect is not null
)
select
    defect, count(*) as rows,
    (array_agg(sheet order by sheet, row_number))[1] as sheet,
    (array_agg(row_number order by sheet, row_number))[1] as row_number,
    coalesce(bool_and(ends_open), false) as ends_open
from told
group by defect
order by 2 desc, 1
limit {limit}
"""
_WORDS = (
    (r"(\d+) fields instead of (\d+)", r"\1 kolom, seharusnya \2"),
    (r"byte … is not (\S+)", r"byte yang bukan \1"),
    (r"NUL byte", "byte NUL"),
    (r"quote not closed", "tanda kutip tidak ditutup"),
    (r"quote closed inside a cell", "tanda kutip ditutup di tengah sel"),
    (r"line longer than (\d+) bytes", r"baris lebih panjang dari \1 byte"),
    (r"key repeated", "nama kolom berulang"),
    (r"formula without result", "rumus tanpa hasil"),
    (r"value that cannot be read", "isi yang tidak dapat dibaca"),
    (r"no object", "bukan objek"),
)


@dataclass(frozen=True)
class Defect:
    """One way in which records could not be read: how many, and where the first of them is."""

    defect: str
    rows: int
    sheet: str
    row_number: int
    ends_open: bool
    """Each of these records ends with the delimiter."""

    def in_words(self, feed: Feed) -> Text:
        """Say it: `15 fields instead of 14 (12 rows, first row 2; each line ends with ';': remove it)`."""
        said = Text(
            next((re.sub(p, w, self.defect) for p, w in _WORDS if re.fullmatch(p, self.defect)), self.defect),
            self.defect.replace("byte … is not", "bytes that are not"),
        )
        hint = Text(
            "; setiap baris diakhiri '{0}', yang membuka satu kolom lagi",
            "; each line ends with '{0}', which begins one column more",
        ).format(_delimiter(feed))
        return Text("{} ({}, pertama {}{})", "{} ({}, first {}{})").format(
            said, rows(self.rows), describe_place(self.sheet, self.row_number), hint if self._one_more else NOTHING
        )

    @property
    def _one_more(self) -> bool:
        found = re.fullmatch(r"(\d+) fields instead of (\d+)", self.defect)
        return self.ends_open and found is not None and int(found[1]) == int(found[2]) + 1


def commonest_defects(connection: psycopg.Connection[Any], feed: Feed, delivery_id: int) -> list[Defect]:
    """Find the commonest defects of a landed delivery, that of most rows first."""
    query = sql.SQL(_QUERY).format(
        landing=sql.Identifier("landing", feed.table),
        delivery=sql.Literal(delivery_id),
        delimiter=sql.Literal(_delimiter(feed)),
        limit=sql.Literal(NAMED),
    )
    with connection.cursor(row_factory=class_row(Defect)) as cursor:
        return cursor.execute(query).fetchall()


def describe_defects(feed: Feed, defects: Sequence[Defect]) -> Text:
    """Say the defects as one clause."""
    return joined([each.in_words(feed) for each in defects], "; ")


def describe_place(sheet: str, row_number: int) -> Text:
    """Say where a row is."""
    if not sheet:
        return Text(f"baris {row_number}", f"row {row_number}")
    name = _plain(sheet)
    return Text(f"lembar '{name}' baris {row_number}", f"sheet '{name}' row {row_number}")


def _plain(name: str) -> str:
    """Spell a sheet's name on one line, and not longer than it helps."""
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in shown(name))
    return text if len(text) <= NAME_LENGTH else text[:NAME_LENGTH] + "…"


def _delimiter(feed: Feed) -> str:
    return feed.format.delimiter if isinstance(feed.format, CsvFormat) else ""
