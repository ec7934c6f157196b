"""A good row of a feed that is of nobody, and for each column a cell that would not be let in."""

from __future__ import annotations

from cakupan.bilingual import Text
from cakupan.feeds import Column, Feed
from cakupan.quality.declared import AS_TEXT, GIVEN
from cakupan.quality.derived import kind_of
from cakupan.quality.rule import IN_SET, Rule
from cakupan.quality.suite import Suite

OF_TYPE = {"nik": "3579014101009999", "kpj": "22000000001", "year": "2025", "json": "{}", "flag": "YA"}
SPELLED = {
    ("date", "iso"): "2025-09-09", ("date", "id"): "09/09/2025", ("date", "loose"): "9-9-2025",
    ("month", "iso"): "202509", ("month", "id"): "September 2025", ("month", "loose"): "2025-09",
    ("decimal", "iso"): "0.25", ("decimal", "id"): "0,25", ("decimal", "loose"): "0,25", ("decimal", "en"): "0.25",
}  # fmt: skip
WHOLE = {"rupiah": "16800", "count": "25"}
BAD = {
    "nik": "357901410100999", "kpj": "2200000001", "date": "31/02/2025", "month": "13/2025", "year": "25",
    "rupiah": "-16800", "count": "dua puluh lima", "decimal": "seperempat", "json": "{",
}  # fmt: skip
"""A NIK with a digit too few, a day that the calendar does not have, and so on."""
EMPTY = Text("(kosong)", "(empty)")


def good_example(feed: Feed, suite: Suite) -> dict[str, str]:
    """Return a row that keeps every rule: what the declaration gives as an example, else a value of list or type."""
    return {column.name: feed.example.get(column.name, _good(feed, suite, column)) for column in feed.columns}


def _good(feed: Feed, suite: Suite, column: Column) -> str:
    if column.running_number:
        return "1"
    for rule in rules_of(suite, column):
        if rule.type == IN_SET:
            return str(rule.kwargs["value_set"][0])
    spelling = feed.spelling_of(column)
    spelled = SPELLED.get((column.type, spelling)) or SPELLED.get((column.type, "loose"))
    return OF_TYPE.get(column.type) or WHOLE.get(column.type) or spelled or f"contoh {column.header}"


def bad_example(suite: Suite, column: Column) -> tuple[Text | str, Rule] | None:
    """Return a cell that quarantines its row with the rule it breaks; None where the column takes anything."""
    rules = {rule.rule_id.rpartition(".")[2]: rule for rule in rules_of(suite, column) if rule.severity != "info"}
    if rule := rules.get("listed"):
        return "LAIN-LAIN", rule
    if column.type in BAD:
        return BAD[column.type], rules["valid" if column.type in ("nik", "kpj") else column.type]
    if rule := rules.get("format"):
        return "35790110", rule
    return (EMPTY, rules[GIVEN]) if column.required else None


def rules_of(suite: Suite, column: Column) -> list[Rule]:
    """Return the rules on a column's cells but those that hold for all columns alike, which are told once."""
    prefix = f"{suite.name}.{column.name}."
    found = [rule for rule in suite.row_rules if rule.rule_id.startswith(prefix) and kind_of(rule) is None]
    return sorted(found, key=lambda rule: rule.rule_id.endswith(AS_TEXT))
