"""What follows from a feed's declaration: odd cells, look-alikes, and NIKs that stand where none belongs."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import sql

from cakupan.feeds import Feed
from cakupan.quality.suite import load_suite
from tests.quality.deliveries import Warehouse, feed_called, figures, nights_on, rows

BUDGET, ORDERS, AID, PLEDGES = (
    feed_called(name)
    for name in ("sipd.anggaran", "sipd.sp2d", "distan.permohonan_bantuan", "perekonomian.rencana_kerja")
)
CONTRACTS = feed_called("pbj.kontrak")
NIK = "3579010101900001"


def only(warehouse: Warehouse, feed: Feed, delivery: int) -> tuple[str, list[str]]:
    """The verdict on the one row that was looked at."""
    ((_, found),) = warehouse.verdicts(feed, delivery).items()
    return found


def with_one(feed: Feed, **changes: Any) -> list[dict[str, Any]]:
    return [{**rows(feed, [7])[0], **changes}, *rows(feed, range(10, 40))]


@pytest.mark.parametrize(
    ("feed", "column"), [(BUDGET, "sumber_dana"), (BUDGET, "nama_skpd"), (BUDGET, "pagu"), (AID, "nilai")]
)
def test_an_error_cell_is_no_value(warehouse: Warehouse, feed: Feed, column: str) -> None:
    delivery = warehouse.land(feed, with_one(feed, **{column: "#N/A", "error_cells": [column]}))
    (outcome,) = warehouse.validate(feed)
    assert outcome.quarantined_rows == 1
    verdict, rules = only(warehouse, feed, delivery)
    assert verdict == "quarantined" and f"{feed.name}.{column}.no_error" in rules


@pytest.mark.parametrize(
    ("feed", "column", "verdict"),
    [
        (AID, "no_permohonan", "quarantined"),
        (AID, "jenis_bantuan", "quarantined"),
        (AID, "kelompok_tani", None),
        (PLEDGES, "komitmen", "quarantined"),
    ],
)
def test_a_date_cell_is_no_text_where_text_counts(
    warehouse: Warehouse, feed: Feed, column: str, verdict: str | None
) -> None:
    delivery = warehouse.land(feed, with_one(feed, **{column: "05/02/2025", "typed_cells": [column]}))
    warehouse.validate(feed)
    found = warehouse.verdicts(feed, delivery)
    assert list(found.values()) == ([(verdict, [f"{feed.name}.{column}.as_typed"])] if verdict else [])


def test_a_payer_with_a_letter_nobody_sees_is_the_same_payer(warehouse: Warehouse) -> None:
    delivery = warehouse.land(ORDERS, with_one(ORDERS, sumber_dana="DBH\u200bCHT", kode_skpd="\u2060"))
    warehouse.validate(ORDERS)
    assert only(warehouse, ORDERS, delivery) == ("quarantined", ["sipd.sp2d.kode_skpd.given"])
    again = warehouse.land(ORDERS, with_one(ORDERS, sumber_dana="DBH\u200bCHT"), nights_on(1))
    warehouse.validate(ORDERS)
    assert only(warehouse, ORDERS, again) == ("accepted", [])
    names = [column.name for column in ORDERS.columns]
    assert "DBHCHT" in {row[names.index("sumber_dana")] for row in warehouse.accepted(ORDERS, again)}


@pytest.mark.parametrize(
    ("feed", "column", "cell", "refused"),
    [
        (ORDERS, "sumber_dana", "DBHCHT\u0410", True),
        (ORDERS, "no_sk", "188.45/\uff11\uff12", True),
        (ORDERS, "kode_billing", "25900000000\u0661", True),
        (ORDERS, "no_spm", "SPM\u201312", True),
        (ORDERS, "kode_skpd", "1.02\u00a003", True),
        (ORDERS, "no_sk", "188.45/\u00c9", False),
        (ORDERS, "uraian", "Iuran \u2013 \u0410", False),
        (PLEDGES, "komitmen", "Pekerja \u201crentan\u201d \u2013 Caf\u00e9", False),
        (PLEDGES, "komitmen", "\u0420ekerja rentan", True),
        (PLEDGES, "komitmen", "Pekerja\u00a0rentan", True),
    ],
)
def test_what_only_looks_like_a_letter(warehouse: Warehouse, feed: Feed, column: str, cell: str, refused: bool) -> None:
    delivery = warehouse.land(feed, with_one(feed, **{column: cell}))
    (outcome,) = warehouse.validate(feed)
    assert outcome.quarantined_rows == refused
    found = list(warehouse.verdicts(feed, delivery).values())
    assert [verdict for verdict, _ in found] == ["quarantined"] * refused
    assert all(f"{feed.name}.{column}.plain_letters" in rules for _, rules in found)


@pytest.mark.parametrize(("number", "refused"), [("12/SPK\u2013A", True), ("12/SPK-\u00c9", False)])
def test_a_contract_number_within_nested_values_is_a_code(warehouse: Warehouse, number: str, refused: bool) -> None:
    cell = f'[{{"id":"{number}","title":"Gedung \u2013 A","value":{{"amount":1}}}}]'
    delivery = warehouse.land(CONTRACTS, with_one(CONTRACTS, contracts=cell))
    warehouse.validate(CONTRACTS)
    found = list(warehouse.verdicts(CONTRACTS, delivery).values())
    assert found == ([("quarantined", ["pbj.kontrak.contracts.plain_letters"])] if refused else [])


@pytest.mark.parametrize(("code", "refused"), [("1.0\u0417", True), ("1.03", False)])
def test_the_code_of_the_buying_office_is_a_code(warehouse: Warehouse, code: str, refused: bool) -> None:
    cell = f'{{"id":"{code}","name":"Dinas \u2013 A"}}'
    delivery = warehouse.land(CONTRACTS, with_one(CONTRACTS, buyer=cell))
    warehouse.validate(CONTRACTS)
    found = list(warehouse.verdicts(CONTRACTS, delivery).values())
    assert found == ([("quarantined", ["pbj.kontrak.buyer.plain_letters"])] if refused else [])


def everywhere(warehouse: Warehouse, feed: Feed) -> str:
    """All that stands in the quarantine table."""
    query = sql.SQL("select to_jsonb(q)::text from {} as q").format(sql.Identifier("quarantine", feed.table))
    return "\n".join(text for (text,) in warehouse.connection.execute(query))


@pytest.mark.parametrize(
    ("feed", "column", "cell"),
    [
        (AID, "no_permohonan", NIK),
        (AID, "jenis_bantuan", f"Pupuk {NIK}"),
        (ORDERS, "no_sp2d", f"SP2D/{NIK}/2025"),
        (CONTRACTS, "contracts", f'[{{"id":"{NIK}","value":{{"amount":1}}}}]'),
    ],
)
def test_a_nik_in_a_column_that_must_be_filled_is_quarantined(
    warehouse: Warehouse, feed: Feed, column: str, cell: str
) -> None:
    warehouse.land(feed, with_one(feed, **{column: cell}))
    (outcome,) = warehouse.validate(feed)
    assert outcome.quarantined_rows == 1
    stored = everywhere(warehouse, feed)
    assert f"{feed.name}.{column}.no_personal_number" in stored and NIK not in stored


@pytest.mark.parametrize(
    ("feed", "column", "cell", "let_in"),
    [
        (AID, "nama", f"Siti ({NIK})", f"Siti ({'X' * 16})"),
        (ORDERS, "uraian", f"a.n. {NIK} dan {NIK}", f"a.n. {'X' * 16} dan {'X' * 16}"),
        (ORDERS, "uraian", f"{NIK}0 3579013002900001", f"{NIK}0 3579013002900001"),
        (CONTRACTS, "parties", f'[{{"id":{NIK},"name":"{NIK}"}}]', f'[{{"id":{"9" * 16},"name":"{"9" * 16}"}}]'),
    ],
)
def test_a_nik_elsewhere_is_crossed_out(warehouse: Warehouse, feed: Feed, column: str, cell: str, let_in: str) -> None:
    delivery = warehouse.land(feed, with_one(feed, **{column: cell}))
    (outcome,) = warehouse.validate(feed)
    assert (outcome.status, outcome.quarantined_rows) == ("ACCEPTED", 0)
    place = [each.name for each in feed.columns].index(column)
    assert let_in in [row[place] for row in warehouse.accepted(feed, delivery)]


def test_rows_that_differ_in_a_nik_alone_are_no_repeats(warehouse: Warehouse) -> None:
    (row,) = rows(AID, [7])
    both = [{**row, "no_permohonan": nik} for nik in (NIK, "3579010101900002")]
    warehouse.land(AID, [*both, *rows(AID, range(10, 40))])
    (outcome,) = warehouse.validate(AID)
    assert figures(outcome) == (32, 30, 2, 0)


def test_what_was_crossed_out_before_is_a_repeat_when_it_comes_again(warehouse: Warehouse) -> None:
    declared = feed_called("bpjstk.iuran")
    column = declared.column("kode_billing").model_copy(update={"name": "catatan", "header": "CATATAN"})
    column = column.model_copy(update={"required": False, "code": False})
    feed = declared.model_copy(update={"columns": (*declared.columns, column)})
    assert load_suite(feed).name == "bpjstk.iuran"
    for day in range(2):
        warehouse.land(feed, [{**row, "catatan": f"a.n. {NIK}"} for row in rows(declared, range(3))], nights_on(day))
    assert [figures(outcome) for outcome in warehouse.validate(feed)] == [(3, 3, 0, 0), (3, 0, 0, 3)]
