"""Records of a JSON array of objects."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from cakupan.feeds import Column, Feed, JsonFormat, canonical
from cakupan.invisible import is_filled
from cakupan.landing.header import Header, match_header
from cakupan.landing.records import Part, Record, broken, storable
from cakupan.landing.refusals import JSON_BROKEN, JSON_NO_ARRAY, unreadable, wrong_encoding
from cakupan.landing.sniffing import BOM, HEAD_BYTES, encoding_found
from cakupan.landing.spelling import canonical_json, is_kept_as_text, spell_number_for

LONGEST_NUMBER = 1000
"""Digits of a number; the parser cannot take one of thousands."""
DEEPEST = 100
"""Levels of nesting; the parser's time grows with their square."""


_LONG_NUMBER = re.compile(rb"[0-9]{%d}" % LONGEST_NUMBER)
_HALF_A_CHARACTER = re.compile(
    rb"(?<!\\)(?:\\\\)*\\u[dD][89abAB][0-9a-fA-F]{2}(?=[^\\]|\\[^u]|\\u[^dD]|\\u[dD][^c-fC-F])"
)
"""The first half of a character outside Unicode's first plane, without the second: the parser makes it a `?`."""
Places = dict[str, tuple[int, Column | None]]
OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")


class _Element(dict[str, Any]):
    """A JSON object that remembers whether a key came twice."""

    repeated: str | None = None

    def __setitem__(self, key: str, value: Any) -> None:
        if key in self:
            self.repeated = key
        super().__setitem__(key, value)


class _Checked:
    """A stream for the parser: without byte order mark, and without numbers that would crash it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._tail = b""
        start = stream.read(len(BOM))
        if start.startswith(OTHER_ENCODINGS) or b"\0" in start:
            raise wrong_encoding("utf-8", encoding_found(start + stream.read(HEAD_BYTES)))
        stream.seek(len(BOM) if start == BOM else 0)

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        data = self._tail + piece
        if _LONG_NUMBER.search(data) or (b"\\u" in data and _HALF_A_CHARACTER.search(data)):
            raise unreadable(JSON_BROKEN)
        self._tail = piece[-LONGEST_NUMBER:]
        return piece


def parts(feed: Feed, path: Path) -> Iterator[Part]:
    """Yield the array as one part. It is read twice: which keys there are is known only at its end.

    Raises Refused: UNREADABLE, ENCODING, MISSING_COLUMN when no object has a required key. An empty array has no part.
    """
    rows = feed.format.rows if isinstance(feed.format, JsonFormat) else None
    with path.open("rb") as file:
        keys = _keys(file, rows)
        if keys is None:
            return
        header = match_header(feed, keys)
        file.seek(0)
        elements = ijson.items(_Checked(file), _item(rows), map_type=_Element)
        yield Part("", header, _records(feed, _places(keys, header), elements))


def _item(rows: str | None) -> str:
    """Tell how the parser calls an element of the array."""
    return f"{rows}.item" if rows else "item"


def _keys(file: BinaryIO, rows: str | None) -> list[str] | None:
    """Return the keys of the objects in the array, once each; None when the array is empty. Raises Refused."""
    try:
        if rows:
            return _walk_at(rows, ijson.parse(_Checked(file)))
        return _walk(ijson.basic_parse(_Checked(file)))
    except (UnicodeDecodeError, ijson.JSONError, ArithmeticError):
        raise (unreadable(JSON_BROKEN) if _is_utf8(file) else wrong_encoding("utf-8", "cp1252")) from None


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        for _ in codecs.iterdecode(iter(lambda: file.read(1 << 16), b""), "utf-8"):
            pass
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"  # cut in the middle of a character
    return True


def _walk(events: Iterator[tuple[str, Any]]) -> list[str] | None:
    keys: dict[str, str] = {}
    empty, depth = True, 0
    for event, value in events:
        if depth == 0 and event not in {"start_array", "end_array"}:
            raise unreadable(JSON_NO_ARRAY)
        if event in {"end_array", "end_map"}:
            depth -= 1
            continue
        empty = empty and depth == 0
        if event in {"start_array", "start_map"}:
            depth += 1
            if depth > DEEPEST:
                raise unreadable(JSON_BROKEN)
        elif event == "map_key" and depth == 2:
            keys.setdefault(canonical(value), value)
    return None if empty else list(keys.values())


def _walk_at(rows: str, events: Iterator[tuple[str, str, Any]]) -> list[str] | None:
    """Walk as `_walk` does, for an array inside an object."""
    keys: dict[str, str] = {}
    found, empty, depth = False, True, 0
    item = _item(rows)
    for prefix, event, value in events:
        depth += (event in {"start_array", "start_map"}) - (event in {"end_array", "end_map"})
        if depth > DEEPEST:
            raise unreadable(JSON_BROKEN)
        found = found or (prefix == rows and event == "start_array")
        empty = empty and prefix != item
        if prefix == item and event == "map_key":
            keys.setdefault(canonical(value), value)
    if not found:
        raise unreadable(JSON_NO_ARRAY)
    return None if empty else list(keys.values())


def _places(keys: Sequence[str], header: Header) -> Places:
    """Return the position and the declared column of each key; a header's own names are masked and cut."""
    return {canonical(key): place for key, place in zip(keys, enumerate(header.columns), strict=True)}


def _records(feed: Feed, columns: Places, elements: Iterator[Any]) -> Iterator[Record]:
    for number, element in enumerate(elements, 1):
        if isinstance(element, _Element):
            record = _record(feed, columns, number, element)
            if record.defect or any(map(is_filled, record.values)):
                yield record
        elif element not in (None, []) and not (isinstance(element, str) and not is_filled(element)):
            yield broken(number, "no object", canonical_json(element))


def _record(feed: Feed, columns: Places, number: int, element: _Element) -> Record:
    values: list[str | None] = [None] * len(columns)
    numbers: list[str] = []
    typed: list[str] = []
    seen: set[int] = set()
    repeated = element.repeated
    for key, value in element.items():
        position, column = columns[canonical(key)]
        repeated = key if position in seen else repeated
        seen.add(position)
        values[position] = _spell(feed, column, value)
        if column and is_kept_as_text(column):
            if isinstance(value, bool | dict | list):
                typed.append(column.name)
            elif isinstance(value, Decimal) or (isinstance(value, int) and column.type == "text"):
                # A whole number is exact in JSON; of an identity number nothing is lost.
                numbers.append(column.name)
    record = Record(number, values, sorted(numbers) or None, typed_cells=sorted(typed) or None)
    if repeated:
        record.defect, record.raw = "key repeated", storable(canonical_json(element))
    return record


def _spell(feed: Feed, column: Column | None, value: Any) -> str | None:
    if value is None or value == "":
        return value  # type: ignore[no-any-return]
    if column and column.type == "json":
        return canonical_json(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return canonical_json(value)
    return spell_number_for(feed, column, value)
