"""How cells are spelled on paper: Rp1.234.567 and 9 September 2025, or 1,234,567 and 12.5 %."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from cakupan import settings
from cakupan.bilingual import Language, Text, day, number, per_cent, same
from cakupan.reports.content import Cell, Kind, Words

MINUS = "\N{MINUS SIGN}"
EMPTY = "\N{EN DASH}"


def spell(cell: Cell, kind: Kind) -> Text:
    """Return the cell as a reader of each language expects it; an empty one is a dash."""
    if cell is None or cell == "":
        return same(EMPTY)
    if isinstance(cell, Text):
        return cell
    if isinstance(cell, datetime):
        local = cell.astimezone(ZoneInfo(settings.TIME_ZONE))
        return Text(f"{day(local).id} {local:%H.%M %Z}", f"{local:%Y-%m-%d %H:%M %Z}")
    if isinstance(cell, date):
        return Text(f"{cell:%d-%m-%Y}", f"{cell:%Y-%m-%d}")
    if isinstance(cell, str):
        return same(cell)
    spelled = per_cent(cell) if kind == "share" else number(cell)
    return Text(spelled.id.replace("-", MINUS), spelled.en.replace("-", MINUS))


def said(words: Words, language: Language) -> str:
    """Return words of a report in one language."""
    return words.in_language(language) if isinstance(words, Text) else words


def month(yyyymm: str | None) -> str | None:
    """Spell 202509 as 2025-09."""
    return f"{yyyymm[:4]}-{yyyymm[4:]}" if yyyymm else None
