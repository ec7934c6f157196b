"""Whatever is altered, by a superuser too, is found and named."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cakupan import publish, quality, settings
from cakupan.audit import marks, verifying
from cakupan.audit.folder import Folder
from cakupan.audit.record import read_record
from cakupan.cli import verify as command
from cakupan.cli.printing import DocumentFormat
from cakupan.database import Role, apply_schema, connect
from cakupan.feeds import find_feed
from tests.audit.conftest import FARMERS, FARMERS_TABLE, NIGHT, ROWS, Kept, altered, farmers, verified

WHERE = "landing.distan_kelompok_tani, delivery 1, distan.kelompok_tani of 2025-09-09"


def test_a_warehouse_that_nobody_altered_is_found_so(kept: Kept) -> None:
    areas = verified()
    assert altered() == []
    assert [note for area in areas.values() for note in area.notes] == []
    assert areas["ledger"].checked == "7 entries, 7 of them sealed; 2 deliveries, 2 validations, 1 publications"
    assert areas["landing"].checked == "2 deliveries, 17 rows"
    assert areas["decisions"].checked.startswith("2 validations, ")
    assert areas["marts"].checked.startswith("1 publications, ")


def test_a_flipped_byte_in_the_archive(kept: Kept) -> None:
    path = kept.file_of(1)
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    (told,) = altered()
    assert told.startswith(f"{path}: holds other bytes than were received: SHA-256 ")
    assert path.name in told
    assert "(delivery 1, distan.kelompok_tani of 2025-09-09, received as 'kelompok_tani.csv')" in told


def test_an_archived_file_that_is_gone(kept: Kept) -> None:
    path = kept.file_of(2)
    path.unlink()
    (told,) = altered()
    assert told.startswith(f"{path}: is missing (delivery 2, disnaker.penerima_dbhcht of 2025-09-09")


def test_a_landed_cell(kept: Kept) -> None:
    kept.tamper(f"update {FARMERS_TABLE} set nama_anggota = 'X', nik = '3579010101900099' where row_number = 3")
    (told,) = altered()
    assert told == f"{WHERE}: row 3: differs in nik, nama_anggota"


def test_a_landed_cell_on_a_sheet(kept: Kept) -> None:
    kept.tamper("update landing.disnaker_penerima_dbhcht set no_sk = 'SK/2' where sheet = 'Junrejo' and row_number = 4")
    (told,) = altered()
    assert told.endswith("delivery 2, disnaker.penerima_dbhcht of 2025-09-09: sheet 'Junrejo', row 4: differs in no_sk")


def test_a_landed_row_that_is_gone(kept: Kept) -> None:
    kept.tamper(f"delete from {FARMERS_TABLE} where row_number = 5")
    assert altered() == [f"{WHERE}: row 5: was removed"]


def test_a_landed_row_that_was_added(kept: Kept) -> None:
    kept.tamper(f"insert into {FARMERS_TABLE} (delivery_id, row_number, nik) values (1, 13, '3579010101900001')")
    assert altered() == [f"{WHERE}: row 13: was added"]


def test_a_landed_row_that_is_there_twice(kept: Kept) -> None:
    kept.tamper(f"insert into {FARMERS_TABLE} select * from {FARMERS_TABLE} where row_number = 7")
    assert altered() == [f"{WHERE}: row 7: is there 2 times"]


def test_a_column_that_the_delivery_did_not_have(kept: Kept) -> None:
    kept.tamper(f"alter table {FARMERS_TABLE} add column x_catatan text")
    assert altered() == []
    kept.tamper(f"update {FARMERS_TABLE} set x_catatan = 'y' where row_number = 7")
    assert altered() == [f"{WHERE}: row 7: differs in x_catatan"]


def test_rows_of_a_delivery_that_never_came(kept: Kept) -> None:
    kept.tamper(f"insert into {FARMERS_TABLE} (delivery_id, row_number, nik) values (77, 2, '3579010101900001')")
    (told,) = altered()
    assert told == (
        "landing.distan_kelompok_tani, delivery 77: 1 rows of a delivery that was never received,"
        " the first of them row 2"
    )


def test_edited_rows_that_pose_as_landed_again(kept: Kept) -> None:
    """Validated anew they are on record as they are now; the archive still says what they were."""
    kept.tamper(f"update {FARMERS_TABLE} set kategori = 'BURUH TANI' where row_number = 4")
    kept.tamper("update ledger.landing set landed_at = clock_timestamp() where delivery_id = 1")
    assert altered() == [f"{WHERE}: row 4: differs in kategori"]
    quality.validate_feed(kept.database, find_feed(settings.FEEDS, FARMERS))
    kept.database.commit()
    assert altered() == [f"{WHERE}: row 4: differs in kategori"]


def test_rows_that_cannot_be_told_because_the_archive_was_altered_too(kept: Kept) -> None:
    kept.tamper(f"update {FARMERS_TABLE} set kategori = 'BURUH TANI' where row_number = 4")
    kept.file_of(1).unlink()
    assert altered(only=["landing"]) == [
        f"{WHERE}: rows are not those that were recorded;"
        " which ones cannot be told, as the archived file is altered too"
    ]


def test_a_feed_that_is_declared_no_longer(kept: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept.tamper(f"update {FARMERS_TABLE} set kategori = 'BURUH TANI' where row_number = 4")
    monkeypatch.setattr(settings, "FEEDS", tmp_path)
    (told,) = altered()
    assert told.startswith(f"{WHERE}: rows are not those that were recorded; which ones cannot be told")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "drop table quarantine.distan_kelompok_tani cascade",
            "quarantine.distan_kelompok_tani, validation 1 of delivery 1: the table",
        ),
        (f"alter table {FARMERS_TABLE} drop column nik cascade", f"{WHERE}: the columns nik are gone"),
        ("drop table warehouse.people cascade", "warehouse.people, night of 2025-09-09, run 1: the table is gone"),
        ("alter table warehouse.people drop column active cascade", "run 1: its columns active are gone"),
    ],
)
def test_what_is_gone(kept: Kept, statement: str, told: str) -> None:
    kept.tamper(statement)
    assert any(told in line for line in altered())


def test_what_a_night_does_meanwhile_is_no_alteration(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def then_a_night(*arguments: Any) -> Any:
        record = read_record(*arguments)
        kept.deliver(FARMERS, farmers(("BUDI", "BUDIMAN")), date(2025, 9, 10))
        kept.publish(date(2025, 9, 10))
        kept.seal()
        return record

    monkeypatch.setattr(verifying, "read_record", then_a_night)
    assert altered() == []


def test_what_is_sealed_while_the_record_is_read_is_not_missed(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def then_a_seal(folder: Folder) -> dict[Path, bytes]:
        found = checkpoints(folder)
        monkeypatch.setattr(Folder, "checkpoints", checkpoints)
        kept.publish(date(2025, 9, 10))
        kept.seal()
        return found

    checkpoints = Folder.checkpoints
    monkeypatch.setattr(Folder, "checkpoints", then_a_seal)
    assert altered() == []


def test_verification_leaves_everything_as_it_is(kept: Kept) -> None:
    kept.tamper(f"update {FARMERS_TABLE} set kategori = 'BURUH TANI' where row_number = 4")
    state = f"select md5(string_agg(l::text, ',' order by row_number)), count(*) from {FARMERS_TABLE} as l"
    before = kept.database.execute(state).fetchone()
    kept.database.commit()
    altered()
    assert kept.database.execute(state).fetchone() == before


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "update quarantine.{} set verdict = 'accepted', rules = '{{}}' where row_number = 12",
            "altered: row 12: was ",
        ),
        ("delete from quarantine.{} where row_number = 12", "removed: row 12: quarantined {"),
        (
            "update quarantine.{} set nama_anggota = 'X' where row_number = 12",
            "its normalised cells are not those that",
        ),
    ],
)
def test_a_decision(kept: Kept, statement: str, told: str) -> None:
    kept.tamper(statement.format("distan_kelompok_tani"))
    (line,) = altered()
    assert line.startswith("quarantine.distan_kelompok_tani, validation 1 of delivery 1: ")
    assert told in line
    assert "ARI" not in line


def test_a_decision_where_nothing_was_decided(kept: Kept) -> None:
    kept.tamper(
        "insert into quarantine.disnaker_penerima_dbhcht"
        " (validation_id, delivery_id, sheet, row_number, verdict, rules)"
        " values (2, 2, 'Junrejo', 4, 'quarantined', '{planted}')"
    )
    assert altered() == [
        "quarantine.disnaker_penerima_dbhcht, validation 2 of delivery 2: added: sheet 'Junrejo', row 4:"
        " quarantined {planted}"
    ]


def test_a_published_figure_says_what_it_was(kept: Kept) -> None:
    kept.tamper("update warehouse.coverage set active = 41 where sector_code = 'A'")
    assert altered() == [
        "warehouse.coverage, night of 2025-09-09, run 1: altered: as_of_date='2025-09-09', sector_code='A',"
        " active='34': active was '34', is '41'"
    ]


def test_a_published_row_that_is_gone_or_was_added(kept: Kept) -> None:
    kept.tamper("delete from warehouse.coverage where sector_code = 'C'")
    kept.tamper("insert into warehouse.coverage values (1, '2025-09-08', 'Z', 1)")
    added, removed = altered()
    assert added.endswith("added: as_of_date='2025-09-08', sector_code='Z', active='1'")
    assert removed.endswith("removed: as_of_date='2025-09-09', sector_code='C', active='5'")


def test_a_row_of_a_large_relation(empty: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "KEPT_WHOLE", 10)
    empty.publish()
    empty.seal()
    empty.tamper("update warehouse.people set active = false where worker = 'w17'")
    assert altered() == ["warehouse.people, night of 2025-09-09, run 1: altered or added: worker='w17', active='f'"]
    empty.tamper("delete from warehouse.people where worker in ('w18', 'w19')")
    assert altered()[1].endswith("2 rows were removed; which ones can no longer be told")


def test_a_stored_fact(kept: Kept) -> None:
    kept.tamper("update warehouse.fct_farmer set hectares = 15 where row_number = 4")
    (told,) = altered()
    assert told.startswith("warehouse.fct_farmer of validation 1, night of 2025-09-09, run 1: altered: ")
    assert told.endswith("row_number='4', hectares='1.5': hectares was '1.5', is '15'")


def test_a_stored_fact_of_a_delivery_that_had_none(kept: Kept) -> None:
    kept.tamper("insert into warehouse.fct_farmer values (2, 2, 4, 7)")
    assert altered() == [
        "warehouse.fct_farmer of validation 2, night of 2025-09-09, run 1:"
        " added: delivery_id='2', row_number='4', hectares='7'"
    ]


def test_facts_stored_once_are_recorded_once(kept: Kept) -> None:
    kept.deliver(FARMERS, farmers(("BUDI", "BUDIMAN")), date(2025, 9, 10))
    kept.publish(date(2025, 9, 10))
    kept.seal()
    assert altered() == []
    recorded = kept.database.execute(
        "select body::json -> 'facts' -> 'warehouse.fct_farmer' from ledger.entry"
        " where kind = 'publication' order by entry_no"
    ).fetchall()
    assert [sorted(validations) for (validations,) in recorded] == [["1", "2"], ["3"]]
    kept.tamper("update warehouse.fct_farmer set hectares = 9 where validation_id = 3 and row_number = 2")
    assert altered(on=NIGHT) == []
    (told,) = altered(on=date(2025, 9, 10))
    assert "fct_farmer of validation 3" in told


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("update reference.tariff set amount_idr = 20000", "reference.tariff"),
        ("create or replace view marts.people as select worker, true as active from warehouse.people", "marts.people"),
    ],
)
def test_what_stands_beside_the_nights(kept: Kept, statement: str, where: str) -> None:
    kept.tamper(statement)
    (told,) = altered()
    assert where in told


def test_a_night_under_way_is_no_cover(kept: Kept) -> None:
    """Of the same program it builds no reference data and defines nothing; what it builds is not called untouched."""
    kept.tamper(
        "insert into ledger.run (run_id, as_of_date, state) overriding system value"
        " values (99, '2025-09-10', 'BUILDING')"
    )
    kept.tamper("update ledger.build set run_id = 99")
    areas = verified()
    assert not any(area.alterations for area in areas.values())
    assert "run 99 is being built" in areas["marts"].not_compared[0]
    assert command.run(None, [], Console(file=io.StringIO())) == 2
    kept.tamper("update reference.tariff set amount_idr = 20000")
    kept.tamper("create or replace view marts.people as select worker, true as active from warehouse.people")
    told = altered()
    assert len(told) == 2 and "reference.tariff" in told[0] and "view marts.people" in told[1]


def test_what_a_newer_program_is_building_is_not_compared(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    publish.start_run(kept.database, NIGHT)
    kept.database.commit()
    kept.tamper("update reference.tariff set amount_idr = 20000")
    for module in ("check_marts", "check_definitions"):
        monkeypatch.setattr(f"cakupan.audit.{module}.program", lambda: {"dbt_project": "of a newer version"})
    areas = verified()
    assert not any(area.alterations for area in areas.values())
    assert [len(areas[name].not_compared) for name in ("marts", "definitions")] == [1, 1]


def test_a_column_that_a_later_version_added(kept: Kept) -> None:
    with connect(Role.TRANSFORMER) as dbt:
        dbt.execute("alter table warehouse.coverage add column share numeric")
        dbt.execute("update warehouse.coverage set share = 0.5")
    assert altered() == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "update ledger.delivery set business_date = '2025-09-08' where delivery_id = 1",
            "ledger.delivery, delivery_id 1: business_date is '2025-09-08', the record says '2025-09-09'",
        ),
        (
            "update ledger.validation set accepted_rows = accepted_rows + 1, quarantined_rows = quarantined_rows - 1"
            " where validation_id = 1",
            "ledger.validation, validation_id 1: accepted_rows is 11, the record says 10; quarantined_rows is 0, ",
        ),
        ("delete from ledger.validation where validation_id = 2", "ledger.validation, validation_id 2: was removed"),
        (
            "insert into ledger.delivery overriding system value"
            " values (9, 'distan', 'kelompok_tani', '2025-09-09', repeat('a', 64), 'x', 1)",
            "ledger.delivery, delivery_id 9: was added: no entry records it",
        ),
        ("delete from ledger.publication", "ledger.publication, run_id 1: was removed"),
        (
            "update ledger.run_input set validation_id = 7 where validation_id = 2",
            "ledger.run_input of run 1, the night of",
        ),
        (
            "update ledger.landing set landed_rows = 5 where delivery_id = 1",
            "ledger.landing, delivery_id 1: landed_rows is 5",
        ),
    ],
)
def test_a_row_of_the_ledgers_tables(kept: Kept, statement: str, told: str) -> None:
    kept.tamper(statement)
    lines = altered(only=["ledger"])
    assert lines[0].startswith(told)


def test_an_edited_entry_says_what_it_said(kept: Kept) -> None:
    kept.tamper(
        "update ledger.entry set body = replace(body, '\"size_bytes\":', '\"size_bytes\":1') where entry_no = 1"
    )
    (told,) = altered()
    size = kept.file_of(1).stat().st_size
    assert told.startswith(
        "entry 1 (delivery: feed kelompok_tani, business_date 2025-09-09, delivery_id 1): was altered: "
    )
    assert told.endswith(f"size_bytes was {size}, is 1{size}")


def test_a_removed_entry_says_what_it_was(kept: Kept) -> None:
    kept.tamper("delete from ledger.entry where entry_no = 2")
    (told,) = altered()
    assert told.startswith("entry 2 (validation: ")
    assert told.endswith("validation_id 1): was removed")


def test_an_entry_edited_in_its_columns_only(kept: Kept) -> None:
    kept.tamper("update ledger.entry set recorded_at = recorded_at - interval '1 day' where entry_no = 1")
    (told,) = altered()
    assert told.endswith("its columns say another kind or time than its body")


def test_an_entry_that_was_made_up(kept: Kept) -> None:
    kept.tamper(
        "insert into ledger.entry values (7, '2025-09-09 00:00Z', 'publication',"
        ' \'{"kind":"publication","recorded_at":"2025-09-09T00:00:00.000000Z"}\')'
    )
    (told,) = altered()
    assert told.startswith("entry 7 (publication): does not say what an entry of its kind says")


def test_an_older_database_says_from_when_and_what_it_lacks(kept: Kept) -> None:
    """A restored backup: the newest entries are gone, and with them what they record."""
    for table in ("ledger.publication", "warehouse.coverage", "warehouse.people", "warehouse.fct_farmer"):
        kept.tamper(f"delete from {table}")
    kept.tamper("delete from ledger.entry where entry_no >= 5")
    kept.tamper("delete from ledger.checkpoint")
    restored, lacks, _ = altered()
    assert restored.startswith(
        f"checkpoint {kept.ledger}/checkpoints/7: the database is older than this checkpoint of 7 "
    )
    assert "restored to its state of 20" in restored
    assert lacks == "the record lacks: entry 5 (publication: run_id 1, as_of_date 2025-09-09)"


def test_a_row_whose_entry_alone_was_removed_is_not_told_twice(kept: Kept) -> None:
    kept.tamper("delete from ledger.entry where entry_no >= 5")
    restored, lacks, _ = altered()
    assert "or its last 2 entries were removed" in restored
    assert lacks == "the record lacks: entry 5 (publication: run_id 1, as_of_date 2025-09-09)"


def test_a_checkpoint_file(kept: Kept) -> None:
    path = kept.ledger / "checkpoints" / "7"
    path.write_text(path.read_text().replace("\n7\n", "\n8\n"))
    (told,) = altered()
    assert told.startswith(f"checkpoint {path}: the signature by cakupan.kota-batu is not of this text")


def test_a_checkpoint_in_the_database(kept: Kept) -> None:
    kept.tamper("update ledger.checkpoint set note = replace(note, 'cakupan.kota-batu', 'cakupan.kota-baru')")
    (told,) = altered()
    assert told.startswith("checkpoint ledger.checkpoint of size 7: ")


def test_an_entry_without_the_file_that_names_it(kept: Kept) -> None:
    kept.deliver(FARMERS, farmers(("BUDI", "BUDIMAN")), date(2025, 9, 10))
    kept.seal()
    (kept.ledger / "leaves").unlink()
    assert [line.split(": ")[1] for line in altered()] == ["is missing (" + str(kept.ledger / "checkpoints/10") + ")"]
    kept.tamper(
        "update ledger.entry set body = replace(body, '\"size_bytes\":', '\"size_bytes\":1') where entry_no = 7"
    )
    assert "ledger.entry: one or more of the entries 7 to 9 were altered or removed" in altered()


def test_what_is_older_than_the_record_is_said_not_accused(kept: Kept) -> None:
    kept.tamper("delete from ledger.entry")
    kept.tamper("delete from ledger.checkpoint")
    for path in sorted(kept.ledger.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    kept.tamper("drop table ledger.migration")  # as in a warehouse older than the record
    with connect(Role.ADMIN) as admin:
        apply_schema(admin)
    kept.seal()
    areas = verified()
    assert altered() == []
    assert areas["ledger"].notes == [
        "2 rows of ledger.delivery (delivery_id up to 2) are older than the record",
        "2 rows of ledger.validation (validation_id up to 2) are older than the record",
        "1 rows of ledger.publication (run_id up to 1) are older than the record",
    ]
    kept.deliver(FARMERS, farmers(("BUDI", "BUDIMAN")), date(2025, 9, 10))
    assert altered() == []


def test_nothing_signed_yet_is_said(empty: Kept) -> None:
    areas = verified()
    assert altered() == []
    assert areas["ledger"].notes == [
        "no checkpoint was signed yet: nothing vouches for the record. Run: cakupan ledger seal"
    ]


def test_many_alterations_of_one_place_are_counted(empty: Kept) -> None:
    many = "".join(f'35790101019{number:05d},A,B,PETANI,"1,0",35.79.01.1001\n' for number in range(1, 51))
    empty.deliver(FARMERS, farmers((ROWS[-1], many)))
    empty.seal()
    empty.tamper(f"update {FARMERS_TABLE} set kategori = 'BURUH TANI' where row_number > 11")
    lines = altered()
    assert len(lines) == 21
    assert lines[-1].endswith("and 30 more")


def test_the_command_prints_what_a_terminal_does_not_obey(kept: Kept) -> None:
    kept.tamper("update ledger.delivery set original_name = E'\\x1b[31m[red]x' where delivery_id = 1")
    printed = io.StringIO()
    assert command.run(None, ["ledger"], Console(file=printed, width=200)) == 1
    assert "\x1b" not in printed.getvalue()
    assert "[red]x" in printed.getvalue()
    assert "ALTERED: 1 findings" in printed.getvalue()


def test_another_program_gets_the_verdict_as_json(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(None, ["ledger"], Console(quiet=True), form=DocumentFormat.JSON) == 0
    kept.tamper("update ledger.delivery set original_name = 'x' where delivery_id = 1")
    assert command.run(None, ["ledger"], Console(quiet=True), form=DocumentFormat.JSON) == 1
    decoder, text = json.JSONDecoder(), capsys.readouterr().out
    before, end = decoder.raw_decode(text)
    after, _ = decoder.raw_decode(text[end:].lstrip())
    assert (before["untouched"], before["alterations"], before["areas"][0]["alterations"]) == (True, 0, [])
    assert (after["untouched"], after["alterations"]) == (False, len(after["areas"][0]["alterations"]))


def test_the_verdict_is_in_the_language_of_the_environment(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LANGUAGE", "id")
    printed = io.StringIO()
    command.run(None, ["ledger"], Console(file=printed, width=200))
    assert printed.getvalue().startswith("utuh ") and "Tidak ada yang diubah." in printed.getvalue()


def test_marks_that_cannot_be_read_name_no_row(kept: Kept) -> None:
    kept.tamper("update warehouse.coverage set active = 41 where sector_code = 'A'")
    Folder(kept.ledger).marks_path("runs", 1).write_bytes(b"\x1f\x8bnonsense")
    (told,) = altered()
    assert told.endswith("differs from what was recorded; no marks were kept of its rows, so that none can be named")


def test_a_rejected_delivery_has_no_rows(kept: Kept) -> None:
    number = kept.deliver("disnaker.penerima_dbhcht", b"no workbook", date(2025, 9, 10))
    assert altered() == []
    kept.tamper(
        f"insert into landing.disnaker_penerima_dbhcht (delivery_id, sheet, row_number) values ({number}, 'Batu', 4)"
    )
    (told,) = altered()
    assert told.endswith("sheet 'Batu', row 4: was added")
