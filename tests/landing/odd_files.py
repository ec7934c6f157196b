"""Files of a feed, made and then spoiled: what readers must hold against."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import openpyxl

from cakupan.feeds import CsvFormat, Feed, JsonFormat

FEEDS = (
    "bpjstk.kepesertaan", "dinsos.relawan_disabilitas", "distan.kelompok_tani", "hukum.regulasi",
    "disdik.ptk_non_asn", "disnaker.penerima_dbhcht", "dispar.pekerja_seni",
)  # fmt: skip
"""One of each way to write a file: gzip, cp1252, a mark of UTF-8; an array, an array inside; all sheets, the first."""
PIECES: dict[str, list[bytes]] = {
    "csv": [b'"', b'""', b",", b";", b"|", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\x1a",
            b"'", b"\xa0", b"\\", b"\\.", b"\t", b" ", b"\xc3\xa9", b"\x0b", b"\x85", b"\xe2\x80\xa8", b'\n"', b'",'],
    "json": [b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u0000", b"\\ud800", b"\\udc00", b"null", b"true",
             b"-0", b"1e999", b"1.50", b"NaN", b"Infinity", b"1" * 30, b"/**/", b"\n", b"\xff", b"0", b"{}", b"[[",
             b'"a":1,', b"\x1f", b"\xef\xbb\xbf", b"-", b".", b"e5"],
    "xlsx": [b"<v>", b"</v>", b'<c r="A1">', b'<c r="B3" t="e"><v>#N/A</v></c>', b"</c>", b' t="s"', b' t="e"',
             b' t="b"', b' t="inlineStr"', b' t="str"', b' t="d"', b' t="n"', b"<f>1</f>", b"&#0;", b"&amp;",
             b"&#13;", b"<!--x-->", b"<![CDATA[x]]>", b'<row r="3">', b"</row>", b'r="XFD1048576"', b' s="1"',
             b"1E5", b"1e400", b"-", b".5", b"<is><t> x </t></is>", b' xml:space="preserve"',
             b'<rPh sb="0" eb="1"><t>x</t></rPh>', b"_x000D_", b"\n", b"<x:v>1</x:v>", b"99999999999999999999",
             b"2025-02-05", b"#SPILL!", b' r="', b"<sheetData>", b"\xff"],
}  # fmt: skip
"""What is put into a file of a kind, to say something else there."""


BOUNDS = {
    "csv": re.compile(rb'[,;|"\r\n]|.\Z', re.DOTALL),
    "json": re.compile(rb'[][{}:,"]'),
    "xlsx": re.compile(rb'<| |/?>|(?<=")'),
}
"""Where a file of a kind is changed: where something begins or ends that means something."""


class Edit(NamedTuple):
    """One change of a text in a file: of which, how far into it, how much goes from there, and what comes."""

    part: int
    place: float
    gone: int
    piece: bytes


def made(feed: Feed, rows: Iterable[Sequence[Any]]) -> bytes:
    """Write a file with these cells, in the order of the declared columns, as an office's program would."""
    format_, heads = feed.format, [column.header for column in feed.columns]
    if isinstance(format_, CsvFormat):
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=format_.delimiter).writerows([heads, *rows])
        data = text.getvalue().encode(format_.encoding, "replace")
        return gzip.compress(data, 1, mtime=0) if format_.compression else data
    if isinstance(format_, JsonFormat):
        found: Any = [dict(zip(heads, row, strict=True)) for row in rows]
        for key in reversed((format_.rows or "").split(".")):
            found = {key: found} if key else found
        return json.dumps(found, default=str).encode()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [heads, *rows]:
        sheet.append(row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def edited(feed: Feed, data: bytes, edits: Iterable[Edit]) -> bytes:
    """Change the texts of a file; what packs them stays whole."""
    parts = unpacked(feed, data)
    names = list(parts)
    for number, place, gone, piece in edits:
        name = names[number % len(names)]
        text = parts[name]
        bounds = [found.start() for found in BOUNDS[feed.format.kind].finditer(text)] or [0]
        at = int(place * (len(bounds) - 1))
        parts[name] = text[: bounds[at]] + piece + text[bounds[min(at + gone, len(bounds) - 1)] :]
    return packed(feed, parts)


def unpacked(feed: Feed, data: bytes) -> dict[str, bytes]:
    """Return the texts in a file: the parts of a workbook, its sheet first, or the one that a text file is."""
    if isinstance(feed.format, CsvFormat) and feed.format.compression:
        return {"": gzip.decompress(data)}
    if isinstance(feed.format, CsvFormat | JsonFormat):
        return {"": data}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = sorted(archive.namelist(), key=lambda name: ("worksheets" not in name, "shared" not in name, name))
        return {name: archive.read(name) for name in names}


def packed(feed: Feed, parts: dict[str, bytes]) -> bytes:
    """Put the texts of a file together again."""
    if isinstance(feed.format, CsvFormat) and feed.format.compression:
        return gzip.compress(parts[""], 1, mtime=0)
    if isinstance(feed.format, CsvFormat | JsonFormat):
        return parts[""]
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return saved.getvalue()
