"""What a PDF says: its streams inflated, and the text of its pages, whose letters are numbers of a font's own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_FONT = re.compile(rb"/(\w+) (\d+) 0 R")
_SAID = re.compile(rb"/(\w+) [\d.]+ Tf|\[((?:\((?:\\.|[^\\)])*\)|[^\]])*)\]\s*TJ|(\((?:\\.|[^\\)])*\))\s*Tj", re.DOTALL)
_STRING = re.compile(rb"\(((?:\\.|[^\\)])*)\)|<([0-9A-Fa-f]+)>", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ONE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SPELLED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def texts(content: bytes) -> Iterator[str]:
    """Give the text of each page, lines apart and run together, and whatever else stands in the file."""
    objects = dict(_OBJECT.findall(content))
    streams = {number: _inflated(body) for number, body in objects.items() if b"stream" in body}
    fonts = {}
    for body in objects.values():
        for name, number in _FONT.findall(body.partition(b"stream")[0]):
            if found := re.search(rb"/ToUnicode (\d+) 0 R", objects.get(number, b"")):
                fonts[name] = _letters(streams[found[1]])
    yield content.decode("latin-1")
    for said in re.findall(rb"<FEFF([0-9A-Fa-f]+)>", content):
        yield bytes.fromhex(said.decode()).decode("utf-16-be", errors="replace")
    for stream in streams.values():
        yield stream.decode("latin-1")
        lines = list(_lines(stream, fonts))
        yield "\n".join(lines)
        yield re.sub(r"\s", "", "".join(lines))


def _inflated(body: bytes) -> bytes:
    found = _STREAM.search(body)
    data = found[1] if found else b""
    return zlib.decompressobj().decompress(data) if b"FlateDecode" in body.partition(b"stream")[0] else data


def _letters(cmap: bytes) -> dict[int, str]:
    """Read which letters the numbers of a font stand for."""
    letters = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        letters |= {int(number, 16): _spelled(text) for number, text in _ONE.findall(block)}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, text in _RANGE.findall(block):
            for number in range(int(first, 16), int(last, 16) + 1):
                letters[number] = chr(ord(_spelled(text)) + number - int(first, 16))
    return letters


def _spelled(text: bytes) -> str:
    return bytes.fromhex(text.decode()).decode("utf-16-be", errors="replace")


def _lines(stream: bytes, fonts: dict[bytes, dict[int, str]]) -> Iterator[str]:
    letters: dict[int, str] = {}
    for font, several, one in _SAID.findall(stream):
        letters = fonts.get(font, letters) if font else letters
        numbers = b"".join(bytes.fromhex(hexed.decode()) if hexed else _plain(text)
                           for text, hexed in _STRING.findall(several or one))  # fmt: skip
        if numbers:
            pairs = zip(numbers[::2], numbers[1::2], strict=False)
            yield "".join(letters.get(high << 8 | low, "") for high, low in pairs)


def _plain(text: bytes) -> bytes:
    def unescaped(found: re.Match[bytes]) -> bytes:
        return bytes([int(found[1], 8)]) if found[1].isdigit() else _SPELLED.get(found[1], found[1])

    return _ESCAPE.sub(unescaped, text)
