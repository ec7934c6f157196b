"""Sealing signs what was recorded, goes on after a kill, and never signs what does not continue the last checkpoint."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cakupan import night, publish, steps
from cakupan.audit import checkpoint, marking, note, sealing
from cakupan.audit.folder import Folder
from cakupan.audit.keys import signing_key
from cakupan.audit.note import BadNote, SigningKey
from cakupan.database import Role, connect
from cakupan.ledger import merkle
from cakupan.ledger.entries import read_entries, record_read
from tests.audit.conftest import FARMERS, NIGHT, Kept, altered, farmers, verified


def snapshot(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def marked(ledger: Path, run: int) -> dict[str, tuple[int, list[tuple[bytes, bytes]]]]:
    """The marks of a run: the cells that are kept, and the rows."""
    return {name: (part.kept, list(part.rows())) for name, part in Folder(ledger).marks("runs", run).items()}


def test_a_seal_signs_every_entry_and_keeps_it_outside_the_database(kept: Kept, folder: Folder) -> None:
    entries = list(read_entries(kept.database))
    ((path, signed),) = folder.checkpoints().items()
    verified = checkpoint.verify(signed, signing_key().verifier)
    assert path.name == "7"
    assert verified == checkpoint.Checkpoint("cakupan.kota-batu", 7, merkle.root(entry.leaf for entry in entries))
    assert folder.leaves() == [entry.leaf for entry in entries]
    assert folder.entries() == [entry.body for entry in entries]
    assert kept.database.execute("select size, note from ledger.checkpoint").fetchall() == [(7, signed.decode())]


def test_sealing_again_changes_nothing(kept: Kept) -> None:
    before = snapshot(kept.ledger)
    kept.seal()
    assert snapshot(kept.ledger) == before
    assert kept.database.execute("select count(*) from ledger.checkpoint").fetchone() == (1,)


def test_nobody_else_may_read_the_folder(kept: Kept) -> None:
    assert {path.stat().st_mode & 0o077 for path in kept.ledger.rglob("*") if path.name != ".lock"} == {0}


def test_a_folder_that_cannot_be_written_leaves_the_night_published(empty: Kept) -> None:
    """The next seal catches up."""
    empty.ledger.write_text("in the way")
    empty.deliver(FARMERS, farmers())
    run = empty.publish()
    with pytest.raises(steps.StepFailed, match="seal: "):
        night.seal()
    shown = empty.database.execute("select run_id from ledger.published").fetchall()
    assert shown == [(run,)]
    empty.database.commit()
    empty.ledger.unlink()
    night.seal()
    assert altered() == []
    assert Folder(empty.ledger).marks("runs", run)


def test_a_night_killed_before_its_seal_is_sealed_with_the_next(kept: Kept, folder: Folder) -> None:
    kept.lose_marks(kept.publish(date(2025, 9, 10)))
    kept.lose_marks(kept.publish(date(2025, 9, 11)))
    kept.seal()
    assert [path.name for path in folder.checkpoints()] == ["7", "10"]
    assert folder.marks("runs", 2)
    assert folder.marks("runs", 3)
    assert altered() == []


def test_a_seal_killed_between_its_files_is_done_again(kept: Kept, folder: Folder) -> None:
    kept.publish(date(2025, 9, 10))
    entries = list(read_entries(kept.database))
    folder.write_record([entry.leaf for entry in entries], [entry.body for entry in entries[:3]])
    kept.seal()
    assert folder.entries() == [entry.body for entry in read_entries(kept.database)]
    assert altered() == []


@pytest.mark.parametrize("name", ["leaves", "entries"])
@pytest.mark.parametrize("more", [b"{", b"{}\n", 32 * b"x"])
def test_a_seal_killed_while_it_adds_to_its_files_is_done_again(
    kept: Kept, folder: Folder, name: str, more: bytes
) -> None:
    with (kept.ledger / name).open("ab") as file:
        file.write(more)
    kept.publish(date(2025, 9, 10))
    kept.seal()
    entries = list(read_entries(kept.database))
    assert (folder.leaves(), folder.entries()) == ([entry.leaf for entry in entries], [entry.body for entry in entries])


def test_an_entry_that_was_altered_in_the_folder_is_kept_again(kept: Kept, folder: Folder) -> None:
    path = kept.ledger / "entries"
    path.write_bytes(path.read_bytes().replace(b"ACCEPTED", b"REJECTED"))
    kept.seal()
    assert folder.entries() == [entry.body for entry in read_entries(kept.database)]


def test_an_entry_that_comes_while_the_record_is_kept_anew_waits_for_the_next_seal(
    kept: Kept, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = folder.entries()

    def holds(*_: object) -> bool:
        with connect(Role.LOADER) as other:
            record_read(other, "Ani", "a question", {})
        return False

    monkeypatch.setattr(Folder, "holds", holds)
    kept.seal()
    assert folder.entries() == before
    monkeypatch.undo()
    kept.seal()
    assert len(folder.entries()) == len(before) + 1


def test_a_seal_adds_to_its_files_what_is_new(kept: Kept, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.publish(date(2025, 9, 10))
    monkeypatch.setattr(Folder, "write_record", lambda *_: pytest.fail("written whole"))
    kept.seal()
    assert folder.entries() == [entry.body for entry in read_entries(kept.database)]


@pytest.mark.parametrize("kind", ["runs", "validations", "books"])
def test_a_mark_that_is_lost_is_made_again_though_another_was_made_since(kept: Kept, kind: str) -> None:
    paths = sorted((kept.ledger / kind).iterdir())
    assert paths
    paths[0].unlink()
    kept.publish(date(2025, 9, 10))
    kept.seal()
    kept.publish(date(2025, 9, 11))
    kept.seal()
    assert paths[0].exists() and len(list((kept.ledger / kind).iterdir())) >= len(paths)


def test_a_seal_looks_for_marks_of_what_came_since_the_last_one_alone(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[int] = []
    monkeypatch.setattr(marking, "_mark_decisions", lambda *of: looked_at.append(of[-1].entry_no))
    known = len(list(read_entries(kept.database)))
    kept.publish(date(2025, 9, 10))
    kept.seal()
    assert looked_at == list(range(known, len(list(read_entries(kept.database)))))
    looked_at.clear()
    Folder(kept.ledger).note_marked(10_000)  # of a record that had more
    kept.seal()
    assert looked_at[0] == 0


def test_a_lost_folder_is_filled_from_the_database_as_far_as_it_was_signed(kept: Kept) -> None:
    before, marks = snapshot(kept.ledger), marked(kept.ledger, 1)
    for path in before:
        path.unlink()
    kept.seal()
    after = snapshot(kept.ledger)
    assert after.keys() == before.keys()
    books = {kept.ledger / "books" / path.name for path in (kept.ledger / "books").iterdir()}
    assert {path for path in before if after[path] != before[path]} <= {kept.ledger / "runs" / "1", *books}
    assert marked(kept.ledger, 1) == marks
    kept.tamper("update ledger.validation set reason_en = 'x' where validation_id = 1")
    assert altered() == ["ledger.validation: altered: validation_id='1': reason_en was nothing, is 'x'"]


def test_an_altered_entry_stays_told_while_sealing_goes_on(kept: Kept, folder: Folder) -> None:
    kept.tamper(
        "update ledger.entry set body = replace(body, '\"size_bytes\":', '\"size_bytes\":1') where entry_no = 1"
    )
    kept.publish(date(2025, 9, 10))
    with pytest.raises(steps.StepFailed, match="entries 1 of the record were altered after they were sealed"):
        night.seal()
    assert [path.name for path in folder.checkpoints()] == ["7", "9"]
    (told,) = altered()
    assert "size_bytes was" in told


def test_a_restored_database_is_not_signed_over(kept: Kept, folder: Folder) -> None:
    kept.tamper("delete from ledger.entry where entry_no >= 5")
    with pytest.raises(steps.StepFailed, match="has 5 entries, fewer than the 7 of the newest checkpoint"):
        night.seal()
    assert [path.name for path in folder.checkpoints()] == ["7"]


def test_a_restored_database_that_went_on_is_not_signed_over(kept: Kept, folder: Folder) -> None:
    kept.tamper("delete from ledger.entry where entry_no >= 5")
    kept.deliver(FARMERS, farmers(("BUDI", "BUDIMAN")), date(2025, 9, 10))
    with pytest.raises(steps.StepFailed, match="altered after they were sealed"):
        night.seal()
    lines = altered()
    assert lines[0].startswith("entry 5 (publication: run_id 1, as_of_date 2025-09-09): was altered: ")


def test_a_record_with_a_gap_is_not_signed(kept: Kept) -> None:
    kept.tamper("delete from ledger.entry where entry_no = 2")
    with pytest.raises(steps.StepFailed, match="has gaps"):
        night.seal()


def test_without_leaves_an_altered_entry_is_not_signed_over(kept: Kept, folder: Folder) -> None:
    (kept.ledger / "leaves").unlink()
    kept.tamper(
        "update ledger.entry set body = replace(body, '\"size_bytes\":', '\"size_bytes\":1') where entry_no = 1"
    )
    with pytest.raises(steps.StepFailed, match="does not continue the newest checkpoint"):
        night.seal()


def test_no_marks_are_kept_of_rows_altered_before_the_seal(empty: Kept) -> None:
    run = empty.publish()
    empty.lose_marks(run)
    empty.tamper("update warehouse.coverage set active = 41 where sector_code = 'A'")
    empty.seal()
    assert "warehouse.coverage" not in Folder(empty.ledger).marks("runs", run)
    (told,) = altered()
    assert told.startswith("warehouse.coverage, night of 2025-09-09, run 1: differs from what was recorded")


def test_a_table_that_is_gone_since_keeps_no_night_from_being_sealed(empty: Kept) -> None:
    run = empty.publish()
    empty.lose_marks(run)
    empty.tamper("drop table warehouse.people cascade")
    empty.seal()
    assert set(Folder(empty.ledger).marks("runs", run)) >= {"warehouse.coverage"}
    assert "warehouse.people" not in Folder(empty.ledger).marks("runs", run)


def test_rows_altered_between_publication_and_seal_are_named(empty: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks are kept of what was put on record, as it is read for that; the seal reads no published row again."""
    run = empty.publish()
    kept_when_published = Folder(empty.ledger).marks_path("runs", run).read_bytes()
    empty.tamper("update warehouse.coverage set active = 41 where sector_code = 'A'")
    with monkeypatch.context() as patch:
        patch.setattr(marking, "_read_part", lambda *_: pytest.fail("read again"))
        empty.seal()
    assert Folder(empty.ledger).marks_path("runs", run).read_bytes() == kept_when_published
    (told,) = altered()
    assert told.endswith("active='34': active was '34', is '41'")


def test_marks_are_the_same_whether_publishing_or_sealing_kept_them(empty: Kept) -> None:
    run = empty.publish()
    then = marked(empty.ledger, run)
    assert then["warehouse.coverage"]
    empty.lose_marks(run)
    empty.seal()
    assert marked(empty.ledger, run) == then


def test_a_publication_tried_again_keeps_the_marks_of_the_first(empty: Kept) -> None:
    run = empty.publish()
    path = Folder(empty.ledger).marks_path("runs", run)
    then = path.read_bytes()
    empty.tamper("update warehouse.coverage set active = 41 where sector_code = 'A'")
    night.publish_run(run)
    assert path.read_bytes() == then
    path.unlink()
    night.publish_run(run)
    assert not path.exists()


def test_what_is_not_published_leaves_no_marks(empty: Kept) -> None:
    run = publish.start_run(empty.database, NIGHT)
    with pytest.raises(publish.NotBuilt):
        night.publish_run(run)
    assert not list((empty.ledger / "runs").iterdir())


def test_marks_of_decisions_hold_no_cell_of_a_row(kept: Kept, folder: Folder) -> None:
    marks = folder.marks("validations", 1)["decisions"]
    assert [kept_cells.split(b"\t")[:3] for _, kept_cells in marks.rows() if b"quarantined" in kept_cells] == [
        [b"", b"12", b"quarantined"]
    ]
    assert all(b"ARI" not in cells for _, cells in marks.rows())


def test_a_witness_is_added_to_the_checkpoint_of_files_database_and_receipts(kept: Kept, folder: Folder) -> None:
    witness = SigningKey.generate("inspektorat", note.COSIGNATURE)
    ((_, signed),) = folder.checkpoints().items()
    for at in (1757376000, 1757379600):
        cosigned = checkpoint.cosign(signed, witness, at)
        with connect(Role.LOADER) as connection:
            kept_one, names = sealing.add_cosignature(connection, cosigned, witness.verifier)
        assert (kept_one.size, names) == (7, ["cakupan.kota-batu", "inspektorat"])
        ((_, now),) = folder.checkpoints().items()
        assert checkpoint.verify_cosignature(now, witness.verifier) == at
    kept.seal()
    ((_, after),) = folder.checkpoints().items()
    assert after == now
    assert altered() == []


def test_a_cosignature_of_another_record_or_witness_is_refused(kept: Kept, folder: Folder) -> None:
    witness = SigningKey.generate("inspektorat", note.COSIGNATURE)
    ((_, signed),) = folder.checkpoints().items()
    other = checkpoint.sign(checkpoint.Checkpoint("cakupan.kota-batu", 5, b"\1" * 32), signing_key())
    with connect(Role.LOADER) as connection:
        with pytest.raises(BadNote, match="no checkpoint of 5 entries with this root was signed here"):
            sealing.add_cosignature(connection, checkpoint.cosign(other, witness, 1))
        with pytest.raises(BadNote, match="inspektorat did not sign"):
            sealing.add_cosignature(connection, signed.decode(), witness.verifier)


def test_a_restored_database_goes_on_when_a_person_answers_for_it(kept: Kept, folder: Folder) -> None:
    lost = snapshot(kept.ledger)
    for table in ("ledger.publication", "warehouse.coverage", "warehouse.people", "warehouse.fct_farmer"):
        kept.tamper(f"delete from {table}")
    kept.tamper("delete from ledger.entry where entry_no >= 5")
    with connect(Role.LOADER) as connection:
        sealing.restart(connection, "Ani", "disk failed")
    kept.publish()
    kept.seal()
    assert altered() == []
    aside = kept.ledger.with_name("ledger-given-up-7")
    assert {path.relative_to(aside): data for path, data in snapshot(aside).items()} == {
        path.relative_to(kept.ledger): data for path, data in lost.items()
    }
    (noted,) = verified()["ledger"].notes
    assert noted.endswith("by Ani: disk failed; given up: the checkpoints of 7 entries")


def test_a_record_that_goes_on_is_not_restarted(kept: Kept) -> None:
    with connect(Role.LOADER) as connection, pytest.raises(ValueError, match="nothing to restart"):
        sealing.restart(connection, "Ani", "why not")
    with connect(Role.LOADER) as connection, pytest.raises(ValueError, match="names the person"):
        sealing.restart(connection, "Ani", "")
