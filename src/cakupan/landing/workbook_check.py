"""A look at a workbook's parts before it is opened: refuses bombs, and finds what the reader would not say.

Every part is inflated once in small pieces, so sizes are counted, not believed. Where the reader would not find a part,
or would misread a cell, it is given a copy in which everything is where and as it expects.
"""

from __future__ import annotations

import errno
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from xml.etree import ElementTree as ET
from xml.parsers import expat

from cakupan.landing.package import Package, copy_usual, find_parts
from cakupan.landing.refusals import ENCRYPTED, EXTERNAL_ENTITY, NOT_XLSX, TOO_LARGE, unreadable
from cakupan.landing.sheet_scan import SheetScan
from cakupan.landing.sheet_search import Findings, SheetSearch

INFLATED_BYTES = 512 << 20
PLAUSIBLE_RATIO = 100
"""Sheets compress to a tenth, of nearly equal rows to a fiftieth; a bomb to a thousandth."""
FREE_BYTES = 16 << 20
"""Of a part below this size no ratio is suspicious."""
PARTS = 10_000
PIECE_BYTES = 1 << 18
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How the parts of a workbook may be packed, by its format."""
OLE = b"\xd0\xcf\x11\xe0"
_STRING = re.compile(rb"<(?:[^\s<>:/]+:)?si[\s/>]")
UNSOUND = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, StopIteration,
    expat.ExpatError, ET.ParseError,
)  # fmt: skip


@dataclass
class Checked:
    """A workbook that can be opened, and what opening it will not tell."""

    file: IO[bytes]
    """The workbook, or a copy that the reader can read; whoever asked closes it."""
    findings: dict[str, Findings]
    """By sheet name."""


def check_workbook(path: Path) -> Checked:
    """Return the workbook with its findings. Raises Refused UNREADABLE for what is none, or none of bearable size."""
    with path.open("rb") as file:
        if file.read(4) == OLE:
            raise unreadable(ENCRYPTED)
    try:
        with zipfile.ZipFile(path) as archive, ExitStack() as opened:
            _check_sizes(archive)
            for part in archive.namelist():
                if part.lower().endswith((".xml", ".rels")):
                    _parse(archive, part)
            package = find_parts(archive)
            for part in filter(None, (package.strings, package.styles, package.book, package.relations)):
                _parse(archive, part)
            findings, cleaned = _look_at_sheets(archive, package, opened)
            if package.is_usual and not cleaned:
                return Checked(path.open("rb"), findings)
            copy = _scratch()
            copy_usual(archive, package, cleaned, copy)
            return Checked(copy, findings)
    except UNSOUND:
        raise unreadable(NOT_XLSX) from None
    except OSError as error:
        if error.errno == errno.EINVAL:  # a part is said to begin before the file does
            raise unreadable(NOT_XLSX) from None
        raise


def _check_sizes(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise unreadable(ENCRYPTED)
    if len(parts) > PARTS or sum(part.file_size for part in parts) > INFLATED_BYTES:
        raise unreadable(TOO_LARGE)
    if any(part.file_size > max(FREE_BYTES, PLAUSIBLE_RATIO * part.compress_size) for part in parts):
        raise unreadable(TOO_LARGE)
    if len({part.filename for part in parts}) != len(parts) or not all(part.compress_type in PACKED for part in parts):
        raise unreadable(NOT_XLSX)


def _look_at_sheets(
    archive: zipfile.ZipFile, package: Package, opened: ExitStack
) -> tuple[dict[str, Findings], dict[str, IO[bytes]]]:
    """Return findings by sheet name, and by part the sheets that the reader cannot take as they are."""
    strings = _count_strings(archive, package.strings) if package.strings else 0
    findings, cleaned = {}, {}
    for name, part in package.sheets.items():
        scan = SheetScan(name, strings)
        _parse(archive, part, scan.take)
        scan.finish()
        # Sheets with errors were always written anew, which cuts no text: what landed once must land so again.
        findings[name] = Findings(errors=scan.errors, uncut=scan.uncut) if scan.errors else Findings()
        if not scan.is_usual:
            cleaned[part] = opened.enter_context(_scratch())
            search = SheetSearch(name, strings, cleaned[part])
            _parse(archive, part, search=search)
            search.finish()
            findings[name] = search.findings
    return findings, cleaned


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    take: Callable[[bytes], None] = lambda _: None,
    search: SheetSearch | None = None,
) -> None:
    """Inflate a part of XML to its end. Raises Refused, expat.ExpatError, zipfile.BadZipFile."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if search:
        parser.StartElementHandler = search.start
        parser.EndElementHandler = search.end
        parser.CharacterDataHandler = search.characters
        parser.buffer_text = True
    with archive.open(part) as stream:
        while piece := stream.read(PIECE_BYTES):
            parser.Parse(piece, False)
            take(piece)
    parser.Parse(b"", True)


def _count_strings(archive: zipfile.ZipFile, part: str) -> int:
    count, rest = 0, b""
    with archive.open(part) as stream:
        while piece := stream.read(PIECE_BYTES):
            data = rest + piece
            end = data.rfind(b"<")
            count += len(_STRING.findall(data[:end]))
            rest = data[end:]
    return count + len(_STRING.findall(rest))


def _scratch() -> IO[bytes]:
    """Return a file without a name, gone when it is closed."""
    return cast(IO[bytes], tempfile.TemporaryFile())


def _refuse_doctype(*_: object) -> None:
    raise unreadable(EXTERNAL_ENTITY)
