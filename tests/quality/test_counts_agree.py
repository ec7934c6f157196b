"""The pass and Great Expectations count apart; where they differ, the delivery is held with both numbers."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from psycopg import sql

from cakupan import quality, settings
from cakupan.quality import compiler, gx_rows
from cakupan.quality.rule import Rule
from tests.quality.deliveries import Warehouse, feed_called, figures, nights_on, rows

IURAN = feed_called("bpjstk.iuran")
JAKON = feed_called("bpjstk.jakon")
ROSTER = feed_called("perkim.tenaga_lapangan")
PROGRAM = "bpjstk.iuran.program.listed"


def counts(warehouse: Warehouse, delivery_id: int) -> dict[str, tuple[int, int, int, bool]]:
    """Of each rule on rows that a row breaks by either count: failed rows, both counts, and whether it holds."""
    found = warehouse.connection.execute(
        "select rule_id, failed_rows, unexpected_rows, recounted_rows, success from quality.rule_result"
        " join ledger.current_validation using (validation_id) where delivery_id = %s"
        " and unexpected_rows + recounted_rows > 0",
        (delivery_id,),
    )
    return {rule_id: (failed, ours, theirs, holds) for rule_id, failed, ours, theirs, holds in found}


def verdicts(warehouse: Warehouse, delivery_id: int) -> list[tuple[str, bool]]:
    return warehouse.connection.execute(
        "select rule_id, success from quality.rule_result join ledger.current_validation using (validation_id)"
        " where delivery_id = %s",
        (delivery_id,),
    ).fetchall()


def blind_to(monkeypatch: pytest.MonkeyPatch, rule_id: str) -> None:
    """Let the careful look of the pass miss whatever breaks the rule."""
    careful = compiler.careful

    def blind(rule: Rule) -> sql.Composable:
        return sql.SQL("false") if rule.rule_id == rule_id else careful(rule)

    monkeypatch.setattr(compiler, "careful", blind)


def test_a_pass_that_misses_what_breaks_a_rule_is_found_out(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind_to(monkeypatch, PROGRAM)
    bad = [{**row, "program": "JPK"} for row in rows(IURAN, range(3))]
    delivery = warehouse.land(IURAN, [*bad, *rows(IURAN, range(10, 60))])
    (outcome,) = warehouse.validate(IURAN)
    assert (outcome.status, outcome.code) == ("HELD", "CHECKS_DISAGREE")
    assert counts(warehouse, delivery) == {PROGRAM: (0, 0, 3, False)}
    said = warehouse.current(delivery)
    assert (
        f"{PROGRAM} (PROGRAM is one of: JKK, JKM, JHT, JP, JKP): 0 rows break it by our own pass, 3 by"
        in said["reason_en"]
    )
    assert "0 baris melanggarnya menurut pemeriksaan kami, 3 menurut Great Expectations" in said["reason_id"]
    for reason in (said["reason_en"], said["reason_id"]):
        assert "cakupan feed rules bpjstk.iuran" in reason and f"cakupan release {delivery} --by" in reason
        assert IURAN.owner not in reason, "nobody knows yet that the file is wrong"
    quality.release(warehouse.connection, delivery, "Sari", "the rows were looked at")
    assert warehouse.current(delivery)["delivery_status"] == "ACCEPTED"
    assert counts(warehouse, delivery) == {PROGRAM: (0, 0, 3, False)}, "both numbers are kept"


def test_a_first_look_that_lets_in_too_much_is_found_out(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a delivery too large to be looked at whole: every n-th of the rows it took for clean is looked at."""
    monkeypatch.setattr(gx_rows, "AT_MOST", 20)
    monkeypatch.setattr(compiler.strict, "one_of", lambda *_: sql.SQL("true"))
    delivery = warehouse.land(IURAN, [{**row, "program": "JPK"} for row in rows(IURAN, range(60))])
    (outcome,) = warehouse.validate(IURAN)
    assert (outcome.status, outcome.code) == ("HELD", "CHECKS_DISAGREE")
    assert counts(warehouse, delivery)[PROGRAM] == (0, 0, 20, False)


def test_a_pass_that_misses_a_shared_key_is_found_out(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cakupan.quality.row_pass.RowPass._mark_conflicts", lambda _: None)
    twins = [{**row, "npwp": str(n)} for n, row in enumerate([rows(JAKON, [1])[0]] * 3)]
    delivery = warehouse.land(JAKON, [*twins, *rows(JAKON, range(10, 60))])
    assert [(o.status, o.code) for o in warehouse.validate(JAKON)] == [("HELD", "CHECKS_DISAGREE")]
    assert counts(warehouse, delivery) == {"bpjstk.jakon.key": (0, 0, 3, False)}


def test_a_pass_that_counts_too_much_is_found_out_beside_another_fault(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the office is asked as well, and the numbers are told all the same."""
    careful = compiler.careful
    monkeypatch.setattr(compiler, "careful", lambda rule: sql.SQL("true") if rule.rule_id == PROGRAM else careful(rule))
    delivery = warehouse.land(IURAN, rows(IURAN, range(20), program=" JKK"))
    (outcome,) = warehouse.validate(IURAN)
    assert outcome.status == "HELD"
    assert counts(warehouse, delivery) == {PROGRAM: (20, 20, 0, True)}
    reason = warehouse.current(delivery)["reason_en"]
    assert re.search("20 rows break it by our own pass, 0 by Great Expectations", reason) and IURAN.owner in reason


@pytest.mark.parametrize("at_most", [1, 3, 50_000])
def test_keys_of_earlier_deliveries_are_counted_alike(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, at_most: int
) -> None:
    """Whether the delivery is looked at whole or not: news, repeats, and rows that share a key with earlier ones."""
    monkeypatch.setattr(gx_rows, "AT_MOST", at_most)
    warehouse.land(IURAN, rows(IURAN, range(20)))
    others = [{**row, "jumlah": "77"} for row in rows(IURAN, range(3))]
    again = [{name: f" {cell}" for name, cell in row.items()} for row in rows(IURAN, range(5, 8))]
    twins = [{**row, "jumlah": jumlah} for row in rows(IURAN, [100]) for jumlah in ("1", "2", "2")]
    later = warehouse.land(IURAN, [*others, *again, *twins, *rows(IURAN, range(200, 260))], nights_on(1))
    outcomes = warehouse.validate(IURAN)
    assert [(o.status, figures(o)) for o in outcomes] == [
        ("ACCEPTED", (20, 20, 0, 0)),
        ("ACCEPTED", (69, 60, 5, 4)),
    ]
    assert counts(warehouse, later) == {"bpjstk.iuran.key": (5, 5, 5, False)}


class TestWhereTheVerdictsMayDiffer:
    def test_a_rule_that_only_repeated_rows_break_holds(self, warehouse: Warehouse) -> None:
        """A NIK typed as a number, in a row that is there with the NIK as text: one count for both, and no fault."""
        good = rows(ROSTER, range(20))
        typed = {**good[0], "number_cells": ["nik"]}
        delivery = warehouse.land(ROSTER, [*good, typed])
        (outcome,) = warehouse.validate(ROSTER)
        assert (outcome.status, figures(outcome)) == ("ACCEPTED", (21, 20, 0, 1))
        assert counts(warehouse, delivery) == {"perkim.tenaga_lapangan.nik.as_text": (0, 1, 1, True)}

    def test_a_required_column_without_any_cell_is_no_column_without_fault(self, warehouse: Warehouse) -> None:
        """For the library, what is asked of filled cells holds where there are none; that they are filled does not."""
        delivery = warehouse.land(IURAN, [{**row, "program": None} for row in rows(IURAN, range(20))])
        assert warehouse.validate(IURAN)[0].status == "HELD"
        assert counts(warehouse, delivery) == {"bpjstk.iuran.program.given": (20, 20, 20, False)}

    def test_no_rows_are_no_fault(self, warehouse: Warehouse) -> None:
        """The library sums up NULL over no rows, and calls a maximum that is NULL a failure."""
        delivery = warehouse.land(IURAN, [])
        assert warehouse.validate(IURAN)[0].status == "ACCEPTED"
        assert counts(warehouse, delivery) == {}
        assert all(holds for _, holds in verdicts(warehouse, delivery))

    def test_numbers_in_a_closed_list_are_the_text_that_cells_are(self) -> None:
        """The library by itself compares a number with text, which PostgreSQL refuses."""
        meta = {"rule_id": "x.y.z", "says": "s", "says_id": "s"}
        kwargs = {"column": "z", "value_set": [2025, 2026, "lain"]}
        rule = Rule(type="expect_column_values_to_be_in_set", kwargs=kwargs, severity="warning", meta=meta)
        assert rule.kwargs["value_set"] == ["2025", "2026", "lain"]

    def test_signs_that_the_library_gives_a_meaning_are_the_rules_own(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Colons and percent signs in the SQL of a rule."""
        rules = tmp_path / "expectations"
        shutil.copytree(settings.EXPECTATIONS, rules)
        condition = "npwp::text like '0%' and npwp ~ '^[[:digit:]]+$'"
        (rules / "bpjstk" / "jakon.yml").write_text(
            "name: bpjstk.jakon\nexpectations:\n  - {type: unexpected_rows_expectation, severity: warning, kwargs:"
            f' {{unexpected_rows_query: "select * from {{batch}} where {condition}"}},'
            " meta: {rule_id: bpjstk.jakon.npwp.nought, says: s, says_id: s}}\n"
        )
        monkeypatch.setattr(settings, "EXPECTATIONS", rules)
        delivery = warehouse.land(JAKON, [*rows(JAKON, [1, 2], npwp="012"), *rows(JAKON, range(10, 60), npwp="12")])
        assert figures(warehouse.validate(JAKON)[0]) == (52, 50, 2, 0)
        assert counts(warehouse, delivery) == {"bpjstk.jakon.npwp.nought": (2, 2, 2, False)}
