"""Workbooks that are handed to people: text that stays text, and the same bytes for the same content."""

from __future__ import annotations

import io
import re
import zipfile

from openpyxl import Workbook
from openpyxl.cell import Cell

from cakupan.formulas import BEGINNINGS

TEXT_FORMAT = "@"
LONGEST = 32767
"""Characters that a cell holds at most."""
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MADE = re.compile(rb"<dcterms:(created|modified)([^>]*)>[^<]*<")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a ZIP can name."""


def write_text(cell: Cell, text: str | None) -> None:
    """Put text into the cell that stays text, whatever it begins with and whatever its digits look like."""
    cell.number_format = TEXT_FORMAT
    if text:
        cell.value = _ILLEGAL.sub("", text)[:LONGEST]
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(BEGINNINGS)


def as_bytes(book: Workbook) -> bytes:
    """Return the workbook's file; the library would put the moment of writing into it."""
    written, again = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MADE.sub(rb"<dcterms:\1\g<2>>1980-01-01T00:00:00Z<", content)
            target.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return again.getvalue()
