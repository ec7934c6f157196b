"""A sample file as rows of cells, and how it is written: delimiter, encoding, compression, place of the array."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from cakupan.landing.refusals import Refused
from cakupan.landing.workbook import visible_sheets
from cakupan.landing.workbook_check import check_workbook

SAMPLE_BYTES = 256 << 20
DELIMITERS = ";,\t|"
MISREAD = "\ufffd"


class CannotRead(ValueError):
    """The sample is no file that a feed can be declared for; says why and what to do."""


@dataclass
class Sheet:
    """Rows with their numbers, as a person counts them; cells as the file types them."""

    name: str
    rows: list[tuple[int, list[Any]]]


@dataclass
class Sample:
    """What is in the file; `format` holds the keys of a feed's format section."""

    format: dict[str, Any]
    sheets: list[Sheet]
    doubts: list[str] = field(default_factory=list)


def read_sample(path: Path) -> Sample:
    """Read the whole file. Raises CannotRead, OSError."""
    if path.stat().st_size > SAMPLE_BYTES:
        raise CannotRead(f"{path.name} is larger than {SAMPLE_BYTES >> 20} MB; cut a sample of some thousand rows")
    data = path.read_bytes()
    compressed = data[:2] == b"\x1f\x8b"
    if compressed:
        data = _inflated(data, path)
    if not data.strip():
        raise CannotRead(f"{path.name} is empty; ask the office for a file with rows")
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        if compressed:
            raise CannotRead(f"{path.name} is a compressed workbook; unpack it with gunzip")
        return _workbook(path)
    text, encoding = _decoded(data, path)
    if text.lstrip()[:1] in ("[", "{"):
        return _document(text, encoding, compressed, path)
    return _delimited(text, encoding, compressed, path)


def _inflated(data: bytes, path: Path) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            inflated = stream.read(SAMPLE_BYTES + 1)
    except (EOFError, OSError, zlib.error):
        raise CannotRead(f"{path.name} is a gzip file that is cut short or damaged; ask for it again") from None
    if len(inflated) > SAMPLE_BYTES:
        raise CannotRead(f"{path.name} holds more than {SAMPLE_BYTES >> 20} MB; cut a sample of some thousand rows")
    return inflated


def _decoded(data: bytes, path: Path) -> tuple[str, str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), "utf-16"
    if b"\0" in data[:1000]:
        raise CannotRead(f"{path.name} is no text, workbook or JSON; save it as CSV, XLSX or JSON")
    for encoding in ("utf-8-sig" if data[:3] == b"\xef\xbb\xbf" else "utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    # A byte or two that no encoding knows must not hide the rest: the row is refused later, with its address.
    return data.decode("utf-8", "replace"), "utf-8"


def _workbook(path: Path) -> Sample:
    try:
        with check_workbook(path).file as file:
            book = CalamineWorkbook.from_filelike(file)
        names = visible_sheets(book)
        sheets = [book.get_sheet_by_name(name) for name in names]
        read = [
            Sheet(sheet.name, [(n, list(row)) for n, row in enumerate(sheet.iter_rows(), 1)] if sheet.start else [])
            for sheet in sheets
        ]
    except Refused as refusal:
        raise CannotRead(f"{path.name}: {refusal.text.en}") from None
    except CalamineError:
        raise CannotRead(f"{path.name} is no XLSX workbook; open it and save it as .xlsx") from None
    for sheet in read:
        sheet.rows = [(n, [None if cell == "" else cell for cell in row]) for n, row in sheet.rows]
    hidden = [s.name for s in book.sheets_metadata if s.name not in names]
    doubts = [f"{len(hidden)} hidden sheets are not read; are they really no data?"] if hidden else []
    return Sample({"kind": "xlsx"}, read, doubts)


def _document(text: str, encoding: str, compressed: bool, path: Path) -> Sample:
    if compressed:
        raise CannotRead(f"{path.name} is compressed JSON; unpack it with gunzip")
    if encoding not in ("utf-8", "utf-8-sig"):
        raise CannotRead(f"{path.name} is JSON, but not in UTF-8; ask for UTF-8")
    try:
        document = json.loads(text)
    except ValueError as error:
        position = getattr(error, "pos", 0)
        raise CannotRead(f"{path.name} is no sound JSON at character {position}; ask for it again") from None
    found = _arrays(document)
    if not found:
        raise CannotRead(f"{path.name} holds no array of objects, so it has no rows")
    where, elements = max(found, key=lambda pair: len(pair[1]))
    names = list(dict.fromkeys(key for element in elements for key in element))
    rows: list[tuple[int, list[Any]]] = [(0, list(names))]
    rows += [(n, [_blank(element.get(name)) for name in names]) for n, element in enumerate(elements, 1)]
    doubts = []
    if where:
        doubts.append(f"the rows were found at {where!r} of the document; is it a saved answer of an API? See `rest:`")
    return Sample({"kind": "json"} | ({"rows": where} if where else {}), [Sheet("", rows)], doubts)


def _blank(value: Any) -> Any:
    """Spell a value as a JSON document lands: TRUE is written true."""
    if isinstance(value, bool):
        return json.dumps(value)
    return None if isinstance(value, str) and not value.strip() else value


def _arrays(value: Any, path: str = "") -> list[tuple[str, list[dict[str, Any]]]]:
    """Find arrays of objects with the keys that lead to them; those inside rows are not looked for."""
    if isinstance(value, list):
        return [(path, value)] if value and all(isinstance(element, dict) for element in value) else []
    if not isinstance(value, dict):
        return []
    inside = ((f"{path}.{key}" if path else key, member) for key, member in value.items() if key and "." not in key)
    return [found for where, member in inside for found in _arrays(member, where)]


def _delimited(text: str, encoding: str, compressed: bool, path: Path) -> Sample:
    scores = {sign: _score(text, sign) for sign in DELIMITERS}
    delimiter = max(scores, key=lambda sign: scores[sign])
    if scores[delimiter][0] == 0:
        raise CannotRead(f"{path.name} has a single column or is no table; what separates its columns?")
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[Any]]] = [
        (n, [cell if cell.strip() else None for cell in record]) for n, record in enumerate(records, 1)
    ]
    format_: dict[str, Any] = {"kind": "csv", "delimiter": delimiter, "encoding": encoding}
    doubts = [] if MISREAD not in text else ["some bytes are in no known encoding; their rows will be quarantined"]
    return Sample(format_ | ({"compression": "gzip"} if compressed else {}), [Sheet("", rows)], doubts)


def _score(text: str, delimiter: str) -> tuple[float, int]:
    """Tell how well the sign cuts the text: the share of records of the usual width, and that width."""
    try:
        lines = io.StringIO(text[: 1 << 20], newline="")
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
    except csv.Error:
        return 0.0, 0
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0.0, 0
    width = max(several, key=lambda w: (several[w], w))
    return round(several[width] / sum(widths.values()), 1), width
