"""Marks name what is altered, of many rows the first, and never stand in the way of what is published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from cakupan.audit import differences, marks
from cakupan.audit.areas import Area, Changes
from cakupan.audit.marks import MarksWriter, PartWriter, read_marks
from cakupan.ledger import digests

ROWS = sql.SQL("select n, 'a' || n, 2 * n from generate_series(1, 50) as n")


def written(database: psycopg.Connection[Any], path: Path, **kept: int) -> Path:
    with MarksWriter(path) as writer:
        with writer.part("rows", **kept) as part:
            digests.digest(database, ROWS, part)
        with writer.part("nothing") as part:
            pass
        with writer.part("views") as part:
            digests.digest(database, sql.SQL("select 1, 'view'"), part)
        writer.keep()
    return path


def changes(database: psycopg.Connection[Any], path: Path, statement: bytes) -> Changes:
    kept = read_marks(path)["rows"]

    def words(now: differences.Cells, was: differences.Cells | None) -> str:
        return f"{now[0]} {None if was is None else was[:2]}"

    return differences.name_differences(database, sql.SQL(statement.decode()), kept, words)  # type: ignore[arg-type]


def test_parts_are_read_back_as_they_were_written(database: psycopg.Connection[Any], tmp_path: Path) -> None:
    found = read_marks(written(database, tmp_path / "marks", kept=1, key=1))
    assert list(found) == ["rows", "views"]
    assert [cells for _, cells in found["rows"].rows()] == [b"%d" % n for n in range(1, 51)]
    ((_, cells),) = found["views"].rows()
    assert cells == b"1\tview"
    assert {len(each) for each, _ in found["rows"].rows()} == {marks.MARK_BYTES}


def test_rows_are_named_by_what_is_kept_of_them(database: psycopg.Connection[Any], tmp_path: Path) -> None:
    path = written(database, tmp_path / "marks")
    assert not changes(database, path, b"select n, 'a' || n, 2 * n from generate_series(1, 50) as n order by n desc")
    told = changes(
        database, path, b"select n, case n when 9 then 'b' else 'a' || n end, 2 * n from generate_series(2, 51) as n"
    )
    assert sorted(told.named) == ["added: 51 None", "altered: 9 ['9', 'a9']", "removed: 1 ['1', 'a1']"]
    assert not told.more


def test_of_many_altered_rows_the_first_are_named_and_all_are_counted(
    database: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(differences, "LISTED", 25)
    monkeypatch.setattr(marks, "KEPT_WHOLE", 10)
    path = written(database, tmp_path / "marks")
    told = changes(database, path, b"select -n, 'a' || n, 2 * n from generate_series(1, 40) as n")
    assert (len(told.named), told.more) == (26, 15)
    assert told.named[-1] == "10 rows were removed; which ones can no longer be told"
    area = Area("marts")
    area.altered("here", told)
    assert len(area.alterations) == 21
    assert area.alterations[-1] == "here: and 21 more"


def test_rows_that_are_there_more_often_are_named(database: psycopg.Connection[Any], tmp_path: Path) -> None:
    path = written(database, tmp_path / "marks", kept=1, key=1)
    twice = b"select n, 'a' || n, 2 * n from generate_series(1, 50) as n union all select 3, 'a3', 6"
    assert changes(database, path, twice).named == ["added: 3 None"]


def test_marks_that_were_kept_are_not_replaced(database: psycopg.Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "marks"
    path.write_bytes(b"the first")
    written(database, path)
    assert path.read_bytes() == b"the first"
    assert [each.name for each in tmp_path.iterdir()] == ["marks"]


def test_marks_that_are_not_kept_leave_nothing(tmp_path: Path) -> None:
    with MarksWriter(tmp_path / "runs" / "1") as writer, writer.part("rows") as part:
        part([b"leaf" * 8], [b"line"])
    assert not list((tmp_path / "runs").iterdir())


def test_a_folder_that_cannot_be_written_disturbs_nobody_until_marks_are_to_be_kept(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    with MarksWriter(tmp_path / "runs" / "1") as writer:
        with writer.part("rows") as part:
            part([b"leaf" * 8], [b"line"])
        with pytest.raises(FileExistsError):
            writer.keep()


def test_a_disk_that_fills_up_disturbs_nobody_until_marks_are_to_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with MarksWriter(tmp_path / "1") as writer:
        with writer.part("rows") as part:
            monkeypatch.setattr(PartWriter, "_take", full)
            part([b"leaf" * 8], [b"line"])
        with pytest.raises(OSError, match="No space left"):
            writer.keep()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("cut", [10, 200, 400])
def test_marks_that_end_too_early_are_none(database: psycopg.Connection[Any], tmp_path: Path, cut: int) -> None:
    path = written(database, tmp_path / "marks")
    assert read_marks(path)
    path.write_bytes(path.read_bytes()[:-cut])
    assert read_marks(path) == {}
