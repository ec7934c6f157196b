"""Late, corrected and released deliveries."""

from __future__ import annotations

import pytest

from cakupan import quality
from cakupan.database import Role, connect
from tests.quality.deliveries import Warehouse, feed_called, figures, nights_on, rows

IURAN = feed_called("bpjstk.iuran")
JAKON = feed_called("bpjstk.jakon")


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

    def test_what_is_turned_away_stays_away_though_it_is_judged_again(self, warehouse: Warehouse) -> None:
        bad = warehouse.land(IURAN, rows(IURAN, range(10), jumlah="0") + rows(IURAN, range(10, 20)), nights_on(1))
        warehouse.validate(IURAN)
        quality.reject(warehouse.connection, bad, "Sari", "berkas lama")
        current = warehouse.current(bad)
        assert (current["delivery_status"], current["reason_code"]) == ("REJECTED", "DECLINED")
        assert "Sari: berkas lama" in current["reason_id"]
        warehouse.land(IURAN, rows(IURAN, [10, 11]), nights_on(0))
        _, outcome = warehouse.validate(IURAN)
        assert (outcome.delivery_id, outcome.status, outcome.code) == (bad, "REJECTED", "DECLINED")
        with pytest.raises(ValueError, match="not held"):
            quality.release(warehouse.connection, bad, "Sari", "lagi")

    @pytest.mark.parametrize(("by", "why"), [("", "x"), ("x", "  ")])
    def test_the_person_and_the_grounds_are_named(self, warehouse: Warehouse, by: str, why: str) -> None:
        with pytest.raises(ValueError, match="person"):
            quality.release(warehouse.connection, 1, by, why)

    def test_no_such_delivery(self, warehouse: Warehouse) -> None:
        with pytest.raises(ValueError, match="no delivery"):
            quality.release(warehouse.connection, 99, "Sari", "x")
