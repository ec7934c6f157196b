"""A report as it stands on paper: its tables with cells spelled out and those that stand under others folded in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from cakupan.bilingual import Language
from cakupan.reports.content import NUMBERS, Bar, Cell, Column, Report, Table
from cakupan.reports.spelling import said, spell


def paper(report: Report) -> dict[str, Any]:
    """Return the report as plain lists of text, for the templates of the page and of the PDF."""
    language = report.language
    return {
        "language": language,
        "title": said(report.title, language),
        "subtitle": said(report.subtitle, language),
        "facts": [[said(words, language) for words in fact] for fact in report.facts],
        "cards": [
            [said(title, language), ("Rp" if kind == "rupiah" else "") + spell(cell, kind).in_language(language)]
            for title, cell, kind in report.cards
        ],
        "footer": said(report.footer, language),
        "switch": [said(report.switch[0], language), report.switch[1]] if report.switch else None,
        "sections": [
            {
                "title": said(section.title, language),
                "words": [said(words, language) for words in section.words],
                "points": [said(point, language) for point in section.points],
                "chart": chart(section.bars, language) if section.bars else "",
                "chart_caption": said(section.bars_caption, language),
                "tables": [_table(table, language) for table in section.tables if table.on_paper],
            }
            for section in report.sections
        ],
    }


def _table(table: Table, language: Language) -> dict[str, Any]:
    shown = [column for column in table.columns if not column.under]
    return {
        "caption": said(table.caption, language),
        "note": said(table.note, language),
        "columns": [
            {
                "title": said(column.title, language),
                "number": column.kind in NUMBERS,
                "code": column.kind == "code",
                "tight": column.kind in {*NUMBERS, "date", "moment"},
                "width": column.width,
            }
            for column in shown
        ],
        "rows": [_row(table.columns, row, language) for row in table.rows],
        "total": _row(table.columns, table.total, language) if table.total else None,
    }


def _row(columns: Sequence[Column], row: Sequence[Cell], language: Language) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = []
    for column, cell in zip(columns, row, strict=True):
        if not column.under:
            text = "" if cell == "" else spell(cell, column.kind).in_language(language)
            cells.append({"text": text, "under": []})
        elif cell not in {None, ""}:
            cells[-1]["under"].append(
                {"text": spell(cell, column.kind).in_language(language), "code": column.kind == "code"}
            )
    return cells


def chart(bars: Sequence[Bar], language: Language) -> str:
    """Return the share paid out of each budget, as SVG text: the frame is the budget, what lies beyond it is red."""
    label, width, height = 320, 300, 24  # room for the longest label in a wider fallback font too
    beyond = 1.5  # of the budget, drawn at most
    lines = []
    for number, bar in enumerate(bars):
        top = number * height
        lines.append(f'<text x="{label - 8}" y="{top + 16}" text-anchor="end">{escape(_short(bar.label))}</text>')
        end = 0.0
        if bar.share is not None:
            within, all_of_it = (round(width * min(float(bar.share), most), 1) for most in (1.0, beyond))
            end = max(width, all_of_it)
            lines.append(
                f'<rect x="{label}" y="{top + 4}" width="{within}" height="15" fill="#267"/>'
                f'<rect x="{label + within}" y="{top + 4}" width="{all_of_it - within:.1f}" height="15" fill="#a31"/>'
                f'<rect x="{label}" y="{top + 4}" width="{width}" height="15" fill="none" stroke="#5b6675"/>'
            )
        share = said(bar.without if bar.share is None else spell(bar.share, "share"), language)
        lines.append(f'<text x="{label + end + 8}" y="{top + 16}">{escape(share)}</text>')
    size = (round(label + width * beyond + 70), len(bars) * height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}"'
        f' viewBox="0 0 {size[0]} {size[1]}" font-size="12" font-family="Libertinus Serif, Georgia, serif">'
        + "".join(lines)
        + "</svg>"
    )


def _short(label: str, most: int = 38) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"
