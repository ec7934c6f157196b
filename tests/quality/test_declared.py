"""What a feed's declaration states becomes rules, each said once: there, and nowhere again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from cakupan import settings
from cakupan.cli import app
from cakupan.feeds import Feed
from cakupan.quality.declared import declared_rules
from cakupan.quality.rule import PARSE, Rule
from cakupan.quality.suite import load_suite
from tests.quality.deliveries import FEEDS

WRITTEN = {
    ("date", "iso"): "2025-09-09",
    ("date", "id"): "09/09/2025 or 9 September 2025",
    ("date", "loose"): "9-9-2025, 9 Sep 2025 or 2025-09-09",
    ("date", "en"): "9-9-2025, 9 Sep 2025 or 2025-09-09",
    ("month", "iso"): "202509",
    ("month", "id"): "September 2025",
    ("month", "loose"): "Sep-25, 09/2025 or 2025-09",
    ("month", "en"): "Sep-25, 09/2025 or 2025-09",
    ("rupiah", "iso"): "1234567",
    ("rupiah", "id"): "1.234.567,00",
    ("rupiah", "loose"): "Rp 1.234.567,-",
    ("rupiah", "en"): "1,234,567.00",
    ("count", "iso"): "1234567",
    ("count", "id"): "1.234.567,00",
    ("count", "loose"): "1.234.567",
    ("count", "en"): "1,234,567",
    ("decimal", "iso"): "1234.5",
    ("decimal", "id"): "1.234,5",
    ("decimal", "loose"): "1.234,5 or 12,5 %",
    ("decimal", "en"): "1,234.5",
}
SENTENCES = {
    "date": ("A B is a date of the calendar, 1900 to 2099, ", "A B adalah tanggal kalender, 1900 sampai 2099, "),
    "month": ("A B is a month, ", "A B adalah bulan, "),
    "rupiah": ("A B is an amount of whole rupiah, not negative, ", "A B adalah jumlah rupiah bulat, tidak negatif, "),
    "count": ("A B is a whole number, not negative, ", "A B adalah bilangan bulat, tidak negatif, "),
    "decimal": ("A B is a number, ", "A B adalah bilangan, "),
}
UNSPELLED = {
    "nik": (
        "A B is a valid NIK: 16 digits with a real birth date and a serial other than 0000",
        "A B adalah NIK yang sah: 16 angka dengan tanggal lahir yang nyata dan nomor urut selain 0000",
    ),
    "kpj": ("A B is a membership number of 11 digits", "A B adalah nomor kepesertaan 11 angka"),
    "year": ("A B is a year of four digits, 1900 to 2099", "A B adalah tahun empat angka, 1900 sampai 2099"),
    "json": ("A B is well-formed JSON", "A B adalah JSON yang benar"),
}
ROWS = "select * from {batch} where"
FILLED = ("A B is filled in", "A B terisi")


def feed(column: dict[str, Any], **changes: Any) -> Feed:
    """A feed with a key and one column more."""
    declared = {
        "agency": "x", "feed": "y", "title": "Y", "owner": "X", "cadence": "snapshot", "transport": "file",
        "format": {"kind": "xlsx"}, "spelling": "iso", "key": ["no"],
        "columns": [
            {"name": "no", "header": "NO", "required": True, "about": "n"},
            {"name": "a", "header": "A B", "about": "a", **column},
        ],
    }  # fmt: skip
    return Feed.model_validate(declared | changes)


def on(column: str, declared: Feed) -> list[Rule]:
    return [rule for rule in declared_rules(declared) if rule.rule_id.startswith(f"x.y.{column}.")]


def sentences(rule: Rule) -> tuple[str, str]:
    return rule.meta.says, rule.meta.says_id


@pytest.mark.parametrize(("kind", "spelling"), WRITTEN)
@pytest.mark.parametrize("by_column", [True, False])
def test_a_type_states_how_its_values_are_written(kind: str, spelling: str, by_column: bool) -> None:
    said = {"type": kind} | ({"spelling": spelling} if by_column else {})
    (rule,) = on("a", feed(said, spelling="iso" if by_column else spelling))
    assert (rule.type, rule.kwargs) == (PARSE, {"column": "a", "kind": kind, "spelling": spelling})
    assert (rule.rule_id, rule.severity) == (f"x.y.a.{kind}", "warning")
    example = WRITTEN[kind, spelling]
    english, indonesian = SENTENCES[kind]
    assert sentences(rule) == (
        f"{english}written {example}",
        f"{indonesian}ditulis {example.replace(' or ', ' atau ')}",
    )


@pytest.mark.parametrize("kind", UNSPELLED)
def test_other_types_are_written_in_one_way(kind: str) -> None:
    rule, *more = on("a", feed({"type": kind}))
    assert (rule.type, rule.kwargs) == (PARSE, {"column": "a", "kind": kind})
    assert rule.rule_id == f"x.y.a.{'valid' if kind in ('nik', 'kpj') else kind}"
    assert sentences(rule) == UNSPELLED[kind]
    assert len(more) == (kind == "nik")


@pytest.mark.parametrize("kind", ["text", "flag"])
def test_text_states_nothing_of_its_values(kind: str) -> None:
    assert on("a", feed({"type": kind})) == []


def test_a_nik_is_no_number() -> None:
    rule = on("a", feed({"type": "nik"}))[1]
    assert (rule.rule_id, rule.where) == ("x.y.a.as_text", "'a' = any(number_cells)")
    assert sentences(rule) == (
        "A B was not typed as a number, which would have lost its last digit",
        "A B tidak diketik sebagai angka, karena angka terakhirnya akan hilang",
    )


def test_a_required_column_is_filled() -> None:
    (rule,) = on("a", feed({"required": True}))
    assert (rule.type, rule.kwargs) == ("expect_column_values_to_not_be_null", {"column": "a"})
    assert (rule.rule_id, sentences(rule)) == ("x.y.a.given", FILLED)
    assert on("a", feed({})) == []


@pytest.mark.parametrize(
    ("cadence", "key", "kind", "kwargs", "says"),
    [
        ("snapshot", ["no"], "expect_column_values_to_be_unique", {"column": "no"},
         ("No two different rows share NO", "Tidak ada dua baris berbeda dengan NO yang sama")),
        ("occasional", ["a", "no"], "expect_compound_columns_to_be_unique", {"column_list": ["a", "no"]},
         ("No two different rows share A B, NO", "Tidak ada dua baris berbeda dengan A B, NO yang sama")),
        ("increment", ["no"], "expect_column_values_to_be_unique", {"column": "no"},
         ("No two different rows share NO over all deliveries",
          "Tidak ada dua baris berbeda dengan NO yang sama dalam semua kiriman")),
    ],
)  # fmt: skip
def test_the_key_is_a_rule(cadence: str, key: list[str], kind: str, kwargs: dict[str, Any], says: Any) -> None:
    (rule,) = (rule for rule in declared_rules(feed({"required": True}, cadence=cadence, key=key)) if rule.on_key)
    assert (rule.rule_id, rule.type, rule.kwargs, sentences(rule)) == ("x.y.key", kind, kwargs, says)


def test_records_can_be_read_and_a_delivery_may_be_empty_where_it_says_so() -> None:
    first, *_ = declared_rules(feed({}))
    assert (first.rule_id, first.where) == ("x.y.record.readable", "defect is not null")
    assert sentences(first) == ("The record could be read", "Rekaman dapat dibaca")
    assert not [rule for rule in declared_rules(feed({})) if rule.on_delivery]
    rule = declared_rules(feed({}, may_be_empty=True))[-1]
    assert (rule.rule_id, rule.kwargs) == ("delivery.rows", {"column": "delivered_rows", "min_value": 0})
    assert (rule.severity, rule.meta.code) == ("critical", "NO_ROWS")


@pytest.mark.parametrize("declared", FEEDS, ids=lambda one: one.name)
def test_every_feed_has_the_rules_that_its_columns_ask_for(declared: Feed) -> None:
    suite = load_suite(declared)
    found = [rule.rule_id.removeprefix(f"{declared.name}.") for rule in suite.row_rules]
    assert suite.expectations[0] is suite.readable_rule
    assert {f"{column.name}.given" for column in declared.columns if column.required} == {
        rule for rule in found if rule.endswith(".given")
    }
    assert {f"{column.name}.as_text" for column in declared.columns if column.type == "nik"} == {
        rule for rule in found if rule.endswith(".as_text")
    }
    typed = {column.name: column.type for column in declared.columns if column.type not in ("text", "flag")}
    assert typed == {rule.column: rule.kwargs["kind"] for rule in suite.row_rules if rule.type == PARSE}


def rule_file(root: Path, *rules: dict[str, Any]) -> Path:
    """The rules as the file of x.y; none where there are none."""
    (root / "x").mkdir(parents=True, exist_ok=True)
    (root / "delivery.yml").write_text((settings.EXPECTATIONS / "delivery.yml").read_text(encoding="utf-8"))
    if rules:
        (root / "x/y.yml").write_text(yaml.safe_dump({"name": "x.y", "expectations": list(rules)}))
    return root


def rule(rule_id: str, type_: str, **kwargs: Any) -> dict[str, Any]:
    meta = {"rule_id": rule_id, "says": "A B", "says_id": "a b"}
    return {"type": type_, "kwargs": kwargs, "severity": "warning", "meta": meta}


def test_a_feed_without_rules_of_its_own_needs_no_file(tmp_path: Path) -> None:
    suite = load_suite(feed({"type": "nik", "required": True}), rule_file(tmp_path))
    assert [rule.rule_id for rule in suite.expectations if not rule.on_delivery] == [
        "x.y.record.readable", "x.y.no.given", "x.y.a.given", "x.y.a.valid", "x.y.a.as_text", "x.y.key",
        "x.y.no.no_error", "x.y.no.as_typed", "x.y.no.plain_letters", "x.y.no.no_personal_number", "x.y.a.no_error",
    ]  # fmt: skip
    assert suite.delivery_rules[0].rule_id == "delivery.rows"


def test_own_rules_stand_with_their_column(tmp_path: Path) -> None:
    root = rule_file(
        tmp_path,
        rule("x.y.apart", "unexpected_rows_expectation", unexpected_rows_query=f"{ROWS} no = a"),
        rule("x.y.no.listed", "expect_column_values_to_be_in_set", column="no", value_set=["1"]),
        rule("delivery.rows", "expect_column_min_to_be_between", column="delivered_rows", min_value=9),
    )
    suite = load_suite(feed({"required": True}), root)
    assert [rule.rule_id for rule in suite.expectations][:6] == [
        "x.y.record.readable", "x.y.no.given", "x.y.no.listed", "x.y.a.given", "x.y.apart", "x.y.key",
    ]  # fmt: skip
    assert [rule.kwargs["min_value"] for rule in suite.delivery_rules if rule.rule_id == "delivery.rows"] == [9]


@pytest.mark.parametrize(
    "again",
    [
        rule("x.y.a.given", "expect_column_values_to_not_be_null", column="a"),
        rule("x.y.a.there", "expect_column_values_to_not_be_null", column="a"),
        rule("x.y.a.date", "expect_column_values_to_parse", column="a", kind="date", spelling="id"),
        rule("x.y.unique", "expect_column_values_to_be_unique", column="a"),
        rule("x.y.unique", "expect_compound_columns_to_be_unique", column_list=["a", "no"]),
        rule("x.y.record.readable", "unexpected_rows_expectation", unexpected_rows_query=f"{ROWS} true"),
        rule("x.y.no.plain_letters", "expect_column_values_to_match_regex", column="no", regex="x"),
    ],
    ids=lambda again: f"{again['meta']['rule_id']}-{again['type']}",
)  # fmt: skip
def test_what_a_declaration_gives_is_not_said_again(tmp_path: Path, again: dict[str, Any]) -> None:
    """Two places that say the same come to say different things."""
    with pytest.raises(ValueError, match=r"x/y\.yml: .*leave it out \(feeds/x/y\.yml .*: x\.y\."):
        load_suite(feed({"required": True}), rule_file(tmp_path, again))


@pytest.mark.parametrize("name", ["sipd.sp2d", "bps.angkatan_kerja"])
def test_the_command_prints_a_suite_that_great_expectations_loads(name: str) -> None:
    import great_expectations as gx

    import cakupan.quality.expectations  # noqa: F401 - registers an expectation

    done = CliRunner().invoke(app, ["feed", "rules", name])
    assert done.exit_code == 0, done.output
    loaded = gx.ExpectationSuite(**json.loads(done.stdout))
    expected = load_suite(next(one for one in FEEDS if one.name == name)).expectations
    assert [(e.meta["rule_id"], e.meta["says"], e.meta["says_id"]) for e in loaded.expectations] == [
        (rule.rule_id, *sentences(rule)) for rule in expected
    ]


def test_the_command_says_what_it_cannot_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = CliRunner().invoke(app, ["feed", "rules", "sipd.nothing"])
    assert unknown.exit_code == 2 and "no feed 'sipd.nothing'" in unknown.output
    monkeypatch.setattr(settings, "EXPECTATIONS", tmp_path)
    broken = CliRunner().invoke(app, ["feed", "rules", "sipd.sp2d"])
    assert broken.exit_code == 2 and "delivery.yml" in broken.output and "Traceback" not in broken.output
