"""How a cell is cleaned and read, in Python: a second, independent account of the SQL functions in schema `quality`.

The warehouse itself reads cells in the database. This account serves the drafting of a feed from a sample, and the
tests that hold the two against each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from cakupan.invisible import visible

# What str.strip calls white space, and the byte order mark that Windows programs leave inside files.
WHITE_SPACE = "".join(chr(n) for n in range(0x10000) if chr(n).isspace()) + "\ufeff"
_NAMES = (
    "januari", "februari", "maret", "april", "mei", "juni",
    "juli", "agustus", "september", "oktober", "november", "desember",
)  # fmt: skip
MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_SHORT_NAMES = (
    "jan january", "feb february pebruari", "mar mrt march", "apr", "may", "jun june",
    "jul july", "agu agt ags agst aug august", "sep sept", "okt oct october", "nov nop nopember", "des dec december",
)  # fmt: skip
MONTHS_LOOSE = MONTHS | {name: number for number, names in enumerate(_SHORT_NAMES, 1) for name in names.split()}
_NO_BLANKS = {ord(blank): None for blank in WHITE_SPACE + "."}


def normal(cell: str | None) -> str | None:
    """Strip a cell of what nobody sees, blanks around it and one leading apostrophe; None where nothing is left."""
    if cell is None:
        return None
    return visible(cell).strip(WHITE_SPACE).removeprefix("'").strip(WHITE_SPACE) or None


def normal_nik(cell: str | None) -> str | None:
    """Normalise as `normal` does, and strip blanks and dots inside."""
    text = normal(cell)
    return (text.translate(_NO_BLANKS) or None) if text else None


def parses(cell: str, kind: str, spelling: str | None = None) -> bool:
    """Tell whether a normalised cell is a value of the kind."""
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


_ISO_MOMENT = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})"
    r"([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_DAY_FIRST = re.compile(
    r"((?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu), *)?"
    r"([0-9]{1,2}) *[-/. ] *([0-9]{1,2}|[a-z]+)[.]? *[-/. ] *([0-9]{4}|[0-9]{2})( 0?0:00(:00)?)?",
    re.IGNORECASE | re.ASCII,
)
_MONTH_OF_YEAR = re.compile(r"([0-9]{1,2}|[A-Za-z]+)[.]? *[-/' ] *([0-9]{4}|[0-9]{2})")
_YEAR_THEN_MONTH = re.compile(r"([0-9]{4})[-/]?([0-9]{2})")


def _date_loose(cell: str) -> date | None:
    if parts := _ISO_MOMENT.fullmatch(cell):
        return _day(int(parts[1]), int(parts[2]), int(parts[3]))
    if parts := _DAY_FIRST.fullmatch(cell):
        return _day(_year(parts[4]), _month_number(parts[3]), int(parts[2]))
    return None


def _month_loose(cell: str) -> date | None:
    if parts := _YEAR_THEN_MONTH.fullmatch(cell):
        return _day(int(parts[1]), int(parts[2]), 1)
    if parts := _MONTH_OF_YEAR.fullmatch(cell):
        return _day(_year(parts[2]), _month_number(parts[1]), 1)
    return None


def _year(digits: str) -> int:
    """Read a year; one of two digits is from 1931 to 2030."""
    return int(digits) + (0 if len(digits) == 4 else 2000 if int(digits) <= 30 else 1900)


def _month_number(word: str) -> int:
    return int(word) if word[0].isdigit() else MONTHS_LOOSE.get(word.lower(), 0)


def _amount(cell: str) -> str:
    """Strip the sign of the currency and `,-` behind the amount; a dash alone is nothing, as accountants write."""
    text = re.sub(r"^(?:[Rr][Pp]|IDR)[.]? *", "", cell)
    return "0" if text == "-" else re.sub(r"[,.] *-{1,2}$", "", text)


def _percent(cell: str) -> str:
    """Strip as `_amount` does, and of a percent sign behind it: 12,5 % is 12.5."""
    return re.sub(r" *%$", "", _amount(cell))


def _number(cell: str, group: str, point: str) -> Decimal | None:
    """Read a number of at most 15 digits before the point; in groups of three, the first never begins with a 0."""
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
    ("date", "loose"): _date_loose,
    ("date", "en"): _date_loose,
    ("month", "loose"): _month_loose,
    ("month", "en"): _month_loose,
    ("rupiah", "loose"): lambda cell: _whole(_amount(cell), ".", ","),
    ("rupiah", "en"): lambda cell: _whole(_amount(cell), ",", "."),
    ("count", "loose"): lambda cell: _whole(_amount(cell), ".", ","),
    ("count", "en"): lambda cell: _whole(_amount(cell), ",", "."),
    ("decimal", "loose"): lambda cell: _decimal(_percent(cell), ".", ","),
    ("decimal", "en"): lambda cell: _decimal(_percent(cell), ",", "."),
}
