"""How a cell is cleaned and read, in Python: a second, independent account of the SQL functions in schema `quality`.

The warehouse itself reads cells in the database. This account serves the expectation `expect_column_values_to_parse`
where Great Expectations looks at rows, and the tests that hold the two against each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

# What str.strip calls white space, and the byte order mark that Windows programs leave inside files.
WHITE_SPACE = "".join(chr(n) for n in range(0x10000) if chr(n).isspace()) + "\ufeff"
_NAMES = (
    "januari", "februari", "maret", "april", "mei", "juni",
    "juli", "agustus", "september", "oktober", "november", "desember",
)  # fmt: skip
MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_NO_BLANKS = {ord(blank): None for blank in WHITE_SPACE + "."}


def normal(cell: str | None) -> str | None:
    """Trimmed, without one leading apostrophe, trimmed again; None where nothing is left."""
    if cell is None:
        return None
    return cell.strip(WHITE_SPACE).removeprefix("'").strip(WHITE_SPACE) or None


def normal_nik(cell: str | None) -> str | None:
    """As `normal`, without blanks and dots inside."""
    text = normal(cell)
    return (text.translate(_NO_BLANKS) or None) if text else None


def parses(cell: str, kind: str, spelling: str | None = None) -> bool:
    """Whether a normalised cell is a value of the kind."""
    if spelling is not None:
        return _SPELLED[kind, spelling](cell) is not None
    return _PLAIN[kind](cell)


def _is_nik(cell: str) -> bool:
    if not re.fullmatch("[0-9]{16}", cell) or cell.endswith("0000"):
        return False
    day, month, year = int(cell[6:8]), int(cell[8:10]), int(cell[10:12])
    day -= 40 if day > 40 else 0
    return any(_day(century + year, month, day) for century in (1900, 2000))


def _is_json(cell: str) -> bool:
    try:
        json.loads(cell, parse_constant=_refuse)
    except ValueError:
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 1900 <= year <= 2099 else None


def _date_iso(cell: str) -> date | None:
    parts = re.fullmatch("([0-9]{4})-([0-9]{2})-([0-9]{2})", cell)
    return _day(*map(int, parts.groups())) if parts else None


def _date_id(cell: str) -> date | None:
    if parts := re.fullmatch("([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", cell):
        day, month, year = map(int, parts.groups())
        return _day(year, month, day)
    if parts := re.fullmatch("([0-9]{1,2}) +([A-Za-z]+) +([0-9]{4})", cell):
        return _day(int(parts[3]), MONTHS.get(parts[2].lower(), 0), int(parts[1]))
    return None


def _month_iso(cell: str) -> date | None:
    parts = re.fullmatch("([0-9]{4})([0-9]{2})", cell)
    return _day(int(parts[1]), int(parts[2]), 1) if parts else None


def _month_id(cell: str) -> date | None:
    parts = re.fullmatch("([A-Za-z]+) +([0-9]{4})", cell)
    return _day(int(parts[2]), MONTHS.get(parts[1].lower(), 0), 1) if parts else None


def _number(cell: str, group: str, point: str) -> Decimal | None:
    """A number of at most 15 digits before the point; in groups of three, the first never begins with a 0."""
    whole, comma, decimals = cell.removeprefix("-").partition(point)
    head, *groups = whole.split(group) if group else [whole]
    grouped = all(len(digits) == 3 for digits in groups) and 1 <= len(head) <= 3 and not head.startswith("0")
    digits = "".join([head, *groups])
    if (groups and not grouped) or len(digits) > 15 or (comma and not decimals):
        return None
    if not re.fullmatch("[0-9]+", digits + decimals) or not digits:
        return None
    return Decimal(f"{'-' if cell.startswith('-') else ''}{digits}.{decimals or 0}")


def _whole(cell: str, group: str, point: str) -> int | None:
    number = None if cell.startswith("-") else _number(cell, group, point)
    return int(number) if number is not None and number == int(number) else None


def _decimal(cell: str, group: str, point: str) -> Decimal | None:
    return _number(cell, group, point) if len(cell.partition(point)[2]) <= 15 else None


_PLAIN: dict[str, Callable[[str], bool]] = {
    "nik": _is_nik,
    "kpj": lambda cell: bool(re.fullmatch("[0-9]{11}", cell)),
    "year": lambda cell: bool(re.fullmatch("[0-9]{4}", cell)) and 1900 <= int(cell) <= 2099,
    "json": _is_json,
}
_SPELLED: dict[tuple[str, str], Callable[[str], date | Decimal | int | None]] = {
    ("date", "iso"): _date_iso,
    ("date", "id"): _date_id,
    ("month", "iso"): _month_iso,
    ("month", "id"): _month_id,
    ("rupiah", "iso"): lambda cell: _whole(cell, "", "."),
    ("rupiah", "id"): lambda cell: _whole(cell, ".", ","),
    ("count", "iso"): lambda cell: _whole(cell, "", "."),
    ("count", "id"): lambda cell: _whole(cell, ".", ","),
    ("decimal", "iso"): lambda cell: _decimal(cell, "", "."),
    ("decimal", "id"): lambda cell: _decimal(cell, ".", ","),
}
