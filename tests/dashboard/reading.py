"""Reads the pages as a person does, knowing nothing of how they were made: sections, tables under headings, figures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

HIDDEN = {"disamarkan", "hidden"}


@dataclass
class Read:
    """A section of a page."""

    text: str = ""
    figures: dict[str, str] = field(default_factory=dict)
    """cards: title -> figure"""
    tables: list[list[dict[str, str]]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Collects the sections of a page by their anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, Read] = {}
        self.ids: set[str] = set()
        self.links: list[str] = []
        self._at: Read | None = None
        self._heads: list[str] = []
        self._row: list[str] | None = None
        self._into: str = ""
        self._text = ""
        self._title = ""
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {given["id"]} if given.get("id") else set()
        if given.get("href"):
            self.links.append(given["href"])
        if tag == "section":
            self._at = self.sections[given["id"]] = Read()
        elif tag == "table":
            self._heads = []
            self._at.tables.append([])
        elif tag == "tr":
            self._row = []
        elif tag in ("th", "td", "dt", "dd"):
            self._into, self._text = tag, ""
            self._kind = given.get("class") or given.get("scope") or ""
        elif tag in ("script", "style"):
            self._silent = True

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self._text += data
        if self._at is not None:
            self._at.text += data

    def handle_endtag(self, tag: str) -> None:
        text = " ".join(self._text.split())
        if tag in ("script", "style"):
            self._silent = False
        elif tag == "section":
            self._at = None
        elif tag in ("th", "td"):
            self._row.append(text)
        elif tag == "thead":
            self._heads = self._last
        elif tag == "tr":
            self._last = self._row
            if self._heads:
                self._at.tables[-1].append(dict(zip(self._heads, self._row, strict=True)))
        elif tag == "dt":
            self._title = text
        elif tag == "dd" and self._kind == "value":
            self._at.figures[self._title] = text


def read(path: Path) -> Reader:
    """Read a page."""
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def figure(text: str, language: str = "id") -> Decimal | None:
    """Read a figure as it is written; None where there is none or it is hidden."""
    group, point = (".", ",") if language == "id" else (",", ".")
    plain = text.replace("\N{MINUS SIGN}", "-").replace("Rp", "").removesuffix("%").strip()
    if not re.fullmatch(rf"[+-]?\d{{1,3}}({re.escape(group)}\d{{3}})*({re.escape(point)}\d+)?", plain):
        return None
    return Decimal(plain.replace(group, "").replace(point, "."))
