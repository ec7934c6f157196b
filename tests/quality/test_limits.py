"""Limits on whole deliveries: what is held, rejected or only reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cakupan.feeds import Feed
from cakupan.quality import release, validation
from cakupan.quality.reasons import _share
from cakupan.quality.validation import RowsMissing
from tests.quality.deliveries import NIGHT, Warehouse, feed_called, figures, nights_on, remarks, rows

IURAN = feed_called("bpjstk.iuran")
JAKON = feed_called("bpjstk.jakon")
ORDERS = feed_called("sipd.sp2d")
IN_TOWN = feed_called("diskumdag.sosialisasi")


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
        assert _share(share, limit).en == text

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

    def test_a_refused_delivery_is_rejected_by_its_file_in_the_words_of_the_refusal(self, warehouse: Warehouse) -> None:
        refusal = {"refusal_code": "UNREADABLE", "refusal_id": "Berkas terpotong.", "refusal_en": "Cut short."}
        delivery = warehouse.land(JAKON, [], **refusal)
        (outcome,) = warehouse.validate(JAKON)
        assert (outcome.status, outcome.code) == ("REJECTED", "UNREADABLE")
        assert warehouse.current(delivery)["reason_id"] == (
            "Kiriman bpjstk.jakon 2025-09-09 (jakon_20250909.csv.gz) ditolak. Berkas terpotong."
        )
        assert warehouse.validate(JAKON) == []

    def test_rows_gone_from_landing_are_noticed(self, warehouse: Warehouse) -> None:
        warehouse.land(JAKON, rows(JAKON, range(3)), landed_rows=4)
        with pytest.raises(RowsMissing, match="landed 4 rows"):
            warehouse.validate(JAKON)
        assert warehouse.connection.execute("select count(*) from ledger.validation").fetchone() == (0,)

    def test_rows_let_in_are_measured_too(self, warehouse: Warehouse) -> None:
        """As many rows as before, but most of them the same one."""
        warehouse.land(JAKON, rows(JAKON, range(100)))
        delivery = warehouse.land(JAKON, rows(JAKON, range(60)) + rows(JAKON, [0]) * 40, nights_on(1))
        _, outcome = warehouse.validate(JAKON)
        assert (outcome.status, outcome.code, figures(outcome)) == ("HELD", "ROW_LOSS", (100, 60, 0, 40))
        reason = warehouse.current(delivery)
        assert "60 rows accepted, 40 % fewer than the 100 rows" in reason["reason_en"]
        assert "60 baris diterima, 40 % lebih sedikit dari 100 baris" in reason["reason_id"]
        assert "delivered" not in reason["reason_en"]

    @pytest.mark.parametrize("feed", [JAKON, IURAN], ids=["snapshot", "increment"])
    def test_copies_of_one_broken_row_are_not_let_in(self, warehouse: Warehouse, feed: Feed) -> None:
        delivery = warehouse.land(feed, rows(feed, [0], **{feed.columns[1].name: " "}) * 50)
        (outcome,) = warehouse.validate(feed)
        assert (outcome.status, outcome.code, figures(outcome)) == ("HELD", "NOTHING_ACCEPTED", (50, 0, 1, 49))
        current = warehouse.current(delivery)
        assert "None of the 50 rows can be let in: 1 quarantined, 49 repeated" in current["reason_en"]
        assert f"{feed.columns[1].name}.given" in current["reason_id"] and "baris 2" in current["reason_id"]
        assert "Nothing of the feed is in force yet" in current["reason_en"]
        assert f"cakupan release {delivery} --by WHO --why GROUNDS" in current["reason_en"]

    def test_a_header_that_gained_a_delimiter_is_said_in_so_many_words(self, warehouse: Warehouse) -> None:
        broken = [{"defect": "9 fields instead of 8", "raw_record": f"{number}|a|"} for number in range(12)]
        delivery = warehouse.land(IURAN, broken)
        warehouse.validate(IURAN)
        current = warehouse.current(delivery)
        assert "9 fields instead of 8 (12 rows, first row 2; each line ends with '|'" in current["reason_en"]
        assert "9 kolom, seharusnya 8 (12 baris, pertama baris 2; setiap baris diakhiri '|'" in current["reason_id"]


class TestPeriod:
    """A file of another time."""

    @pytest.mark.parametrize(
        ("back", "status"), [(0, "ACCEPTED"), (180, "ACCEPTED"), (181, "HELD"), (-365, "ACCEPTED")]
    )
    def test_dates_that_went_back(self, warehouse: Warehouse, back: int, status: str) -> None:
        warehouse.land(ORDERS, orders(0))
        delivery = warehouse.land(ORDERS, orders(back), nights_on(1))
        _, outcome = warehouse.validate(ORDERS)
        assert (outcome.status, outcome.code) == (status, "OLD_PERIOD" if status == "HELD" else None)
        assert warehouse.current(delivery)["median_on"] == NIGHT - timedelta(back)

    def test_the_reason_names_the_dates(self, warehouse: Warehouse) -> None:
        warehouse.land(ORDERS, orders(0))
        delivery = warehouse.land(ORDERS, orders(365), nights_on(1))
        warehouse.validate(ORDERS)
        current = warehouse.current(delivery)
        for part in (
            "TGL SP2D",
            "9 September 2024",
            "9 September 2025",
            "365",
            "180",
            "2025-09-09",
            "sp2d_20250910.csv",
        ):
            assert part in current["reason_en"] and part in current["reason_id"], part

    def test_a_late_delivery_changes_what_the_next_is_measured_by(self, warehouse: Warehouse) -> None:
        old = warehouse.land(ORDERS, orders(365), nights_on(1))
        assert [o.status for o in warehouse.validate(ORDERS)] == ["ACCEPTED"]
        warehouse.land(ORDERS, orders(0))
        assert [o.status for o in warehouse.validate(ORDERS)] == ["ACCEPTED", "HELD"]
        assert warehouse.validate(ORDERS) == []
        release(warehouse.connection, old, "Sari", "memang tahun lalu")
        assert warehouse.validate(ORDERS) == []
        current = warehouse.current(old)
        assert (current["delivery_status"], current["median_on"]) == ("ACCEPTED", NIGHT - timedelta(365))
        newest = warehouse.land(ORDERS, orders(350), nights_on(2))
        assert [o.status for o in warehouse.validate(ORDERS)] == ["ACCEPTED"], "measured by the one that was released"
        assert warehouse.current(newest)["median_on"] == NIGHT - timedelta(350)

    def test_a_year_begins(self, warehouse: Warehouse) -> None:
        """In January a snapshot holds the new year alone: fewer rows, but none of another time."""
        warehouse.land(ORDERS, orders(0))
        warehouse.land(ORDERS, orders(-120), nights_on(120))
        assert [o.status for o in warehouse.validate(ORDERS)] == ["ACCEPTED", "ACCEPTED"]

    @pytest.mark.parametrize(("back", "status"), [(180, "ACCEPTED"), (181, "HELD")])
    def test_one_validated_before_medians_were_kept(self, warehouse: Warehouse, back: int, status: str) -> None:
        """An older installation: the median of what is in force is found again, normalised rows among them."""
        found = [{**row, "tgl_sp2d": f" {row['tgl_sp2d']} "} for row in orders(0)]
        warehouse.land(ORDERS, [*found[:15], {**found[15], "tgl_sp2d": "31/02/2020"}, *orders(0)[16:]])
        warehouse.validate(ORDERS)
        warehouse.forget_medians()
        delivery = warehouse.land(ORDERS, orders(back), nights_on(1))
        assert [o.status for o in warehouse.validate(ORDERS)] == [status]
        assert warehouse.validate(ORDERS) == [], "judged once"
        if status == "HELD":
            assert "9 September 2025" in warehouse.current(delivery)["reason_en"]
            release(warehouse.connection, delivery, "Sari", "memang tahun lalu")
            assert warehouse.validate(ORDERS) == []

    def test_nothing_is_judged_anew_where_no_medians_were_kept(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as earlier:
            earlier.setattr(validation, "median_of_validated", lambda *_: None)
            for day, back in enumerate((0, 365)):
                warehouse.land(ORDERS, orders(back), nights_on(day))
                assert [o.status for o in warehouse.validate(ORDERS)] == ["ACCEPTED"]
                warehouse.forget_medians()
        assert warehouse.validate(ORDERS) == []

    def test_only_accepted_rows_have_a_say(self, warehouse: Warehouse) -> None:
        """The middle one of the rows let in, in whatever spelling."""
        spelled = ["1 September 2025", "02/09/2025", "3/9/2025", "31/02/2020"]
        found = [{**row, "tgl_sp2d": day} for row, day in zip(orders(0), spelled * 1, strict=False)]
        delivery = warehouse.land(ORDERS, [*found, *orders(0)[4:][:20]])
        warehouse.validate(ORDERS)
        assert warehouse.current(delivery)["median_on"] == NIGHT
        small = warehouse.land(
            IN_TOWN, [{**r, "tanggal": f"2025-09-0{n}"} for n, r in enumerate(rows(IN_TOWN, range(4)), 1)]
        )
        warehouse.validate(IN_TOWN)
        assert str(warehouse.current(small)["median_on"]) == "2025-09-02"


class TestRepeats:
    """An increment that holds nothing new is let in and says so."""

    def test_the_same_rows(self, warehouse: Warehouse) -> None:
        warehouse.land(IURAN, rows(IURAN, range(5)))
        warehouse.land(IURAN, rows(IURAN, range(5, 9)), nights_on(1))
        delivery = warehouse.land(IURAN, rows(IURAN, [3, 1, 6]), nights_on(2))
        *_, outcome = warehouse.validate(IURAN)
        assert (outcome.status, outcome.code, figures(outcome)) == ("ACCEPTED", "ALL_REPEATED", (3, 0, 0, 3))
        current = warehouse.current(delivery)
        assert "the same rows as 9 September 2025 and 10 September 2025" in current["reason_en"]
        assert "baris yang sama sudah datang pada 9 September 2025 dan 10 September 2025" in current["reason_id"]
        assert [code for code, *_ in remarks(warehouse, delivery)] == ["ALL_REPEATED"]

    def test_the_same_bytes(self, warehouse: Warehouse) -> None:
        found = [*rows(IURAN, range(20)), {"defect": "7 fields instead of 8", "raw_record": "a"}]
        first = warehouse.land(IURAN, found)
        delivery = warehouse.land(IURAN, found, nights_on(2))
        warehouse.connection.execute(
            "update ledger.delivery set sha256 = (select sha256 from ledger.delivery where delivery_id = %s)"
            " where delivery_id = %s",
            (first, delivery),
        )
        _, outcome = warehouse.validate(IURAN)
        assert (outcome.status, outcome.code, figures(outcome)) == ("ACCEPTED", "ALL_REPEATED", (21, 0, 1, 20))
        assert "the same bytes as 9 September 2025" in warehouse.current(delivery)["reason_en"]

    def test_repeats_and_a_broken_row_are_no_repeats(self, warehouse: Warehouse) -> None:
        warehouse.land(IURAN, rows(IURAN, range(20)))
        warehouse.land(IURAN, rows(IURAN, range(20)) + rows(IURAN, [30], jumlah="0"), nights_on(1))
        _, outcome = warehouse.validate(IURAN)
        assert (outcome.status, outcome.code) == ("HELD", "NOTHING_ACCEPTED")


def orders(days_back: int) -> list[dict[str, Any]]:
    """Payment orders around a day."""
    return [
        {**row, "tgl_sp2d": f"{NIGHT - timedelta(days_back + shift):%d/%m/%Y}"}
        for shift, row in zip([0, 20, -20] * 9, rows(ORDERS, range(27)), strict=True)
    ]
