"""Repeats and key conflicts, in one delivery and over those of an increment."""

from __future__ import annotations

from psycopg import sql

from cakupan.quality import column_sql
from tests.quality.deliveries import Warehouse, feed_called, figures, nights_on, rows

IURAN = feed_called("bpjstk.iuran")
JAKON = feed_called("bpjstk.jakon")
ROSTER = feed_called("diskumdag.pelaku_usaha")
KEY = "bpjstk.iuran.key"


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

    def test_what_was_accepted_before_is_found_by_an_index_and_not_by_reading_it_all(
        self, warehouse: Warehouse
    ) -> None:
        made = sql.SQL("select indexname from pg_indexes where tablename = {} and indexname like {}").format(
            sql.Literal(IURAN.table), sql.Literal(f"{IURAN.table}_key%")
        )
        found = []
        for night in range(3):
            warehouse.land(IURAN, rows(IURAN, range(night, night + 5)), nights_on(night))
            warehouse.validate(IURAN)
            found.append([name for (name,) in warehouse.connection.execute(made)])
        first, second, third = found
        assert first == [], "a first delivery, which may hold years, is landed and judged without"
        assert len(second) == 1 and third == second
        warehouse.connection.execute("set local enable_seqscan = off")
        plan = warehouse.connection.execute(
            sql.SQL("explain select from {} where {} = 1").format(
                sql.Identifier("landing", IURAN.table), column_sql.key_hash(IURAN.key)
            )
        ).fetchall()
        assert any(second[0] in line for (line,) in plan), plan

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
