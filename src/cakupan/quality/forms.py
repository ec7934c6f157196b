"""The form of every kind of value as one regular expression: a second account of what the functions of `quality` read.

The pass takes a cell apart and asks whether the parts make a value; here the good values are spelled out instead, down
to the days of a month. The two share no step, so a mistake in one shows where Great Expectations counts by the other.
Each expression is read alike by PostgreSQL and by Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial

Written = Callable[[Iterable[int]], str]
"""How numbers of days or months are written, as alternatives."""
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("januari", "jan", "january"), ("februari", "feb", "february", "pebruari"), ("maret", "mar", "mrt", "march"),
    ("april", "apr"), ("mei", "may"), ("juni", "jun", "june"), ("juli", "jul", "july"),
    ("agustus", "agu", "agt", "ags", "agst", "aug", "august"), ("september", "sep", "sept"),
    ("oktober", "okt", "oct", "october"), ("november", "nov", "nop", "nopember"),
    ("desember", "des", "dec", "december"),
)  # fmt: skip
"""The Indonesian name of each month first, then the other ways in which people write it."""
_DAYS_OF_WEEK = ("senin", "selasa", "rabu", "kamis", "jumat", "jum'at", "sabtu", "minggu")
_ALL = range(1, 13)
_ALL_BUT_FEBRUARY = (1, *range(3, 13))
_LONG = (1, 3, 5, 7, 8, 10, 12)
_YEAR, _SHORT_YEAR = "(?:19|20)[0-9]{2}", "[0-9]{2}"
_SHORT_LEAP_YEAR = "(?:[02468][048]|[13579][26])"
_LEAP_YEAR = f"(?:19(?:0[48]|[2468][048]|[13579][26])|20{_SHORT_LEAP_YEAR})"
_SERIAL = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_CURRENCY = "(?:(?:[Rr][Pp]|IDR)[.]? *)?"
_NO_CENTS = "(?:[,.] *-{1,2})?"
_TIME = "(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"


@cache
def form(kind: str, spelling: str | None = None) -> str:
    """Spell out what a filled cell in normal form looks like where it is a value of the kind.

    Raises ValueError for a kind without a form: brackets within brackets (json) are beyond a regular expression.
    """
    found = _PLAIN.get(kind) or _SPELLED.get((kind, spelling))
    if found is None:
        raise ValueError(f"no form of {kind} {spelling or ''}")
    return f"^(?:{found()})$"


def _padded(numbers: Iterable[int]) -> str:
    return f"(?:{'|'.join(f'{number:02d}' for number in numbers)})"


def _bare(numbers: Iterable[int]) -> str:
    return f"(?:{'|'.join(f'0?{number}' if number < 10 else str(number) for number in numbers)})"


def _named(months: Iterable[int], *, short: bool = False) -> str:
    """Write the names of the months in any case, with their short forms where people type as they please."""
    names = (name for month in months for name in _MONTHS[month - 1][: None if short else 1])
    return f"(?:{'|'.join(map(_any_case, names))})"


def _any_case(word: str) -> str:
    return "".join(f"[{letter.upper()}{letter}]" if letter.isalpha() else letter for letter in word)


def _named_or_numbered(months: Iterable[int]) -> str:
    months = list(months)
    return f"(?:{_bare(months)}|{_named(months, short=True)})"


def _calendar(pattern: str, day: Written, month: Written, year: str, leap_year: str) -> str:
    """Write every day there is, in the order of the pattern."""
    days: tuple[tuple[Iterable[int], Iterable[int], str], ...] = (
        (range(1, 29), _ALL, year),
        ((29, 30), _ALL_BUT_FEBRUARY, year),
        ((31,), _LONG, year),
        ((29,), (2,), leap_year),
    )
    return "|".join(pattern.format(day=day(d), month=month(m), year=y) for d, m, y in days)


def _nik() -> str:
    """Write a region, DDMMYY with 40 more on the day of a woman's birth, and a serial that is not 0000."""

    def of_a_woman(days: Iterable[int]) -> str:
        return _padded(day + 40 for day in days)

    born = (
        _calendar("{day}{month}{year}", day, _padded, _SHORT_YEAR, _SHORT_LEAP_YEAR) for day in (_padded, of_a_woman)
    )
    return f"[0-9]{{6}}(?:{'|'.join(born)}){_SERIAL}"


def _date_iso() -> str:
    return _calendar("{year}-{month}-{day}", _padded, _padded, _YEAR, _LEAP_YEAR)


def _date_id() -> str:
    numbered = _calendar("{day}/{month}/{year}", _bare, _bare, _YEAR, _LEAP_YEAR)
    return f"{numbered}|{_calendar('{day} +{month} +{year}', _bare, _named, _YEAR, _LEAP_YEAR)}"


def _date_loose() -> str:
    """Write the year first, with or without a time, or the day first, with or without its name."""
    year_first = _calendar("{year}[-/]{month}[-/]{day}", _bare, _bare, _YEAR, _LEAP_YEAR)
    year, leap_year = f"(?:{_YEAR}|{_SHORT_YEAR})", f"(?:{_LEAP_YEAR}|{_SHORT_LEAP_YEAR})"
    between = " *[-/. ] *"
    pattern = f"{{day}}{between}{{month}}[.]?{between}{{year}}"
    day_first = _calendar(pattern, _bare, _named_or_numbered, year, leap_year)
    weekday = f"(?:(?:{'|'.join(map(_any_case, _DAYS_OF_WEEK))}), *)?"
    return f"(?:{year_first}){_TIME}|{weekday}(?:{day_first})(?: 0?0:00(?::00)?)?"


def _month_loose() -> str:
    named = f"{_named_or_numbered(_ALL)}[.]? *[-/' ] *(?:{_YEAR}|{_SHORT_YEAR})"
    return f"{_YEAR}[-/]?{_padded(_ALL)}|{named}"


def _whole(group: str, point: str) -> str:
    """Write at most 15 digits, in groups of three or in none, and nothing but noughts behind the point."""
    return f"(?:[0-9]{{1,15}}|[1-9][0-9]{{0,2}}(?:[{group}][0-9]{{3}}){{1,4}})(?:[{point}]0+)?"


def _decimal(group: str, point: str) -> str:
    return f"-?(?:[0-9]{{1,15}}|[1-9][0-9]{{0,2}}(?:[{group}][0-9]{{3}}){{1,4}})(?:[{point}][0-9]{{1,15}})?"


def _whole_loose(group: str, point: str) -> str:
    return f"{_CURRENCY}(?:-|{_whole(group, point)}{_NO_CENTS})"


def _decimal_loose(group: str, point: str) -> str:
    return f"{_CURRENCY}(?:-|{_decimal(group, point)}(?: *%)?{_NO_CENTS})"


_PLAIN: dict[str, Callable[[], str]] = {"nik": _nik, "kpj": lambda: "[0-9]{11}", "year": lambda: _YEAR}
_SPELLED: dict[tuple[str, str | None], Callable[[], str]] = {
    ("date", "iso"): _date_iso,
    ("date", "id"): _date_id,
    ("date", "loose"): _date_loose,
    ("date", "en"): _date_loose,
    ("month", "iso"): lambda: f"{_YEAR}{_padded(_ALL)}",
    ("month", "id"): lambda: f"{_named(_ALL)} +{_YEAR}",
    ("month", "loose"): _month_loose,
    ("month", "en"): _month_loose,
    ("decimal", "iso"): lambda: "-?[0-9]{1,15}(?:[.][0-9]{1,15})?",
    ("decimal", "id"): partial(_decimal, ".", ","),
    ("decimal", "loose"): partial(_decimal_loose, ".", ","),
    ("decimal", "en"): partial(_decimal_loose, ",", "."),
    **{(kind, "iso"): lambda: "[0-9]{1,15}(?:[.]0+)?" for kind in ("rupiah", "count")},
    **{(kind, "id"): partial(_whole, ".", ",") for kind in ("rupiah", "count")},
    **{(kind, "loose"): partial(_whole_loose, ".", ",") for kind in ("rupiah", "count")},
    **{(kind, "en"): partial(_whole_loose, ",", ".") for kind in ("rupiah", "count")},
}
