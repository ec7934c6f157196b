"""A look at a workbook's parts before it is opened: refuses bombs, and finds what the reader would not say.

Every part is inflated once in small pieces, so sizes are counted, not believed.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from cakupan.landing.refusals import ENCRYPTED, EXTERNAL_ENTITY, NOT_XLSX, TOO_LARGE, unreadable

INFLATED_BYTES = 512 << 20
PARTS = 10_000
CELLS = 16 << 20
"""Area, rows by columns, up to the last cell of a sheet; the reader keeps all of it in memory."""
PIECE_BYTES = 1 << 18
OLE = b"\xd0\xcf\x11\xe0"
BOOK, BOOK_RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
UNSOUND = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError,
    expat.ExpatError, ET.ParseError,
)  # fmt: skip


@dataclass
class Findings:
    """Cells of one sheet, by (row from 1, column from 0), that a reader of values shows as empty."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """Error cells with their text, such as #N/A."""
    without_result: set[tuple[int, int]] = field(default_factory=set)
    """Formulas that were saved without their result."""


def check_workbook(path: Path) -> dict[str, Findings]:
    """Findings by sheet name. Raises Refused UNREADABLE for what is no sound workbook of bearable size."""
    with path.open("rb") as file:
        if file.read(4) == OLE:
            raise unreadable(ENCRYPTED)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive)
            for part in (BOOK, BOOK_RELATIONS):
                _scan(archive, part, is_sheet=False)
            sheets = _sheets(archive)
            findings = {part: _scan(archive, part, part in sheets.values()) for part in archive.namelist()}
            return {name: findings[part] for name, part in sheets.items()}
    except UNSOUND:
        raise unreadable(NOT_XLSX) from None


def _check_sizes(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise unreadable(ENCRYPTED)
    if len(parts) > PARTS or sum(part.file_size for part in parts) > INFLATED_BYTES:
        raise unreadable(TOO_LARGE)
    if len({part.filename for part in parts}) != len(parts):
        raise unreadable(NOT_XLSX)


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of each sheet by its name; DTDs are refused by now. Raises KeyError for a part that is not there."""
    parts = {part.lower(): part for part in archive.namelist()}
    relations = ET.fromstring(archive.read(BOOK_RELATIONS))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    sheets = {}
    for element in ET.fromstring(archive.read(BOOK)).iter():  # noqa: S314
        if element.tag.endswith("}sheet"):
            relation = next((value for name, value in element.items() if name.endswith("}id")), None)
            path = posixpath.normpath(posixpath.join("/xl", targets[relation]))
            sheets[element.get("name", "")] = parts[path.lstrip("/").lower()]
    return sheets


def _scan(archive: zipfile.ZipFile, part: str, is_sheet: bool) -> Findings:
    with archive.open(part) as stream:
        if is_sheet or part.lower().endswith((".xml", ".rels")):
            return _SheetScan().read(stream, is_sheet)
        while stream.read(PIECE_BYTES):
            pass
        return Findings()


class _SheetScan:
    """One pass over the XML of a part."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.row = self.column = 0
        self.last_row = self.last_column = 0
        self.kind: str | None = None
        self.formula = False
        self.in_value = False
        self.text = ""

    def read(self, stream: IO[bytes], is_sheet: bool) -> Findings:
        """Raises Refused, expat.ExpatError, zipfile.BadZipFile."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse_doctype
        if is_sheet:
            parser.StartElementHandler = self._start
            parser.EndElementHandler = self._end
            parser.CharacterDataHandler = self._characters
        while piece := stream.read(PIECE_BYTES):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
        return self.findings

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = -1
        elif local == "c":
            self._place(attributes.get("r"))
            self.kind, self.formula, self.text = attributes.get("t"), False, ""
        elif local == "f":
            self.formula = True
        elif local == "v":
            self.in_value = True

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "v":
            self.in_value = False
        elif local == "c":
            if self.kind == "e" and self.text:
                self.findings.errors[self.row, self.column] = self.text
            elif self.formula and not self.text and self.kind != "str":
                self.findings.without_result.add((self.row, self.column))

    def _characters(self, text: str) -> None:
        if self.in_value:
            self.text += text

    def _place(self, reference: str | None) -> None:
        self.column += 1
        if reference:
            self.row, self.column = _position(reference)
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if self.last_row * (self.last_column + 1) > CELLS:
            raise unreadable(TOO_LARGE)


def _position(reference: str) -> tuple[int, int]:
    """Row from 1 and column from 0 of a reference like C7."""
    match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", reference)
    if not match:
        raise ValueError("no cell reference")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column - 1


def _refuse_doctype(*_: object) -> None:
    raise unreadable(EXTERNAL_ENTITY)
