"""Rules that a feed's declaration states outright: filled columns, types and spellings, the key, readable records.

They are said once, in `feeds/<agency>/<feed>.yml`; here is one template for each kind of rule and each language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from cakupan.bilingual import Text
from cakupan.feeds import Column, Feed
from cakupan.quality.rule import (
    AT_LEAST,
    COMPOUND_UNIQUE,
    KEY_TYPES,
    NOT_NULL,
    PARSE,
    ROWS,
    ROWS_FORM,
    UNIQUE,
    Meta,
    Rule,
    Severity,
)

SPELLED = frozenset({"date", "month", "rupiah", "count", "decimal"})
"""Types whose values are written in more than one way."""
STATED = frozenset({NOT_NULL, PARSE, *KEY_TYPES})
"""Expectations that only a declaration states."""
READABLE, GIVEN, AS_TEXT, KEY = "record.readable", "given", "as_text", "key"
SAYS: Mapping[str, Text] = {
    READABLE: Text(
        "Rekaman dapat dibaca",
        "The record could be read",
    ),
    GIVEN: Text(
        "{} terisi",
        "{} is filled in",
    ),
    AS_TEXT: Text(
        "{} tidak diketik sebagai angka, karena angka terakhirnya akan hilang",
        "{} was not typed as a number, which would have lost its last digit",
    ),
    KEY: Text(
        "Tidak ada dua baris berbeda dengan {} yang sama",
        "No two different rows share {}",
    ),
}
SAYS_OF_TYPE: Mapping[str, Text] = {
    "nik": Text(
        "{} adalah NIK yang sah: 16 angka dengan tanggal lahir yang nyata dan nomor urut selain 0000",
        "{} is a valid NIK: 16 digits with a real birth date and a serial other than 0000",
    ),
    "kpj": Text(
        "{} adalah nomor kepesertaan 11 angka",
        "{} is a membership number of 11 digits",
    ),
    "date": Text(
        "{} adalah tanggal kalender, 1900 sampai 2099, ditulis {}",
        "{} is a date of the calendar, 1900 to 2099, written {}",
    ),
    "month": Text(
        "{} adalah bulan, ditulis {}",
        "{} is a month, written {}",
    ),
    "year": Text(
        "{} adalah tahun empat angka, 1900 sampai 2099",
        "{} is a year of four digits, 1900 to 2099",
    ),
    "rupiah": Text(
        "{} adalah jumlah rupiah bulat, tidak negatif, ditulis {}",
        "{} is an amount of whole rupiah, not negative, written {}",
    ),
    "count": Text(
        "{} adalah bilangan bulat, tidak negatif, ditulis {}",
        "{} is a whole number, not negative, written {}",
    ),
    "decimal": Text(
        "{} adalah bilangan, ditulis {}",
        "{} is a number, written {}",
    ),
    "json": Text(
        "{} adalah JSON yang benar",
        "{} is well-formed JSON",
    ),
}
EXAMPLES = {
    ("date", "iso"): "2025-09-09", ("date", "id"): "09/09/2025 or 9 September 2025",
    ("date", "loose"): "9-9-2025, 9 Sep 2025 or 2025-09-09", ("month", "iso"): "202509",
    ("month", "id"): "September 2025", ("month", "loose"): "Sep-25, 09/2025 or 2025-09",
    ("rupiah", "iso"): "1234567", ("rupiah", "id"): "1.234.567,00", ("rupiah", "loose"): "Rp 1.234.567,-",
    ("rupiah", "en"): "1,234,567.00", ("count", "iso"): "1234567", ("count", "id"): "1.234.567,00",
    ("count", "loose"): "1.234.567", ("count", "en"): "1,234,567", ("decimal", "iso"): "1234.5",
    ("decimal", "id"): "1.234,5", ("decimal", "loose"): "1.234,5 or 12,5 %", ("decimal", "en"): "1,234.5",
}  # fmt: skip


def declared_rules(feed: Feed) -> tuple[Rule, ...]:
    """Make all rules that the declaration states: of the record, of each column, of the key, and of the delivery."""
    on_columns = chain.from_iterable(_of_column(feed, column) for column in feed.columns)
    return (_readable(feed), *on_columns, _key(feed), *_of_delivery(feed))


def _readable(feed: Feed) -> Rule:
    return _rule(f"{feed.name}.{READABLE}", ROWS, _where("defect is not null"), SAYS[READABLE])


def _of_column(feed: Feed, column: Column) -> Iterator[Rule]:
    name, header, prefix = column.name, column.header, f"{feed.name}.{column.name}"
    if column.required:
        yield _rule(f"{prefix}.{GIVEN}", NOT_NULL, {"column": name}, _about(SAYS[GIVEN], header))
    if column.type in SAYS_OF_TYPE:
        kwargs, example = {"column": name, "kind": column.type}, ""
        if column.type in SPELLED:
            kwargs["spelling"] = feed.spelling_of(column)
            example = EXAMPLES.get((column.type, kwargs["spelling"])) or EXAMPLES[column.type, "loose"]
        word = "valid" if column.type in ("nik", "kpj") else column.type
        yield _rule(f"{prefix}.{word}", PARSE, kwargs, _about(SAYS_OF_TYPE[column.type], header, example))
    if column.type == "nik":
        typed = _where(f"'{name}' = any(number_cells)")
        yield _rule(f"{prefix}.{AS_TEXT}", ROWS, typed, _about(SAYS[AS_TEXT], header))


def _key(feed: Feed) -> Rule:
    says = _about(SAYS[KEY], ", ".join(feed.column(name).header for name in feed.key))
    if feed.cadence == "increment":  # what is news must be news beside all that came before
        says = Text("{} dalam semua kiriman", "{} over all deliveries").format(says)
    if len(feed.key) == 1:
        return _rule(f"{feed.name}.{KEY}", UNIQUE, {"column": feed.key[0]}, says)
    return _rule(f"{feed.name}.{KEY}", COMPOUND_UNIQUE, {"column_list": list(feed.key)}, says)


def _of_delivery(feed: Feed) -> Iterator[Rule]:
    if feed.may_be_empty:
        says = Text("Kiriman boleh tanpa baris", "The delivery may have no rows")
        rows = {"column": "delivered_rows", "min_value": 0}
        yield _rule("delivery.rows", AT_LEAST, rows, says, severity="critical", code="NO_ROWS")


def _about(says: Text, header: str, example: str = "") -> Text:
    return says.format(header, Text(example.replace(" or ", " atau "), example))


def _where(condition: str) -> dict[str, Any]:
    return {"unexpected_rows_query": ROWS_FORM.replace("…", condition)}


def _rule(
    rule_id: str,
    type_: str,
    kwargs: dict[str, Any],
    says: Text,
    *,
    severity: Severity = "warning",
    code: str | None = None,
) -> Rule:
    meta = Meta(rule_id=rule_id, says=says.en, says_id=says.id, code=code)
    return Rule(type=type_, kwargs=kwargs, severity=severity, meta=meta)
