"""Writes the three files of a feed as text: declaration, suite, staging model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from cakupan.feeds import Spelling
from cakupan.onboarding import words
from cakupan.onboarding.columns import REGION, Drafted
from cakupan.quality.rule import IN_SET, NOT_NULL, PARSE, REGEX, ROWS, ROWS_FORM

SPELLED = ("date", "month", "rupiah", "count", "decimal")
SAYS = {
    "nik": (
        "{} is a valid NIK: 16 digits with a real birth date and a serial other than 0000",
        "{} adalah NIK yang sah: 16 angka dengan tanggal lahir yang nyata dan nomor urut selain 0000",
    ),
    "kpj": ("{} is a membership number of 11 digits", "{} adalah nomor kepesertaan 11 angka"),
    "date": (
        "{} is a date of the calendar, 1900 to 2099, written {}",
        "{} adalah tanggal kalender, 1900 sampai 2099, ditulis {}",
    ),
    "month": ("{} is a month, written {}", "{} adalah bulan, ditulis {}"),
    "year": ("{} is a year, 1900 to 2099", "{} adalah tahun, 1900 sampai 2099"),
    "rupiah": (
        "{} is an amount of whole rupiah, not negative, written {}",
        "{} adalah jumlah rupiah bulat, tidak negatif, ditulis {}",
    ),
    "count": ("{} is a whole number, not negative, written {}", "{} adalah bilangan bulat, tidak negatif, ditulis {}"),
    "decimal": ("{} is a number, written {}", "{} adalah bilangan, ditulis {}"),
    "json": ("{} is JSON", "{} adalah JSON"),
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
FUNCTIONS = {"date": "to_date", "month": "to_month", "rupiah": "to_whole", "count": "to_whole", "decimal": "to_decimal"}


@dataclass
class Draft:
    """All that the three files say."""

    agency: str
    feed: str
    title: str
    cadence: str
    format: dict[str, Any]
    spelling: Spelling
    key: tuple[str, ...]
    columns: list[Drafted]

    @property
    def name(self) -> str:
        """`agency.feed`."""
        return f"{self.agency}.{self.feed}"

    def spelling_of(self, column: Drafted) -> Spelling:
        """How the column's values are spelled."""
        return column.spelling or self.spelling


def feed_file(draft: Draft) -> str:
    """`feeds/<agency>/<feed>.yml`."""
    lines = [f"agency: {flow(draft.agency)}", f"feed: {flow(draft.feed)}", f"title: {flow(draft.title)}"]
    lines += [f"owner: {flow(draft.agency)}", f"cadence: {draft.cadence}", "transport: file"]
    lines += [
        f"format: {flow(draft.format)}",
        f"spelling: {draft.spelling}",
        f"key: {flow(list(draft.key))}",
        "columns:",
    ]
    for column in draft.columns:
        declared: dict[str, Any] = {"name": column.name, "header": column.header}
        if column.type != "text":
            declared["type"] = column.type
        declared |= {name: True for name in ("required", "personal", "running_number") if getattr(column, name)}
        if column.type in SPELLED and draft.spelling_of(column) != draft.spelling:
            declared["spelling"] = column.spelling
        lines.append(f"  - {flow(declared | {'about': words.about(column.header)})}")
    return "\n".join(lines) + "\n"


def suite_file(draft: Draft) -> str:
    """`expectations/<agency>/<feed>.yml`."""
    lines = [f"name: {draft.name}", "expectations:"]
    return "\n".join(lines + [f"  - {flow(rule)}" for rule in _rules(draft)]) + "\n"


def _rules(draft: Draft) -> Iterator[dict[str, Any]]:
    yield _rule(
        draft,
        ROWS,
        _where("defect is not null"),
        "record.readable",
        ("The record could be read", "Rekaman dapat dibaca"),
    )
    for column in draft.columns:
        if not column.running_number:
            yield from _column_rules(draft, column)
    headers = ", ".join(column.header for name in draft.key for column in draft.columns if column.name == name)
    says = (f"No two different rows share {headers}", f"Tidak ada dua baris berbeda dengan {headers} yang sama")
    if len(draft.key) == 1:
        yield _rule(draft, "expect_column_values_to_be_unique", {"column": draft.key[0]}, "key", says)
    else:
        kind = "expect_compound_columns_to_be_unique"
        yield _rule(draft, kind, {"column_list": list(draft.key)}, "key", says)


def _column_rules(draft: Draft, column: Drafted) -> Iterator[dict[str, Any]]:
    name, header = column.name, column.header
    if column.required:
        kwargs = {"column": name}
        yield _rule(draft, NOT_NULL, kwargs, f"{name}.given", (f"{header} is filled in", f"{header} terisi"))
    if column.type in SAYS:
        kwargs = {"column": name, "kind": column.type}
        example = ""
        if column.type in SPELLED:
            kwargs["spelling"] = draft.spelling_of(column)
            example = EXAMPLES.get((column.type, kwargs["spelling"])) or EXAMPLES[column.type, "loose"]
        english, indonesian = SAYS[column.type]
        word = "valid" if column.type in ("nik", "kpj") else column.type
        says = (english.format(header, example), indonesian.format(header, example.replace(" or ", " atau ")))
        yield _rule(draft, PARSE, kwargs, f"{name}.{word}", says)
    if column.type == "nik":
        says = (
            f"{header} was not typed as a number, which would have lost its last digit",
            f"{header} tidak diketik sebagai angka, karena angka terakhirnya akan hilang",
        )
        yield _rule(draft, ROWS, _where(f"'{name}' = any(number_cells)"), f"{name}.as_text", says)
    if column.type == "date" and {"lahir", "bayar", "dibayar"} & set(column.words):
        function = f"quality.to_date_{draft.spelling_of(column)}"
        says = (f"{header} is not after the date of the delivery", f"{header} tidak melewati tanggal kiriman")
        yield _rule(draft, ROWS, _where(f"{function}({name}) > business_date"), f"{name}.not_after_night", says)
    if column.values:
        yield _list_rule(draft, column)
    if column.regex:
        yield _form_rule(draft, column)


def _where(condition: str) -> dict[str, Any]:
    return {"unexpected_rows_query": ROWS_FORM.replace("…", condition)}


def _list_rule(draft: Draft, column: Drafted) -> dict[str, Any]:
    listed, header = ", ".join(column.values), column.header
    kwargs = {"column": column.name, "value_set": list(column.values)}
    if column.closed:
        says = (f"{header} is one of: {listed}", f"{header} adalah salah satu dari: {listed}")
        return _rule(draft, IN_SET, kwargs, f"{column.name}.listed", says)
    english = f"{header} is a category known so far: {listed} (a new one is kept and reported)"
    indonesian = f"{header} adalah kategori yang sudah dikenal: {listed} (yang baru tetap diterima dan dilaporkan)"
    return _rule(draft, IN_SET, kwargs, f"{column.name}.known", (english, indonesian), severity="info")


def _form_rule(draft: Draft, column: Drafted) -> dict[str, Any]:
    header = column.header
    if column.regex == REGION.pattern:
        says = (
            f"{header} is a Kemendagri code written dd.dd.dd.dddd",
            f"{header} adalah kode Kemendagri yang ditulis dd.dd.dd.dddd",
        )
    else:
        says = (f"{header} has {column.digits} digits", f"{header} terdiri dari {column.digits} angka")
    return _rule(draft, REGEX, {"column": column.name, "regex": column.regex}, f"{column.name}.format", says)


def _rule(
    draft: Draft, kind: str, kwargs: dict[str, Any], rule: str, says: tuple[str, str], *, severity: str = "warning"
) -> dict[str, Any]:
    meta = {"rule_id": f"{draft.name}.{rule}", "says": says[0], "says_id": says[1]}
    return {"type": kind, "kwargs": kwargs, "severity": severity, "meta": meta}


def staging_file(draft: Draft, *, roster: bool) -> str:
    """`dbt_project/models/staging/<agency>/<feed>.sql`; personal columns stay out of it but for their keys."""
    kept = [c for c in draft.columns if not c.running_number and (not c.personal or c.type in ("nik", "kpj"))]
    joins: list[str] = []
    selected = ["{{ address('accepted') }}"]
    renamed = _roster_names(kept) if roster else {}
    for column in kept:
        if column.type in ("nik", "kpj"):
            selected.append(_keyed(column, joins))
        else:
            selected.append(_typed(draft, column, renamed.get(column.name, column.name)))
    config = "{{ config(meta={'roster': true}) }}\n\n" if roster else ""
    return (
        f"{config}-- {draft.title}.\nwith accepted as (\n{_accepted(draft, [column.name for column in kept])}\n)\n\n"
        "select\n    " + ",\n    ".join(selected) + "\nfrom accepted\n" + "".join(joins)
    )


def _accepted(draft: Draft, names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    one_line = f"    {{{{ accepted_rows('{draft.agency}', '{draft.feed}', [{', '.join(quoted)}]) }}}}"
    if len(one_line) <= 110:
        return one_line
    lines, line = [], ""
    for name in quoted:
        if len(line) + len(name) > 100:
            lines.append(line.rstrip())
            line = ""
        line += f"{name}, "
    lines.append(line.rstrip())
    body = "\n".join(f"        {line}" for line in lines)
    return f"    {{{{ accepted_rows('{draft.agency}', '{draft.feed}', [\n{body}\n    ]) }}}}"


def _keyed(column: Drafted, joins: list[str]) -> str:
    kind, key = ("worker", "worker_key") if column.type == "nik" else ("membership", "membership_key")
    taken = sum(f"'{kind}'" in join for join in joins)
    alias = kind if not taken else f"{kind}_{column.name}"
    condition = f"accepted.{column.name} = {alias}.{column.type}"
    joins.append(f"left join {{{{ source('identity', '{kind}') }}}} as {alias} on {condition}\n")
    return f"{alias}.{key}" if not taken else f"{alias}.{key} as {column.name}_{key}"


def _typed(draft: Draft, column: Drafted, name: str) -> str:
    cell = f"accepted.{column.name}"
    if column.type in FUNCTIONS:
        typed = f"quality.{FUNCTIONS[column.type]}_{draft.spelling_of(column)}({cell})"
        if column.type == "month":
            typed = f"to_char({typed}, 'YYYYMM')"
        if column.type == "rupiah" and not name.endswith("_idr"):
            name = f"{name}_idr"
        return f"{typed} as {name}"
    if column.type in ("year", "json"):
        return f"quality.to_{column.type}({cell}) as {name}"
    if column.type == "flag":
        meant = "= 'y'" if _ambiguous(column) else "in ('ya', 'y', 'true', 'yes', 't', '1')"
        return f"lower({cell}) {meant} as {name}"
    return cell if name == column.name else f"{cell} as {name}"


def _ambiguous(column: Drafted) -> bool:
    """T is TIDAK beside Y, TRUE elsewhere."""
    return {value.lower() for value in column.values} <= {"y", "t", "n"}


def _roster_names(kept: Sequence[Drafted]) -> dict[str, str]:
    """The columns a roster must show, by the columns they come from."""
    region = next((c for c in kept if c.regex == REGION.pattern or c.words[-1:] == ["wilayah"]), None)
    listed = [c for c in kept if c.values and c.type == "text" and c is not region]
    category = next((c for c in listed if set(c.words) & {"kategori", "jenis", "status", "bidang", "pekerjaan"}), None)
    category = category or next(iter(listed), None)
    renamed = {category.name: "worker_category"} if category else {}
    return renamed | ({region.name: "region_code"} if region else {})


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return text.removesuffix("\n...\n").strip()
