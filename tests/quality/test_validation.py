"""Validation killed, run twice, with rules that cannot be judged; and what it says of anybody's cells."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
from psycopg import sql

from cakupan import quality
from cakupan.database import Role, connect
from cakupan.quality.gx_context import NotJudged
from cakupan.quality.gx_rows import gather_gx_rows
from tests.quality.deliveries import Warehouse, feed_called, figures, nights_on, rows

IURAN = feed_called("bpjstk.iuran")
JAKON = feed_called("bpjstk.jakon")
ROSTER = feed_called("diskumdag.pelaku_usaha")


class TestKilledAndTwice:
    def test_again_changes_nothing(self, warehouse: Warehouse) -> None:
        warehouse.land(JAKON, rows(JAKON, range(5)))
        assert len(warehouse.validate(JAKON)) == 1
        assert warehouse.validate(JAKON) == []

    def test_killed_before_the_end_leaves_nothing(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        warehouse.land(JAKON, rows(JAKON, range(5), npwp=" 1"))
        with monkeypatch.context() as patch:
            patch.setattr("cakupan.quality.validation._record_results", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                warehouse.validate(JAKON)
        (outcome,) = warehouse.validate(JAKON)
        (stored,) = warehouse.connection.execute("select count(*) from quarantine.bpjstk_jakon").fetchone() or (0,)
        assert (stored, figures(outcome)) == (5, (5, 5, 0, 0))

    def test_two_at_once_do_the_work_once(self, warehouse: Warehouse) -> None:
        for day in range(4):
            warehouse.land(IURAN, rows(IURAN, range(day * 10, day * 10 + 20)), nights_on(day))
        found: list[quality.Outcome] = []

        def work() -> None:
            with connect(Role.LOADER) as connection:
                found.extend(quality.validate_feed(connection, IURAN))

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcome.delivery_id for outcome in found) == [1, 2, 3, 4]
        count = warehouse.connection.execute("select count(*) from ledger.validation").fetchone()
        assert count == (4,)

    def test_a_column_declared_later_widens_the_quarantine(self, warehouse: Warehouse) -> None:
        narrow = JAKON.model_copy(update={"columns": JAKON.columns[:-1]})
        quality.ensure_quarantine_table(warehouse.connection, narrow)
        quality.ensure_quarantine_table(warehouse.connection, JAKON)
        quality.ensure_quarantine_table(warehouse.connection, JAKON)
        warehouse.land(JAKON, rows(JAKON, range(2), iuran_dibayar=" 5 "))
        assert figures(warehouse.validate(JAKON)[0]) == (2, 2, 0, 0)


def test_no_cell_reaches_a_reason_or_a_result(warehouse: Warehouse) -> None:
    secret = "3579999999999999"
    planted = dict.fromkeys((column.name for column in ROSTER.columns), secret)
    warehouse.land(ROSTER, [{**planted, "nama_usaha": f"{secret}{n}", "raw_record": secret} for n in range(20)])
    (outcome,) = warehouse.validate(ROSTER)
    assert outcome.status == "HELD"
    texts = warehouse.connection.execute(
        "select v::text from ledger.validation as v union all select r::text from quality.rule_result as r"
    ).fetchall()
    assert texts and not any(secret in text for (text,) in texts)
    assert secret not in repr(outcome)


def test_a_file_name_of_another_form_is_not_repeated(warehouse: Warehouse) -> None:
    delivery = warehouse.land(JAKON, rows(JAKON, [1], tgl_daftar="x"))
    with connect(Role.ADMIN, warehouse.connection.info.dbname) as admin:
        admin.execute("update ledger.delivery set original_name = %s", ("3579010101900001\n<b>.csv",))
    warehouse.validate(JAKON)
    reason = warehouse.current(delivery)["reason_en"]
    assert "357901" not in reason and "sha256" in reason


class TestRulesThatCannotBeJudged:
    """What Great Expectations cannot judge is not let in."""

    def test_a_rule_on_deliveries_left_out(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refuses(warehouse, monkeypatch, "judgement._validate", lambda *_: {"delivery.rows": True}, "no judgement")

    def test_a_rule_on_rows_left_out(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refuses(warehouse, monkeypatch, "gx_counts._suites", lambda *_: {}, "no judgement on .*jakon.key")

    @pytest.mark.parametrize("nested", [False, True])
    def test_an_error_of_the_library(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, nested: bool) -> None:
        told = {"raised_exception": True, "exception_message": "no such metric"}
        result = Mock(exception_info={"('max', 'a')": told} if nested else told)
        result.expectation_config.meta = {"rule_id": "delivery.rows"}
        batches = Mock()
        batches().get_batch().validate().results = [result]
        self.refuses(warehouse, monkeypatch, "judgement.delivery_batch", batches, "delivery.rows: no such metric")

    def test_an_error_of_the_database(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nor is anything kept of a delivery of which the library's own query fails."""

        def lose_a_column(connection: psycopg.Connection[Any], *delivery: Any) -> None:
            gather_gx_rows(connection, *delivery)
            connection.execute("alter table pg_temp.gx_rows drop column nilai_kontrak")

        self.refuses(warehouse, monkeypatch, "validation.gather_gx_rows", lose_a_column, "nilai_kontrak")

    @staticmethod
    def refuses(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, name: str, instead: Any, says: str) -> None:
        warehouse.land(JAKON, rows(JAKON, [1]))
        monkeypatch.setattr(f"cakupan.quality.{name}", instead)
        with pytest.raises(NotJudged, match=says):
            warehouse.validate(JAKON)
        assert warehouse.connection.execute("select count(*) from ledger.validation").fetchone() == (0,)


def test_the_planner_knows_how_many_rows_were_delivered(warehouse: Warehouse) -> None:
    """Also with statistics from before the delivery, by which it is one row, to be compared with each other."""
    landed = sql.Identifier("landing", JAKON.table)
    warehouse.land(JAKON, rows(JAKON, range(300)))
    warehouse.connection.execute(sql.SQL("analyze {}").format(landed))
    later = warehouse.land(JAKON, rows(JAKON, range(300)), nights_on(1))
    warehouse.validate(JAKON)
    query = sql.SQL("explain (format json) select from {} where delivery_id = {}").format(landed, later)
    (((plan,),),) = warehouse.connection.execute(query).fetchall()
    assert plan["Plan"]["Plan Rows"] > 100


def test_the_library_is_not_imported_with_the_module() -> None:
    code = "import sys, cakupan.quality; print('great_expectations' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_isolation_of_one_feed_from_another(warehouse: Warehouse) -> None:
    """While one feed is being validated, another can be."""
    warehouse.land(JAKON, rows(JAKON, [1]))
    with psycopg.connect(warehouse.connection.info.dsn, password=warehouse.connection.info.password) as other:
        other.execute("select pg_advisory_xact_lock(hashtext('cakupan.quality'), hashtext('bpjstk.iuran'))")
        assert len(warehouse.validate(JAKON)) == 1
