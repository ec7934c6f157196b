"""Cheap SQL conditions on a cell as landed, true only for the usual spelling of a good value in normal form.

What each costs was measured on 1.4 million rows: `!~ '[^0-9]'` with a length is a third of an anchored pattern, and a
look-up in a hashed list of all good values a quarter of taking a date apart. Rare spellings (29 February in a NIK, a
zero amount, a date of the last century but one) are left to the careful path.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from psycopg import sql

from cakupan.bilingual import month_names

YEARS_BACK = 100
YEARS_AHEAD = 5


def plain(cell: sql.Identifier) -> sql.Composable:
    """Hold for printable ASCII, neither blank nor apostrophe at its ends, without a number as long as a NIK."""
    return sql.SQL("{0} ~ '^[!-&(-~]([ -~]*[!-~])?$' and (octet_length({0}) < 16 or {0} !~ '[0-9]{{16}}')").format(cell)


def one_of(cell: sql.Composable, values: Iterable[str]) -> sql.Composable:
    """Hold for one of the values; PostgreSQL hashes the list from the ninth on."""
    return sql.SQL("{} in ({})").format(cell, sql.SQL(", ").join(map(sql.Literal, values)))


def digits(cell: sql.Identifier, count: int) -> sql.Composable:
    """Hold for exactly that many digits."""
    return sql.SQL("{0} !~ '[^0-9]' and octet_length({0}) = {1}").format(cell, sql.Literal(count))


def parses(cell: sql.Identifier, kind: str, spelling: str | None, night: date, latest: date | None) -> sql.Composable:
    """Hold for a usual spelling of a good value of the kind, and for dates not after `latest`."""
    test: sql.Composable
    spelling = {"loose": "id", "en": "iso"}.get(spelling or "", spelling)  # each reads all that these write
    match kind:
        case "nik":
            test = sql.SQL("{} and {} and right({}, 4) <> '0000'").format(
                digits(cell, 16), one_of(sql.SQL("substr({}, 7, 4)").format(cell), _days_of_niks()), cell
            )
        case "kpj":
            test = digits(cell, 11)
        case "date":
            test = _dated(cell, spelling, night, latest)
        case "month":
            test = one_of(cell, _months(spelling, night))
        case "year":
            test = one_of(cell, map(str, range(1900, 2100)))
        case "rupiah" | "count":
            test = _whole(cell, spelling)
        case "decimal":
            point = sql.SQL("," if spelling == "id" else "[.]")
            test = sql.SQL("{} ~ '^[0-9]{{1,9}}({}[0-9]{{1,9}})?$'").format(cell, point)
        case _:  # Nested values are few and never cheap to judge.
            test = sql.SQL("false")
    return test


def _dated(cell: sql.Identifier, spelling: str | None, night: date, latest: date | None) -> sql.Composable:
    return sql.SQL(
        "{} in (select to_char(d, {}) from generate_series({}::timestamp, {}::timestamp, interval '1 day') as d)"
    ).format(
        cell,
        sql.Literal("DD/MM/YYYY" if spelling == "id" else "YYYY-MM-DD"),
        sql.Literal(f"{max(1900, night.year - YEARS_BACK)}-01-01"),
        sql.Literal((latest or date(min(2099, night.year + YEARS_AHEAD), 12, 31)).isoformat()),
    )


def _whole(cell: sql.Identifier, spelling: str | None) -> sql.Composable:
    """Hold above zero and without leading zeros, so that a rule "above 0" holds as well."""
    if spelling == "id":
        return sql.SQL("{} ~ '^[1-9]([0-9]{{0,14}}|[0-9]{{0,2}}([.][0-9]{{3}}){{1,4}})(,00)?$'").format(cell)
    return sql.SQL("{0} !~ '[^0-9]' and octet_length({0}) between 1 and 15 and left({0}, 1) <> '0'").format(cell)


def _months(spelling: str | None, night: date) -> list[str]:
    years = range(max(1900, night.year - 30), min(2099, night.year + YEARS_AHEAD) + 1)
    if spelling == "id":
        return [f"{month} {year}" for year in years for month in month_names("id")]
    return [f"{year}{month:02d}" for year in years for month in range(1, 13)]


def _days_of_niks() -> list[str]:
    """List DDMM of every day of a common year, for men and for women."""
    days = [date(2001, 1, 1) + timedelta(days=n) for n in range(365)]
    return [f"{day.day + woman:02d}{day.month:02d}" for woman in (0, 40) for day in days]
