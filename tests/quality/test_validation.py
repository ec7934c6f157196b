"""Repeats, key conflicts, limits, late deliveries and releases: what becomes of whole deliveries."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import date, timedelta
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest

from cakupan import quality
from cakupan.database import Role, connect
from cakupan.quality.gate import GateError
from cakupan.quality.reasons import _share
from cakupan.quality.suite import load_suite
from cakupan.quality.validation import RowsMissing
from tests.quality.cells_of import good_row
from tests.quality.deliveries import NIGHT, Warehouse, feed_called

IURAN = feed_called("bpjstk.iuran")
JAKON = feed_called("bpjstk.jakon")
ROSTER = feed_called("diskumdag.pelaku_usaha")
KEY = "bpjstk.iuran.key"


def nights_on(days: int) -> date:
    return NIGHT + timedelta(days=days)


def rows(feed: Any, numbers: Any, **changes: str) -> list[dict[str, Any]]:
    suite = load_suite(feed)
    return [{**good_row(feed, suite, number, NIGHT), **changes} for number in numbers]


def figures(outcome: quality.Outcome) -> tuple[int, int, int, int]:
    return outcome.delivered_rows, outcome.accepted_rows, outcome.quarantined_rows, outcome.duplicate_rows


class TestRepeatsAndKeys:
    def test_equal_rows_count_once_whatever_their_running_number(self, warehouse: Warehouse) -> None:
        (row,) = rows(ROSTER, [1])
        sent = [row, {**row, "id": "77"}, {**row, "nik": f" '{row['nik'][:6]}.{row['nik'][6:]}"}]
        delivery = warehouse.land(ROSTER, sent)
        (outcome,) = warehouse.validate(ROSTER)
        assert figures(outcome) == (3, 1, 0, 2)
        assert [cells[0] for cells in warehouse.accepted(ROSTER, delivery)] == [row["id"]]

    def test_a_broken_row_sent_twice_is_one_quarantined_and_one_duplicate(self, warehouse: Warehouse) -> None:
        broken = rows(ROSTER, [1], nik="1")
        warehouse.land(ROSTER, rows(ROSTER, range(2, 40)) + broken + broken)
        (outcome,) = warehouse.validate(ROSTER)
        assert figures(outcome) == (40, 38, 1, 1)

    def test_rows_that_share_a_key_with_other_content_are_all_quarantined(self, warehouse: Warehouse) -> None:
        one, two, three = rows(JAKON, [1, 2, 3], no_pendaftaran="JK1")
        broken = {**three, "nilai_kontrak": "-1"}
        delivery = warehouse.land(JAKON, [one, two, one, *rows(JAKON, range(4, 60))])
        (outcome,) = warehouse.validate(JAKON)
        assert figures(outcome) == (59, 56, 2, 1)
        assert warehouse.verdicts(JAKON, delivery) == {
            ("", 2): ("quarantined", ["bpjstk.jakon.key"]),
            ("", 3): ("quarantined", ["bpjstk.jakon.key"]),
            ("", 4): ("duplicate", []),
        }
        warehouse.land(JAKON, [one, broken, *rows(JAKON, range(4, 60))], nights_on(1))
        (outcome,) = warehouse.validate(JAKON)
        assert figures(outcome) == (58, 57, 1, 0), "a row that breaks a rule takes no key"

    def test_an_increment_is_held_against_what_was_accepted_before(self, warehouse: Warehouse) -> None:
        first = rows(IURAN, range(1, 50)) + rows(IURAN, [50], jumlah="0")
        warehouse.land(IURAN, first)
        again = {**first[0], "kpj": f" '{first[0]['kpj']} "}
        conflict = {**first[1], "jumlah": "77"}
        once_broken = rows(IURAN, [50])
        late = warehouse.land(IURAN, [again, conflict, *once_broken, *rows(IURAN, range(60, 90))], nights_on(1))
        _, outcome = warehouse.validate(IURAN)
        assert figures(outcome) == (33, 31, 1, 1)
        assert warehouse.verdicts(IURAN, late) == {("", 2): ("duplicate", []), ("", 3): ("quarantined", [KEY])}

    def test_rows_normalised_earlier_are_known_by_their_normal_form(self, warehouse: Warehouse) -> None:
        (row,) = rows(IURAN, [1])
        warehouse.land(IURAN, [{**row, "no_transaksi": f"{row['no_transaksi']}\u00a0"}])
        warehouse.land(IURAN, [row], nights_on(1))
        _, outcome = warehouse.validate(IURAN)
        assert figures(outcome) == (1, 0, 0, 1)

    def test_only_deliveries_in_force_count(self, warehouse: Warehouse) -> None:
        warehouse.land(IURAN, rows(IURAN, [1]))
        warehouse.land(IURAN, rows(IURAN, [2]))
        warehouse.land(IURAN, rows(IURAN, [1, 2]), nights_on(1))
        *_, outcome = warehouse.validate(IURAN)
        assert figures(outcome) == (2, 1, 0, 1), "row 1 was in a file that another one of its date replaced"

    def test_unreadable_records_are_never_taken_for_one_another(self, warehouse: Warehouse) -> None:
        empty = dict.fromkeys(column.name for column in JAKON.columns)
        torn = [{**empty, "defect": "ragged", "raw_record": text} for text in ("a|b", "a|c", "a|b", None, None)]
        delivery = warehouse.land(JAKON, [*torn, *rows(JAKON, range(1, 60))])
        (outcome,) = warehouse.validate(JAKON)
        assert figures(outcome) == (64, 59, 4, 1)
        readable = "bpjstk.jakon.record.readable"
        assert warehouse.verdicts(JAKON, delivery)["", 2] == ("quarantined", [readable])

    def test_a_nik_as_text_counts_before_the_same_one_as_a_number(self, warehouse: Warehouse) -> None:
        (row,) = rows(ROSTER, [1])
        delivery = warehouse.land(ROSTER, [{**row, "number_cells": ["nik"]}, row])
        (outcome,) = warehouse.validate(ROSTER)
        assert figures(outcome) == (2, 1, 0, 1)
        assert warehouse.verdicts(ROSTER, delivery) == {("", 2): ("duplicate", [])}


class TestLimits:
    @pytest.mark.parametrize(("kept", "status"), [(70, "ACCEPTED"), (69, "HELD"), (140, "ACCEPTED")])
    def test_rows_lost(self, warehouse: Warehouse, kept: int, status: str) -> None:
        warehouse.land(JAKON, rows(JAKON, range(100)))
        delivery = warehouse.land(JAKON, rows(JAKON, range(kept)), nights_on(1))
        _, outcome = warehouse.validate(JAKON)
        assert (outcome.status, outcome.code) == (status, "ROW_LOSS" if status == "HELD" else None)
        if status == "HELD":
            reason = warehouse.current(delivery)["reason_en"]
            assert all(
                part in reason for part in ("jakon_20250910.csv.gz", "69 rows", "31 %", "100 rows", "2025-09-09")
            )

    @pytest.mark.parametrize(("bad", "status"), [(10, "ACCEPTED"), (11, "HELD")])
    def test_share_quarantined(self, warehouse: Warehouse, bad: int, status: str) -> None:
        delivery = warehouse.land(JAKON, rows(JAKON, range(bad), tgl_daftar="x") + rows(JAKON, range(bad, 100)))
        (outcome,) = warehouse.validate(JAKON)
        assert (outcome.status, outcome.code) == (status, "QUARANTINE_SHARE" if status == "HELD" else None)
        assert figures(outcome) == (100, 100 - bad, bad, 0)
        if status == "HELD":
            current = warehouse.current(delivery)
            assert "bpjstk.jakon.tgl_daftar.date" in current["reason_id"]
            assert "11 dari 100 baris (11 %)" in current["reason_id"]
            assert f"release delivery {delivery}" in current["reason_en"]

    @pytest.mark.parametrize(
        ("share", "limit", "text"),
        [(0.4259259, 0.3, "42.59 %"), (0.3, 0.3, "30 %"), (0.30001, 0.3, "30.001 %"), (0.3000004, 0.3, "30.00004 %")],
    )
    def test_a_share_is_told_from_its_limit(self, share: float, limit: float, text: str) -> None:
        assert _share(share, limit) == text

    def test_an_increment_may_be_smaller(self, warehouse: Warehouse) -> None:
        warehouse.land(IURAN, rows(IURAN, range(100)))
        warehouse.land(IURAN, rows(IURAN, [100]), nights_on(1))
        warehouse.land(IURAN, [], nights_on(2))
        assert [outcome.status for outcome in warehouse.validate(IURAN)] == ["ACCEPTED"] * 3

    def test_a_held_delivery_is_not_what_the_next_is_measured_by(self, warehouse: Warehouse) -> None:
        for day, count in enumerate((100, 60, 65, 71)):
            warehouse.land(JAKON, rows(JAKON, range(count)), nights_on(day))
        assert [outcome.status for outcome in warehouse.validate(JAKON)] == ["ACCEPTED", "HELD", "HELD", "ACCEPTED"]

    def test_no_rows_where_rows_are_due(self, warehouse: Warehouse) -> None:
        warehouse.land(JAKON, [])
        (outcome,) = warehouse.validate(JAKON)
        assert (outcome.status, outcome.code, figures(outcome)) == ("REJECTED", "NO_ROWS", (0, 0, 0, 0))

    def test_new_columns_are_reported(self, warehouse: Warehouse) -> None:
        warehouse.land(JAKON, rows(JAKON, range(3)), extra_columns=["x_catatan"])
        (outcome,) = warehouse.validate(JAKON)
        assert outcome.status == "ACCEPTED"
        result = warehouse.connection.execute(
            "select success, severity, observed from quality.rule_result where rule_id = 'delivery.known_columns'"
        ).fetchone()
        assert result == (False, "info", "1")

    def test_a_refused_delivery_is_rejected_in_its_own_words(self, warehouse: Warehouse) -> None:
        refusal = {"refusal_code": "UNREADABLE", "refusal_id": "Berkas terpotong.", "refusal_en": "Cut short."}
        delivery = warehouse.land(JAKON, [], **refusal)
        (outcome,) = warehouse.validate(JAKON)
        assert (outcome.status, outcome.code) == ("REJECTED", "UNREADABLE")
        assert warehouse.current(delivery)["reason_id"] == "Berkas terpotong."
        assert warehouse.validate(JAKON) == []

    def test_rows_gone_from_landing_are_noticed(self, warehouse: Warehouse) -> None:
        warehouse.land(JAKON, rows(JAKON, range(3)), landed_rows=4)
        with pytest.raises(RowsMissing, match="landed 4 rows"):
            warehouse.validate(JAKON)
        assert warehouse.connection.execute("select count(*) from ledger.validation").fetchone() == (0,)


class TestOrder:
    """Whatever the order of arrival, the final state is that of arrival in order."""

    def test_late_and_corrected_increments(self, warehouse: Warehouse) -> None:
        files = {0: [1, 2, 3], 1: [3, 4], 2: [1, 4, 5], 3: [2, 6]}
        deliveries = {}
        for day in (2, 0, 3, 1):
            deliveries[day] = warehouse.land(IURAN, rows(IURAN, files[day]), nights_on(day))
            warehouse.validate(IURAN)
        expected = {0: (3, 0), 1: (1, 1), 2: (1, 2), 3: (1, 1)}
        assert self.accepted_and_duplicates(warehouse, deliveries) == expected
        corrected = warehouse.land(IURAN, rows(IURAN, [2, 3]), nights_on(0))
        outcomes = warehouse.validate(IURAN)
        assert [outcome.business_date for outcome in outcomes] == [nights_on(day) for day in range(4)]
        assert self.accepted_and_duplicates(warehouse, {**deliveries, 0: corrected}) == {
            0: (2, 0),
            1: (1, 1),
            2: (2, 1),
            3: (1, 1),
        }
        assert warehouse.validate(IURAN) == []

    def test_a_late_snapshot_is_what_the_next_is_measured_by(self, warehouse: Warehouse) -> None:
        warehouse.land(JAKON, rows(JAKON, range(60)), nights_on(1))
        small = warehouse.land(JAKON, rows(JAKON, range(50)), nights_on(2))
        assert [outcome.status for outcome in warehouse.validate(JAKON)] == ["ACCEPTED", "ACCEPTED"]
        warehouse.land(JAKON, rows(JAKON, range(100)), nights_on(0))
        outcomes = warehouse.validate(JAKON)
        assert [(o.business_date, o.status) for o in outcomes] == [
            (nights_on(0), "ACCEPTED"),
            (nights_on(1), "HELD"),
            (nights_on(2), "HELD"),
        ]
        assert "100 rows" in warehouse.current(small)["reason_en"]
        assert warehouse.validate(JAKON) == []

    def test_snapshots_judged_the_same_are_left_alone(self, warehouse: Warehouse) -> None:
        warehouse.land(JAKON, rows(JAKON, range(60)), nights_on(1))
        warehouse.validate(JAKON)
        warehouse.land(JAKON, rows(JAKON, range(61)), nights_on(0))
        assert len(warehouse.validate(JAKON)) == 1

    def test_a_delivery_landed_anew_is_validated_anew(self, warehouse: Warehouse) -> None:
        delivery = warehouse.land(JAKON, rows(JAKON, range(3)))
        warehouse.validate(JAKON)
        with connect(Role.ADMIN, warehouse.connection.info.dbname) as admin:
            admin.execute("update ledger.landing set landed_at = clock_timestamp()")
        assert [outcome.delivery_id for outcome in warehouse.validate(JAKON)] == [delivery]
        assert warehouse.validate(JAKON) == []

    def test_a_clock_set_back_ends_in_no_loop(self, warehouse: Warehouse) -> None:
        warehouse.land(IURAN, rows(IURAN, range(3)), landed_at="2999-01-01")
        warehouse.land(IURAN, rows(IURAN, range(2, 5)), nights_on(1), landed_at="2999-01-01")
        assert [figures(outcome) for outcome in warehouse.validate(IURAN)] == [(3, 3, 0, 0), (3, 2, 0, 1)]

    @staticmethod
    def accepted_and_duplicates(warehouse: Warehouse, deliveries: dict[int, int]) -> dict[int, tuple[int, int]]:
        current = {day: warehouse.current(delivery) for day, delivery in sorted(deliveries.items())}
        return {day: (row["accepted_rows"], row["duplicate_rows"]) for day, row in current.items()}


class TestRelease:
    def test_a_person_lets_a_held_delivery_in(self, warehouse: Warehouse) -> None:
        warehouse.land(JAKON, rows(JAKON, range(100)))
        small = warehouse.land(JAKON, rows(JAKON, [0], npwp="'1 ") + rows(JAKON, range(1, 50)), nights_on(1))
        next_one = warehouse.land(JAKON, rows(JAKON, range(40)), nights_on(2))
        warehouse.validate(JAKON)
        assert warehouse.accepted(JAKON, small) == []
        quality.release(warehouse.connection, small, "Sari", "proyek tahun lalu selesai")
        current = warehouse.current(small)
        assert (current["delivery_status"], current["reason_code"]) == ("ACCEPTED", "RELEASED")
        assert "Sari" in current["reason_id"] and "ROW_LOSS" in current["reason_en"]
        assert warehouse.accepted(JAKON, small)[0][2] == "1", "the quarantine rows came along"
        assert len(warehouse.accepted(JAKON, small)) == 50
        assert [o.delivery_id for o in warehouse.validate(JAKON)] == [next_one], "now measured by the released one"
        assert warehouse.current(next_one)["delivery_status"] == "ACCEPTED"
        with pytest.raises(ValueError, match="not held"):
            quality.release(warehouse.connection, small, "Sari", "lagi")

    def test_what_is_released_stays_released(self, warehouse: Warehouse) -> None:
        bad = warehouse.land(IURAN, rows(IURAN, range(10), jumlah="0") + rows(IURAN, range(10, 20)), nights_on(1))
        warehouse.validate(IURAN)
        quality.release(warehouse.connection, bad, "Sari", "sudah diperiksa")
        warehouse.land(IURAN, rows(IURAN, [10, 11]), nights_on(0))
        _, outcome = warehouse.validate(IURAN)
        assert (outcome.status, outcome.code, figures(outcome)) == ("ACCEPTED", "RELEASED", (20, 8, 10, 2))

    @pytest.mark.parametrize(("by", "why"), [("", "x"), ("x", "  ")])
    def test_the_person_and_the_grounds_are_named(self, warehouse: Warehouse, by: str, why: str) -> None:
        with pytest.raises(ValueError, match="person"):
            quality.release(warehouse.connection, 1, by, why)

    def test_no_such_delivery(self, warehouse: Warehouse) -> None:
        with pytest.raises(ValueError, match="no delivery"):
            quality.release(warehouse.connection, 99, "Sari", "x")


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


class TestGateThatFails:
    """What Great Expectations cannot judge is not let in."""

    def test_a_rule_left_out(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refuses(warehouse, monkeypatch, "_validate", lambda *_: {"delivery.rows": True})

    def test_an_error_of_the_library(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        result = Mock()
        result.expectation_config.meta = {"rule_id": "delivery.rows"}
        result.exception_info = {"raised_exception": True, "exception_message": "metric"}
        library, batches = Mock(), Mock()
        batches.get_batch().validate().results = [result]
        self.refuses(warehouse, monkeypatch, "_great_expectations", lambda: (library, batches))

    def test_a_rule_on_a_figure_there_is_not(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refuses(warehouse, monkeypatch, "Figures.row", lambda _: {})

    @staticmethod
    def refuses(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, name: str, instead: Any) -> None:
        warehouse.land(JAKON, rows(JAKON, [1]))
        monkeypatch.setattr(f"cakupan.quality.gate.{name}", instead)
        with pytest.raises(GateError):
            warehouse.validate(JAKON)
        assert warehouse.connection.execute("select count(*) from ledger.validation").fetchone() == (0,)


def test_the_library_is_not_imported_with_the_module() -> None:
    code = "import sys, cakupan.quality; print('great_expectations' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_isolation_of_one_feed_from_another(warehouse: Warehouse) -> None:
    """While one feed is being validated, another can be."""
    warehouse.land(JAKON, rows(JAKON, [1]))
    with psycopg.connect(warehouse.connection.info.dsn, password=warehouse.connection.info.password) as other:
        other.execute("select pg_advisory_xact_lock(hashtext('cakupan.quality'), hashtext('bpjstk.iuran'))")
        assert len(warehouse.validate(JAKON)) == 1
