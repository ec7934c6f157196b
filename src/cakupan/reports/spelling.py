"""How cells are spelled on paper: Rp1.234.567 and 9 September 2025, or 1,234,567 and 12.5 %."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from cakupan import settings
from cakupan.quality.strict import MONTHS_ID
from cakupan.reports.content import Cell, Kind, Language

MINUS = "\N{MINUS SIGN}"
EMPTY = "\N{EN DASH}"


def spell(cell: Cell, kind: Kind, language: Language) -> str:
    """The cell as a reader of the language expects it; an empty one is a dash."""
    if cell is None or cell == "":
        return EMPTY
    if isinstance(cell, datetime):
        local = cell.astimezone(ZoneInfo(settings.TIME_ZONE))
        return f"{day(local.date(), language)} {local:%H.%M} WIB" if language == "id" else f"{local:%Y-%m-%d %H:%M} WIB"
    if isinstance(cell, date):
        return f"{cell:%d-%m-%Y}" if language == "id" else f"{cell:%Y-%m-%d}"
    if isinstance(cell, str):
        return cell
    if kind == "share":
        return number(f"{100 * cell:,.2f}", language) + " %"
    return number(f"{cell:,}", language)


def number(text: str, language: Language) -> str:
    """A number that Python grouped with commas, as the language writes it."""
    if language == "id":
        text = text.translate(str.maketrans(",.", ".,"))
    return text.replace("-", MINUS)


def day(night: date, language: Language) -> str:
    """9 September 2025, with the month's name in the language."""
    return f"{night.day} {MONTHS_ID[night.month - 1] if language == 'id' else format(night, '%B')} {night.year}"


def month(yyyymm: str | None) -> str | None:
    """2025-09 for 202509."""
    return f"{yyyymm[:4]}-{yyyymm[4:]}" if yyyymm else None
