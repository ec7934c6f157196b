"""A trace as a workbook: the tree, the rows as received by feed, the files. Nothing in a cell is a formula."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from cakupan.bilingual import Language
from cakupan.formulas import BEGINNINGS
from cakupan.invisible import spelled_out
from cakupan.trace.reading import Trace
from cakupan.trace.tree import Address, Landed, Node
from cakupan.trace.words import shown, word

LONGEST = 32_000  # characters in a cell; a workbook holds 32,767
PLACE = ("delivery_id", "sheet", "row_number")
NUMBER = re.compile(r"-(0|[1-9][0-9]{0,14})")
NEGATIVE = re.compile(r"-[0-9][0-9.,]*")


def write_workbook(trace: Trace, path: Path, language: Language) -> None:
    """Write the trace to a file, whole or not at all. Raises OSError."""
    book = Workbook(write_only=True)
    tree = book.create_sheet(word("title", language))
    tree.append([word(name, language) for name in ("level", "kind", "name", "facts", "amount_idr", *PLACE)])
    rows: dict[str, dict[Address, Landed]] = defaultdict(dict)
    for level, node in _levels(trace.root, 1):
        tree.append(_line(level, node, language))
        if node.landed:
            rows[node.landed.file.feed][node.landed.address] = node.landed
    for feed, landed in rows.items():
        sheet = book.create_sheet(feed[:31])
        headings = list(dict.fromkeys(heading for row in landed.values() for heading in row.cells))
        sheet.append([*(word(name, language) for name in PLACE), *map(cell, headings)])
        for address, row in landed.items():
            sheet.append([*map(cell, address), *(cell(row.cells.get(heading)) for heading in headings)])
    files = book.create_sheet(word("file", language))
    files.append([word(name, language) for name in ("delivery_id", "feed", "as_of_date", "file", "sha256", "archive")])
    for file in trace.files():
        columns = (file.delivery_id, file.feed, file.business_date, file.original_name, file.sha256, file.path)
        files.append([*map(cell, columns)])
    draft = path.with_name(f".{path.name}.draft")
    draft.touch(mode=0o600)
    book.save(draft)
    draft.replace(path)


def _levels(node: Node, level: int) -> Iterator[tuple[int, Node]]:
    yield level, node
    for child in node.children:
        yield from _levels(child, level + 1)


def _line(level: int, node: Node, language: Language) -> list[Any]:
    facts = "; ".join(f"{word(name, language)}: {shown(value, language)}" for name, value in node.facts.items())
    if node.left_out:
        facts = "; ".join(filter(None, (facts, word("left_out", language).format(shown(node.left_out, language)))))
    amounts = [node.facts[name] for name in ("amount_idr", "posted_idr", "budget_idr") if name in node.facts]
    return [
        level,
        cell(word(node.kind, language)),
        cell(word(node.name, language)),
        cell(facts),
        cell(amounts[0]) if amounts else None,
        *map(cell, node.address or ()),
    ]


def cell(value: Any) -> Any:
    """Return a value as a cell that no program takes for a formula; numbers stay numbers, negative ones too."""
    if value is None or isinstance(value, int | Decimal | date):
        return value
    text = spelled_out(str(value))[:LONGEST]
    if NUMBER.fullmatch(text):
        return int(text)
    if str(value).startswith(BEGINNINGS) and not NEGATIVE.fullmatch(text):
        return f"'{text}"
    return text
