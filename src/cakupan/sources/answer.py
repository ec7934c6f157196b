"""One JSON answer: its rows as the very text the agency sent, and what stands around them.

Rows are cut out of the text, not written anew: a number keeps its spelling and a repeated key stays visible.
What is no such answer is told apart by what it is: a text that ends early, an error, a web page, or something else.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_BLANK = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_WEB_PAGE = re.compile(r"(?is)\s*(<\?xml[^>]*>|<!--.*?-->|\s)*<(!doctype\s+html|html|head|body)\b")
_ERROR = ("error", "errors", "exception", "fault", "galat", "kesalahan")


class CutShort(ValueError):
    """The text ends before the document does."""


class ErrorInstead(ValueError):
    """The document is an error in place of rows."""


class WebPage(ValueError):
    """The text is a page for people."""


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


@dataclass(frozen=True)
class Answer:
    """An answer in two parts."""

    rows: list[str]
    around: Any
    """The document without its rows."""

    def value(self, path: str) -> Any:
        """Return what stands at a dotted path; raises KeyError when there is nothing, not even null."""
        value = self.around
        for name in path.split("."):
            if not isinstance(value, dict):
                raise KeyError(path)
            value = value[name]
        return value

    def number(self, path: str) -> int | None:
        """Return the whole number at a dotted path; None when there is something else, or nothing."""
        try:
            value = self.value(path)
        except KeyError:
            return None
        return value if type(value) is int else None


def read_answer(text: str, path: str | None) -> Answer:
    """Read a whole answer; raises CutShort, ErrorInstead, WebPage, and ValueError for what is no such answer at all."""
    try:
        answer = _read(text, path)
    except ValueError as error:
        raise _what_it_is(text) or error from None
    if not answer.rows and _says_error(answer.around):
        raise ErrorInstead("an error and no rows")
    return answer


def _what_it_is(text: str) -> ValueError | None:
    """Return what kind of text this is, which could not be read."""
    if not text.strip():
        return CutShort("no text")
    if _WEB_PAGE.match(text):
        return WebPage("a web page")
    try:
        document = json.loads(text)
    except RecursionError:
        return None
    except ValueError:
        return CutShort("it is not at its end") if _is_open(text) else None
    return ErrorInstead("an error") if _says_error(document) else None


def _is_open(text: str) -> bool:
    """Tell whether a string, an object or an array begins and does not end."""
    rest = _STRING.sub("", text)
    return text.lstrip()[0] in "{[" and ('"' in rest or sum(map(rest.count, "{[")) > sum(map(rest.count, "}]")))


def _says_error(document: Any) -> bool:
    return isinstance(document, dict) and any(document.get(name) for name in _ERROR)


def _read(text: str, path: str | None) -> Answer:
    reader = _Reader(text)
    try:
        around, end = reader.read(_after_blank(text, 0), path.split(".") if path else [])
    except (IndexError, RecursionError, StopIteration):
        raise ValueError("no JSON") from None
    if _after_blank(text, end) != len(text):
        raise ValueError("more than one JSON document")
    if reader.rows is None:
        raise ValueError(f"no array at {path!r}")
    return Answer(reader.rows, around)


class _Reader:
    """Walks down to the rows; everything else is left to the decoder."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rows: list[str] | None = None

    def read(self, at: int, names: list[str]) -> tuple[Any, int]:
        """Return the value that begins here, without the rows, and where it ends."""
        if not names:
            return None, self._take_rows(at)
        if self.text[at] != "{":
            raise ValueError("the rows are not where they are declared")
        return self._members(at, names)

    def _members(self, at: int, names: list[str]) -> tuple[dict[str, Any], int]:
        text, members = self.text, dict[str, Any]()
        at = _after_blank(text, at + 1)
        if text[at] == "}":
            return members, at + 1
        while True:
            if text[at] != '"':
                raise ValueError("no JSON")
            key, at = _DECODER.raw_decode(text, at)
            at = _after_sign(text, at, ":")
            if key == names[0]:
                members[key], at = self.read(at, names[1:])
            else:
                members[key], at = _DECODER.raw_decode(text, at)
            at = _after_blank(text, at)
            if text[at] == "}":
                return members, at + 1
            at = _after_sign(text, at, ",")

    def _take_rows(self, at: int) -> int:
        text, rows = self.text, list[str]()
        if text[at] != "[" or self.rows is not None:
            raise ValueError("no array of rows, or two")
        self.rows = rows
        at = _after_blank(text, at + 1)
        if text[at] == "]":
            return at + 1
        while True:
            _, end = _DECODER.raw_decode(text, at)
            rows.append(text[at:end])
            at = _after_blank(text, end)
            if text[at] == "]":
                return at + 1
            at = _after_sign(text, at, ",")


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _after_sign(text: str, at: int, sign: str) -> int:
    at = _after_blank(text, at)
    if text[at] != sign:
        raise ValueError("no JSON")
    return _after_blank(text, at + 1)
