"""Cells that a workbook or a JSON document types itself, spelled the way the feed declares."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from cakupan.bilingual import month_names
from cakupan.feeds import Column, Feed

KEPT_AS_TEXT = frozenset({"text", "nik", "kpj"})
NUMERIC = frozenset({"rupiah", "count", "decimal"})
PLAIN_DIGITS = 40
"""Numbers larger or finer than this stay in scientific notation, lest '1e999999' fills the memory."""


def spell_number(value: float | Decimal) -> str:
    """Spell digits without exponent and without '.0'; a point before decimals. Fractions as floats have 15 digits."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        number = value
    else:
        number = Decimal(repr(value) if value.is_integer() else format(value, ".15g"))
    if not number.is_finite() or abs(number.adjusted()) > PLAIN_DIGITS:
        return str(number)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text == "-0" else text


def spell_number_for(feed: Feed, column: Column | None, value: float | Decimal) -> str:
    """Return the number as the column's own parser reads it: with a decimal comma where the feed spells so."""
    text = spell_number(value)
    if column and column.type in NUMERIC and feed.spelling_of(column) in {"id", "loose"}:
        return text.replace(".", ",")
    return text


def spell_date_for(feed: Feed, column: Column | None, value: date) -> str:
    """Return a date cell; the time of day that Excel may keep behind a date is not shown there and not kept here."""
    spelling = feed.spelling_of(column) if column else feed.spelling
    if column and column.type == "month":
        name = month_names("id")[value.month - 1]
        return f"{name} {value.year}" if spelling == "id" else value.strftime("%Y%m")
    return value.strftime("%d/%m/%Y") if spelling == "id" else value.strftime("%Y-%m-%d")


def is_kept_as_text(column: Column) -> bool:
    """Tell whether a cell of this column is worth naming when it is typed as something else: what was typed is gone."""
    return column.type in KEPT_AS_TEXT


def canonical_json(value: Any) -> str:
    """Compact JSON text with sorted keys and exact numbers. Raises RecursionError when nested too deep."""
    if isinstance(value, dict):
        members = (f"{canonical_json(key)}:{canonical_json(value[key])}" for key in sorted(value))
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_json, value)) + "]"
    if isinstance(value, Decimal):
        return spell_number(value)
    return json.dumps(value, ensure_ascii=False)
