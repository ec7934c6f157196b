"""Rules that follow from a feed's declaration and are never written again: error cells, cells of another kind than what
was typed, characters that only look like others, and NIKs where none belongs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cakupan.bilingual import Text
from cakupan.feeds import Column, Feed
from cakupan.quality import look_alikes
from cakupan.quality.rule import REGEX, ROWS, ROWS_FORM, Meta, Rule

NO_ERROR, AS_TYPED, PLAIN_LETTERS, NO_PERSONAL_NUMBER = "no_error", "as_typed", "plain_letters", "no_personal_number"
KINDS = frozenset({NO_ERROR, AS_TYPED, PLAIN_LETTERS, NO_PERSONAL_NUMBER})
SAYS = {
    NO_ERROR: Text(
        "{} tidak berisi kesalahan seperti #N/A atau #REF!",
        "{} holds no error such as #N/A or #REF!",
    ),
    AS_TYPED: Text(
        "{} diketik sebagai teks, bukan sebagai tanggal, waktu, atau TRUE/FALSE, yang menghilangkan ketikan aslinya",
        "{} was typed as text, not as a date, a time or TRUE/FALSE, which loses what was typed",
    ),
    PLAIN_LETTERS: Text(
        "{} ditulis dengan huruf, angka, dan tanda biasa, tanpa karakter yang hanya mirip",
        "{} is written in plain letters, digits and signs, without characters that only look like them",
    ),
    NO_PERSONAL_NUMBER: Text(
        "{} tidak memuat NIK",
        "{} holds no NIK",
    ),
}


def derived_rules(feed: Feed, closed: Collection[str]) -> tuple[Rule, ...]:
    """Make the rules that follow from the declaration; `closed` are the columns with a closed list of values."""
    return tuple(rule for column in feed.columns for rule in _of_column(feed, column, column.name in closed))


def kind_of(rule: Rule) -> str | None:
    """Tell which of the KINDS a rule is; None for one that was declared."""
    word = rule.rule_id.rpartition(".")[2]
    return word if word in KINDS else None


def _of_column(feed: Feed, column: Column, is_closed: bool) -> Iterator[Rule]:
    name = column.name
    needed = column.required or name in feed.key
    if feed.format.kind == "xlsx":
        yield _rows(feed, column, NO_ERROR, f"'{name}' = any(error_cells)")
    if feed.format.kind != "csv" and needed and column.type in ("text", "kpj"):
        yield _rows(feed, column, AS_TYPED, f"'{name}' = any(typed_cells)")
    if column.type == "text" and (column.code or is_closed or name in feed.key):
        pattern = look_alikes.CODE if column.code or is_closed else look_alikes.TEXT
        yield _rule(feed, column, PLAIN_LETTERS, REGEX, {"column": name, "regex": pattern})
    if column.type == "json" and column.code:
        odd = f'$.**.id ? (@.type() == "string" && @ like_regex "{look_alikes.ODD_IN_CODE}")'
        yield _rows(feed, column, PLAIN_LETTERS, f"jsonb_path_exists(quality.to_json({name}), '{odd}')")
    if needed and column.type in ("text", "json"):
        yield _rows(feed, column, NO_PERSONAL_NUMBER, f"quality.has_personal_number({name})")


def _rows(feed: Feed, column: Column, kind: str, condition: str) -> Rule:
    return _rule(feed, column, kind, ROWS, {"unexpected_rows_query": ROWS_FORM.replace("…", condition)})


def _rule(feed: Feed, column: Column, kind: str, type_: str, kwargs: dict[str, str]) -> Rule:
    says = SAYS[kind].format(column.header)
    meta = Meta(rule_id=f"{feed.name}.{column.name}.{kind}", says=says.en, says_id=says.id)
    return Rule(type=type_, kwargs=kwargs, severity="warning", meta=meta)
