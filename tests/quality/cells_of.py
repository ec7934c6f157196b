"""Good and bad cells for any column of any feed, made from its declaration and its rules."""

from __future__ import annotations

from datetime import date, timedelta

from cakupan.bilingual import month_names
from cakupan.feeds import Column, Feed
from cakupan.quality.derived import AS_TYPED, NO_ERROR, NO_PERSONAL_NUMBER, PLAIN_LETTERS, kind_of
from cakupan.quality.rule import IN_SET, NOT_NULL, PARSE, REGEX, ROWS, Rule
from cakupan.quality.suite import Suite

MONTHS = month_names("id")
PROGRAMS = r"^(?:JKK|JKM|JHT|JP|JKP)(?:[ \t\u00a0]*,[ \t\u00a0]*(?:JKK|JKM|JHT|JP|JKP))*$"
FORMATTED = {
    "^[0-9]{12}$": "2590000{:05d}",
    "^[0-9]{13}$": "12000000{:05d}",
    "^[0-9]{2}[.][0-9]{2}[.][0-9]{2}[.][0-9]{4}$": "35.79.01.{:04d}",
    PROGRAMS: "JKK,JKM",
}
BAD_FORMATTED = {
    "^[0-9]{12}$": ["25900000000", "2590000000001", "25900000000x", "٢٥٩٠٠٠٠٠٠٠٠١"],
    "^[0-9]{13}$": ["120000000000", "12000000000012", "1200000000-01"],
    "^[0-9]{2}[.][0-9]{2}[.][0-9]{2}[.][0-9]{4}$": ["3579012001", "35.79.1.2001", "Batu"],
    PROGRAMS: ["JKK,", "jkk", "JKK;JKM", "JKK,JKN", "JKK JKM", "J KK,JKM", "JKK,,JKM", ",JKK"],
}
BAD_PARSED = {
    ("nik", None): [
        "357901010190000",
        "35790101019000012",
        "3579013002900001",
        "3579017202900001",
        "3579012902010001",
        "3579010013900001",
        "3579010101900000",
        "0000000000000000",
        "357901010190000O",
    ],
    ("kpj", None): ["2200000000", "220000000001", "2200000000a", "22-00000001"],
    ("date", "iso"): ["2025-02-29", "2025-9-09", "09/09/2025", "9999-12-31", "1899-12-31", "2025-09-09T00:00:00"],
    ("date", "id"): ["30/02/2025", "2025-09-09", "9 Sept 2025", "09/13/2025", "01/01/2100", "9 September", "9-9-2025"],
    ("month", "iso"): ["202513", "202500", "2025-09", "September 2025", "999912", "20259"],
    ("month", "id"): ["202509", "09/2025", "Agus 2025", "September", "Mei 1899"],
    ("year", None): ["25", "20255", "9999", "1899", "MMXX"],
    ("rupiah", "iso"): ["-1", "1.5", "1.234.567", "1,000", "Rp1000", "1e6", "1234567890123456", "1."],
    ("rupiah", "id"): [
        "-1.000",
        "1.000,50",
        "1,000",
        "1.00",
        "0.500",
        "Rp 1.000",
        "1234567890123456",
        "1000.0",
        ".000",
    ],
    ("count", "iso"): ["-3", "2.5", "tiga", "1,000", "0x10"],
    ("count", "id"): ["-3", "2,5", "tiga", "1.0", "12.34"],
    ("decimal", "id"): ["0.84", "1.5", "satu", "1,", ",5", "1,2,3", "--1"],
    ("json", None): ["{", "[1,]", "tidak", "{'a': 1}", "NaN"],
}
LOOK_ALIKES = (
    "\u0410",  # Cyrillic
    "\u039f",  # Greek
    "\u0555",  # Armenian
    "\u13aa",  # Cherokee
    "\uff11",  # full width
    "\U0001d400",  # mathematical
    "\u0661",  # Arabic-Indic
    "\u00bd",  # a fraction
    "\u00b2",  # superscript
    "x\u00a0",  # a blank that is none
    "x\u2009",
    "\ufb01",  # a ligature
)
WITH_A_NIK = ("3579010101900001", "Siti 3579012902040001.", "x357901710190000x 3579016812850012")
BAD_CONTRACTS = {
    "list": ["[]", "{}", '"a"', "7"],
    "id": ['[{"value":{"amount":1}}]', '[{"id":" ","value":{"amount":1}}]', '[{"id":null,"value":{"amount":1}}]'],
    "amount": [
        '[{"id":"x"}]',
        '[{"id":"x","value":{"amount":-1}}]',
        '[{"id":"x","value":{"amount":1.5}}]',
        '[{"id":"a","value":{"amount":1}},{"id":"b","value":null}]',
    ],
}


def good_row(feed: Feed, suite: Suite, number: int, night: date) -> dict[str, str]:
    """A clean row in normal form; rows of other numbers have other keys. Numbers from 0 to 99998."""
    return {column.name: good_cell(feed, suite, column, number, night) for column in feed.columns}


def good_cell(feed: Feed, suite: Suite, column: Column, number: int, night: date) -> str:
    """A clean filled cell of the column."""
    for rule in suite.row_rules:
        if rule.column == column.name and rule.type == IN_SET:
            values = rule.kwargs["value_set"]
            return str(values[number % len(values)])
        if rule.column == column.name and rule.type == REGEX and not kind_of(rule):
            return FORMATTED[rule.kwargs["regex"]].format(number % 10_000)
    if column.name == "contracts":
        return f'[{{"id":"{number}/SPK","value":{{"amount":{number}}}}}]'
    return _typed(column, feed.spelling_of(column), number, night)


def _typed(column: Column, spelling: str, number: int, night: date) -> str:
    day = night - timedelta(days=number % 3000)
    in_groups = f"{1000 + number:,}".replace(",", ".") + ",00"
    cells = {
        ("nik", "iso"): f"3579{number // 9000 + 10:02d}{day:%d%m%y}{number % 9000 + 1:04d}",
        ("kpj", "iso"): f"22{number:09d}",
        ("date", "iso"): day.isoformat(),
        ("date", "id"): f"{day:%d/%m/%Y}" if number % 2 else f"{day.day} {MONTHS[day.month - 1]} {day.year}",
        ("month", "iso"): f"{day:%Y%m}",
        ("month", "id"): f"{MONTHS[day.month - 1]} {day.year}",
        ("year", "iso"): str(1900 + number % 200),
        ("rupiah", "iso"): str(1000 + number),
        ("rupiah", "id"): in_groups if number % 2 else str(1000 + number),
        ("count", "iso"): str(1 + number),
        ("count", "id"): str(1 + number),
        ("decimal", "id"): f"{number},5",
        ("json", "iso"): f'{{"n":{number}}}',
    }
    default = cells.get((column.type, "iso"), f"{column.name} {number}")
    return cells.get((column.type, spelling), default)


def bad_rows(rule: Rule, feed: Feed, good: dict[str, str], night: date) -> list[dict[str, object]]:
    """Rows that break the rule, each otherwise as the good one."""
    return [{**good, **broken} for broken in _breaking(rule, feed, night)]


def _breaking(rule: Rule, feed: Feed, night: date) -> list[dict[str, object]]:
    column = rule.column
    if rule.type == NOT_NULL:
        return [{column: cell} for cell in (None, "", "  ", "\u00a0", "'", "\t' ")]
    if rule.type == IN_SET:
        first = rule.kwargs["value_set"][0]
        return [{column: cell} for cell in ("LAIN", first.swapcase(), f"{first}\u0410", f"{first}X")]
    if kind_of(rule) == PLAIN_LETTERS and rule.type == REGEX:
        return [{column: f"KEP/{sign}12"} for sign in LOOK_ALIKES]
    if rule.type == REGEX:
        return [{column: cell} for cell in BAD_FORMATTED[rule.kwargs["regex"]]]
    if rule.type == PARSE:
        return [{column: cell} for cell in BAD_PARSED[rule.kwargs["kind"], rule.kwargs.get("spelling")]]
    assert rule.type == ROWS
    return _breaking_rows_rule(rule, feed, night)


def _breaking_rows_rule(rule: Rule, feed: Feed, night: date) -> list[dict[str, object]]:
    column, what = rule.rule_id.removeprefix(f"{feed.name}.").split(".")
    sign = '"' if column != "record" and feed.column(column).type == "json" else ""
    broken: dict[str, list[dict[str, object]]] = {
        "readable": [{**dict.fromkeys(c.name for c in feed.columns), "defect": "ragged", "raw_record": "a|b"}],
        "as_text": [{"number_cells": [column]}, {"number_cells": ["lain", column]}],
        NO_ERROR: [{column: "#N/A", "error_cells": [column]}, {"error_cells": ["lain", column]}],
        AS_TYPED: [{column: "05/02/2025", "typed_cells": [column]}, {"typed_cells": ["lain", column]}],
        PLAIN_LETTERS: [{column: f'[{{"id":"12/SPK{odd}","value":{{"amount":1}}}}]'} for odd in LOOK_ALIKES],
        NO_PERSONAL_NUMBER: [{column: f"{sign}{text}{sign}"} for text in WITH_A_NIK],
        "not_after_night": [{column: (night + timedelta(days=days)).isoformat()} for days in (1, 400)],
        "above_zero": [{column: cell} for cell in ("0", "0.00", "000")],
        **{kind: [{column: cell} for cell in cells] for kind, cells in BAD_CONTRACTS.items()},
    }
    return broken[what]
