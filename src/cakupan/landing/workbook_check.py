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
    """Inflate a part to its end. Raises Refused, expat.ExpatError, zipfile.BadZipFile."""
    is_xml = is_sheet or part.lower().endswith((".xml", ".rels"))
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    extent = _Extent()
    with archive.open(part) as stream:
        while piece := stream.read(PIECE_BYTES):
            if is_xml:
                parser.Parse(piece, False)
            if is_sheet:
                extent.take(piece)
    if is_xml:
        parser.Parse(b"", True)
    return _find(archive, part) if extent.has_oddities else Findings()


def _refuse_doctype(*_: object) -> None:
    raise unreadable(EXTERNAL_ENTITY)


class _Extent:
    """How far a sheet reaches, from its bytes: looking at each of a million cells would cost seconds."""

    CELL = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})""")
    ODDITIES = (b't="e"', b"t='e'", b"<f", b":f")
    TAIL = 100

    def __init__(self) -> None:
        self.columns: set[bytes] = set()
        self.row = 1
        self.has_oddities = False
        self._tail = b""

    def take(self, piece: bytes) -> None:
        """Look at the next piece. Raises Refused when the reader would have to lay out too many cells."""
        if b"\0" in piece:  # UTF-16, which these patterns and the reader do not know
            raise unreadable(NOT_XLSX)
        data = self._tail + piece
        self._tail = data[-self.TAIL :]
        self.has_oddities = self.has_oddities or any(oddity in data for oddity in self.ODDITIES)
        columns, rows = zip(*self.CELL.findall(data), strict=True) if self.CELL.search(data) else ((), ())
        self.columns.update(columns)
        self.row = max((self.row, *map(int, set(rows))))
        width = max(map(_column, self.columns), default=0) + 1
        if self.row * width > CELLS:
            raise unreadable(TOO_LARGE)


def _column(letters: bytes) -> int:
    """The column from 0 under these letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _find(archive: zipfile.ZipFile, part: str) -> Findings:
    search = _Search()
    parser = expat.ParserCreate()
    parser.StartElementHandler = search.start
    parser.EndElementHandler = search.end
    parser.CharacterDataHandler = search.characters
    with archive.open(part) as stream:
        while piece := stream.read(PIECE_BYTES):
            parser.Parse(piece, False)
    return search.findings


class _Search:
    """One pass over the elements of a sheet."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.row, self.column = 0, -1
        self.kind: str | None = None
        self.formula = self.in_value = False
        self.text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Takes note of rows, cells, formulas and values."""
        local = name.rpartition(":")[2]
        if local == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), -1
        elif local == "c":
            self._place(attributes.get("r"))
            self.kind, self.formula, self.text = attributes.get("t"), False, ""
        elif local == "f":
            self.formula = True
        elif local == "v":
            self.in_value = True

    def end(self, name: str) -> None:
        """Judges a cell at its end."""
        local = name.rpartition(":")[2]
        if local == "v":
            self.in_value = False
        elif local == "c":
            if self.kind == "e" and self.text:
                self.findings.errors[self.row, self.column] = self.text
            elif self.formula and not self.text and self.kind != "str":
                self.findings.without_result.add((self.row, self.column))

    def characters(self, text: str) -> None:
        """Collects the text of a value."""
        if self.in_value:
            self.text += text

    def _place(self, reference: str | None) -> None:
        self.column += 1
        if reference:
            match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", reference)
            if not match:
                raise ValueError("no cell reference")
            self.row, self.column = int(match[2]), _column(match[1].encode())
