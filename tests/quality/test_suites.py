"""The suites: Great Expectations loads them, and the rule files hold what took thought and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml

from cakupan import settings
from cakupan.feeds import Feed
from cakupan.quality.derived import kind_of
from cakupan.quality.rule import IN_SET, NOT_NULL, PARSE, REGEX
from cakupan.quality.suite import load_suite, read_suite
from tests.quality.deliveries import FEEDS, Warehouse, feed_called, rows

every_feed = pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)


@every_feed
def test_great_expectations_loads_the_suite(feed: Feed) -> None:
    import great_expectations as gx

    import cakupan.quality.expectations  # noqa: F401 - registers an expectation

    suite = load_suite(feed)
    loaded = gx.ExpectationSuite(**suite.for_great_expectations())
    assert [(e.meta["rule_id"], e.meta["says_id"]) for e in loaded.expectations] == [
        (rule.rule_id, rule.meta.says_id) for rule in suite.expectations
    ]


def test_great_expectations_loads_the_rule_files_as_they_are() -> None:
    import great_expectations as gx

    paths = list(settings.EXPECTATIONS.glob("*/*.yml"))
    assert paths
    for path in paths:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert len(gx.ExpectationSuite(**declared).expectations) == len(declared["expectations"]) > 0


def test_great_expectations_loads_the_rules_on_deliveries() -> None:
    import great_expectations as gx

    declared = yaml.safe_load((settings.EXPECTATIONS / "delivery.yml").read_text(encoding="utf-8"))
    assert len(gx.ExpectationSuite(**declared).expectations) == len(declared["expectations"])


def test_every_rule_file_has_a_feed() -> None:
    held = {str(path.relative_to(settings.EXPECTATIONS)) for path in settings.EXPECTATIONS.rglob("*") if path.is_file()}
    assert held <= {f"{feed.agency}/{feed.feed}.yml" for feed in FEEDS} | {"delivery.yml"}


def test_a_rule_has_one_id_and_an_id_one_rule() -> None:
    ids = Counter(rule.rule_id for feed in FEEDS for rule in load_suite(feed).expectations if not rule.on_delivery)
    assert ids and max(ids.values()) == 1


def test_closed_lists_and_formats_are_those_of_the_interface() -> None:
    """Written down a second time: every other test takes its values from the suites themselves."""
    payers = {"PEMBERI_KERJA", "MANDIRI", "DBHCHT", "APBD", "APBDES", "CSR"}
    declared = {
        rule.rule_id.removesuffix(".listed"): set(rule.kwargs["value_set"])
        for feed in FEEDS
        for rule in load_suite(feed).row_rules
        if rule.type == IN_SET and rule.severity != "info"
    }
    assert declared == {
        "bpjstk.kepesertaan.jenis_kelamin": {"L", "P"},
        "bpjstk.kepesertaan.segmen": {"PU", "BPU", "JAKON", "PMI"},
        "bpjstk.kepesertaan.kode_sektor": set("ABCDEFGHIJKLMNOPQRSTU"),
        "bpjstk.kepesertaan.sumber_iuran": payers,
        "bpjstk.kepesertaan.status": {"AKTIF", "NONAKTIF", "MENINGGAL"},
        "bpjstk.iuran.program": {"JKK", "JKM", "JHT", "JP", "JKP"},
        "bpjstk.iuran.sumber_dana": payers,
        "sipd.anggaran.jenis": {"MURNI", "PERGESERAN", "PERUBAHAN"},
        "hukum.regulasi.status": {"Berlaku", "Tidak Berlaku"},
    }
    region = {f"{feed.name}.kode_wilayah" for feed in FEEDS if any(c.name == "kode_wilayah" for c in feed.columns)}
    formatted = {
        rule.rule_id.removesuffix(".format")
        for feed in FEEDS
        for rule in load_suite(feed).row_rules
        if rule.type == REGEX and rule.severity != "info" and not kind_of(rule)
    }
    others = {"bpjstk.kepesertaan.program", "bpjstk.iuran.kode_billing", "diskumdag.pelaku_usaha.nib"}
    assert formatted == region | others


@every_feed
def test_rule_ids_and_sentences_read_well(feed: Feed) -> None:
    for rule in load_suite(feed).expectations:
        assert rule.rule_id.startswith(("delivery.", f"{feed.name}."))
        assert rule.meta.says and rule.meta.says_id and rule.meta.says != rule.meta.says_id
        if rule.type in (IN_SET, PARSE, REGEX, NOT_NULL):
            header = feed.column(rule.kwargs["column"]).header
            assert header in rule.meta.says and header in rule.meta.says_id


@every_feed
def test_only_rules_on_deliveries_hold_one(feed: Feed) -> None:
    for rule in load_suite(feed).expectations:
        assert (rule.severity == "critical") <= rule.on_delivery
        told = rule.severity == "critical" or rule.meta.code == "BILLING_CODE_MALFORMED"
        assert (rule.meta.code is not None) == told


@every_feed
def test_limits_on_deliveries(feed: Feed) -> None:
    limits = {rule.rule_id: rule.kwargs for rule in load_suite(feed).delivery_rules}
    assert limits["delivery.rows"]["min_value"] == (0 if feed.may_be_empty else 1)
    assert limits["delivery.quarantined_share"]["max_value"] == 0.1
    assert ("delivery.row_loss" in limits) == (feed.cadence != "increment")


def test_a_suite_that_is_wrong_is_refused(tmp_path) -> None:
    path = tmp_path / "x.yml"
    meta = "meta: {rule_id: a.b, says: x, says_id: y}"
    rule = f"{{type: expect_column_values_to_not_be_null, kwargs: {{column: a}}, severity: warning, {meta}}}"
    for broken in (
        rule.replace("severity: warning", "severity: grave"),
        rule.replace("not_be_null", "be_nice"),
        rule.replace("column: a", "column: a, mostly: 0.9"),
        rule.replace("says_id: y", "says_ms: y"),
        f"{rule}\n  - {rule}",
    ):
        path.write_text(f"name: x.y\nexpectations:\n  - {broken}\n")
        with pytest.raises(ValueError, match=r"x\.yml"):
            read_suite(path)
    path.write_text(f"name: x.y\nexpectations:\n  - {rule}\n")
    assert len(read_suite(path).expectations) == 1


@pytest.mark.parametrize(
    ("cell", "known"),
    [("JKK", True), ("JKK,JKM", True), ("JKK , JKM,\tJHT,\u00a0JP", True), ("JKK JKM", False), ("JKK, ", False)],
)
def test_blanks_around_the_commas_of_a_list_do_not_matter(warehouse: Warehouse, cell: str, known: bool) -> None:
    members = feed_called("bpjstk.kepesertaan")
    warehouse.land(members, [{**rows(members, [7])[0], "program": cell}, *rows(members, range(10, 40))])
    (outcome,) = warehouse.validate(members)
    assert outcome.quarantined_rows == (not known)
