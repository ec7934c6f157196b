"""Limits on whole deliveries: what is held, rejected or only reported."""

from __future__ import annotations

import pytest

from cakupan.quality.reasons import _share
from cakupan.quality.validation import RowsMissing
from tests.quality.deliveries import Warehouse, feed_called, figures, nights_on, rows

IURAN = feed_called("bpjstk.iuran")
JAKON = feed_called("bpjstk.jakon")


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
            assert f"cakupan release {delivery}" in current["reason_en"]

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
