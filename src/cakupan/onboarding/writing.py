"""Writes the files of a feed as text: declaration, the rules it does not give, staging model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from cakupan.bilingual import Text
from cakupan.feeds import PSEUDONYMS, Spelling
from cakupan.onboarding import words
from cakupan.onboarding.columns import REGION, Drafted
from cakupan.quality.declared import SPELLED
from cakupan.quality.rule import IN_SET, REGEX, ROWS, ROWS_FORM

FUNCTIONS = {"date": "to_date", "month": "to_month", "rupiah": "to_whole", "count": "to_whole", "decimal": "to_decimal"}


@dataclass
class Draft:
    """All that the files say."""

    agency: str
    feed: str
    title: str
    cadence: str
    format: dict[str, Any]
    spelling: Spelling
    key: tuple[str, ...]
    columns: list[Drafted]
    roster: bool = False

    @property
    def name(self) -> str:
        """`agency.feed`."""
        return f"{self.agency}.{self.feed}"

    def spelling_of(self, column: Drafted) -> Spelling:
        """Tell how the column's values are spelled."""
        return column.spelling or self.spelling


def feed_file(draft: Draft) -> str:
    """Write `feeds/<agency>/<feed>.yml`."""
    lines = [f"agency: {flow(draft.agency)}", f"feed: {flow(draft.feed)}", f"title: {flow(draft.title)}"]
    lines += [f"owner: {flow(draft.agency)}", f"cadence: {draft.cadence}", "transport: file"]
    lines += [
        f"format: {flow(draft.format)}",
        f"spelling: {draft.spelling}",
        f"key: {flow(list(draft.key))}",
        *(["roster: true"] if draft.roster else []),
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
    """Write `expectations/<agency>/<feed>.yml`: the rules that the declaration does not give; empty without any."""
    rules = [rule for column in draft.columns if not column.running_number for rule in _column_rules(draft, column)]
    if not rules:
        return ""
    return "\n".join([f"name: {draft.name}", "expectations:", *(f"  - {flow(rule)}" for rule in rules)]) + "\n"


def _column_rules(draft: Draft, column: Drafted) -> Iterator[dict[str, Any]]:
    name, header = column.name, column.header
    if column.type == "date" and {"lahir", "bayar", "dibayar"} & set(column.words):
        function = f"quality.to_date_{draft.spelling_of(column)}"
        says = Text(f"{header} tidak melewati tanggal kiriman", f"{header} is not after the date of the delivery")
        late = {"unexpected_rows_query": ROWS_FORM.replace("…", f"{function}({name}) > business_date")}
        yield _rule(draft, ROWS, late, f"{name}.not_after_night", says)
    if column.values:
        yield _list_rule(draft, column)
    if column.regex:
        yield _form_rule(draft, column)


def _list_rule(draft: Draft, column: Drafted) -> dict[str, Any]:
    listed, header = ", ".join(column.values), column.header
    kwargs = {"column": column.name, "value_set": list(column.values)}
    if column.closed:
        says = Text(f"{header} adalah salah satu dari: {listed}", f"{header} is one of: {listed}")
        return _rule(draft, IN_SET, kwargs, f"{column.name}.listed", says)
    says = Text(
        f"{header} adalah kategori yang sudah dikenal: {listed} (yang baru tetap diterima dan dilaporkan)",
        f"{header} is a category known so far: {listed} (a new one is kept and reported)",
    )
    return _rule(draft, IN_SET, kwargs, f"{column.name}.known", says, severity="info")


def _form_rule(draft: Draft, column: Drafted) -> dict[str, Any]:
    header = column.header
    if column.regex == REGION.pattern:
        says = Text(
            f"{header} adalah kode Kemendagri yang ditulis dd.dd.dd.dddd",
            f"{header} is a Kemendagri code written dd.dd.dd.dddd",
        )
    else:
        says = Text(f"{header} terdiri dari {column.digits} angka", f"{header} has {column.digits} digits")
    return _rule(draft, REGEX, {"column": column.name, "regex": column.regex}, f"{column.name}.format", says)


def _rule(
    draft: Draft, kind: str, kwargs: dict[str, Any], rule: str, says: Text, *, severity: str = "warning"
) -> dict[str, Any]:
    meta = {"rule_id": f"{draft.name}.{rule}", "says": says.en, "says_id": says.id}
    return {"type": kind, "kwargs": kwargs, "severity": severity, "meta": meta}


def staging_file(draft: Draft) -> str:
    """Write `dbt_project/models/staging/<agency>/<feed>.sql`; of personal columns it has the keys alone."""
    kept = [c for c in draft.columns if not c.running_number and (not c.personal or c.type in ("nik", "kpj"))]
    selected = ["{{ address('accepted') }}"]
    renamed = _roster_names(kept) if draft.roster else {}
    for column in kept:
        if column.type in ("nik", "kpj"):
            selected.append(_keyed(column, selected))
        else:
            selected.append(_typed(draft, column, renamed.get(column.name, column.name)))
    source = f"{{{{ source('keyed', '{draft.agency}_{draft.feed}') }}}} as accepted"
    shown = ",\n    ".join(selected)
    return f"-- {draft.title}.\nselect\n    {shown}\nfrom {source}\n"


def _keyed(column: Drafted, selected: Sequence[str]) -> str:
    key = f"{PSEUDONYMS[column.type]}_key"
    taken = any(part.endswith(f" as {key}") for part in selected)
    return f"accepted.{column.name}_key as {f'{column.name}_{key}' if taken else key}"


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
    """Read T as TIDAK beside Y, as TRUE elsewhere."""
    return {value.lower() for value in column.values} <= {"y", "t", "n"}


def _roster_names(kept: Sequence[Drafted]) -> dict[str, str]:
    """Return the columns a roster must show, by the columns they come from."""
    region = next((c for c in kept if c.regex == REGION.pattern or c.words[-1:] == ["wilayah"]), None)
    listed = [c for c in kept if c.values and c.type == "text" and c is not region]
    category = next((c for c in listed if set(c.words) & {"kategori", "jenis", "status", "bidang", "pekerjaan"}), None)
    category = category or next(iter(listed), None)
    renamed = {category.name: "worker_category"} if category else {}
    return renamed | ({region.name: "region_code"} if region else {})


def flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return text.removesuffix("\n...\n").strip()
