"""What lies in a drop and is no delivery is told, with what it should be, wherever the drop is."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from drop import Drop
from s3 import KEY, SECRET, Store

from cakupan.sources import Changed
from cakupan.sources.file_drop import FileDrop
from cakupan.sources.folder import Folder
from cakupan.sources.ignored import Ignored, Kind, ignored_in_folder, printable
from cakupan.sources.object_store import ObjectStore, StoreAccount
from cakupan.sources.sftp import Sftp
from cakupan.sources.watch import Watch

NIGHT = date(2025, 9, 9)
DATED = "relawan_disabilitas_20250909.csv"
NIK = "3579010101900001"

NAMES = {
    "relawan_disabilitas_20250909.CSV": ("OTHER_LETTERS", DATED),
    "Relawan_Disabilitas_20250909.csv": ("OTHER_LETTERS", DATED),
    "relawan_disabilitas_20250909.csv ": ("OTHER_LETTERS", DATED),
    " relawan_disabilitas_20250909.csv": ("OTHER_LETTERS", DATED),
    "relawan_disabilitas\u200b_20250909.csv": ("OTHER_LETTERS", DATED),
    "relawan_disabilitas_\uff12\uff10250909.csv": ("OTHER_LETTERS", DATED),
    "relawan_disabilitas_20250909.xlsx": ("OTHER_EXTENSION", DATED),
    "relawan_disabilitas_20250909.csv.gz": ("OTHER_EXTENSION", DATED),
    "relawan_disabilitas_20250909": ("OTHER_EXTENSION", DATED),
    "RELAWAN_DISABILITAS_20250909.TXT": ("OTHER_EXTENSION", DATED),
    "relawan_disabilitas_20250230.csv": ("NO_SUCH_DATE", "relawan_disabilitas_YYYYMMDD.csv"),
    "relawan_disabilitas_20259909.csv": ("NO_SUCH_DATE", "relawan_disabilitas_YYYYMMDD.csv"),
    "relawan_disabilitas_20250909 (1).csv": ("OTHER_NAME", DATED),
    "relawan_disabilitas_20250909 - Copy.csv": ("OTHER_NAME", DATED),
    "relawan_disabilitas_2025-09-09.csv": ("OTHER_NAME", DATED),
    "relawan_disabilitas_09-09-2025.csv": ("OTHER_NAME", DATED),
    "relawan_disabilitas_09092025.csv": ("OTHER_NAME", DATED),
    "relawan-disabilitas-20250909.csv": ("OTHER_NAME", DATED),
    "Data relawan 9.9.2025 final.csv": ("OTHER_NAME", DATED),
    "relawan_disabilitas.csv": ("OTHER_NAME", "relawan_disabilitas_YYYYMMDD.csv"),
    "-rf": ("OTHER_NAME", "relawan_disabilitas_YYYYMMDD.csv"),
    "~$relawan_disabilitas_20250909.xlsx": ("UNFINISHED", DATED),
    ".~lock.relawan_disabilitas_20250909.csv#": ("UNFINISHED", DATED),
    ".relawan_disabilitas_20250909.csv.Xk2": ("UNFINISHED", DATED),
    "relawan_disabilitas_20250909.csv.filepart": ("UNFINISHED", DATED),
    "relawan_disabilitas_20250909.csv.part": ("UNFINISHED", DATED),
    "relawan_disabilitas_20250909.csv~": ("UNFINISHED", DATED),
    "relawan_disabilitas_20250910.csv": ("WAITS", "2025-09-10"),
    "relawan_disabilitas_20520909.csv": ("FAR_AHEAD", "lebih dari setahun"),
}


@pytest.fixture
def feed(feed_called):
    return feed_called("dinsos.relawan_disabilitas")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_another_name_is_told_with_what_it_should_be_called(feed, name):
    code, should = NAMES[name]
    (told,) = ignored_in_folder(feed, NIGHT, {name: Kind.FILE, "relawan_disabilitas_20250801.csv": Kind.FILE})
    assert (told.feed, told.reason_code) == ("relawan_disabilitas", code)
    assert should in told.reason.id and told.reason.id != told.reason.en
    assert should in told.reason.en or code == "FAR_AHEAD"


def test_nobody_is_told_to_overwrite_the_file_that_lies_beside(feed):
    (told,) = ignored_in_folder(feed, NIGHT, {DATED: Kind.FILE, "relawan_disabilitas_20250909.CSV": Kind.FILE})
    assert told.reason_code == "BESIDE"
    assert f"berkas {DATED} ada di sebelahnya" in told.reason.id
    assert f"the file {DATED} lies beside it" in told.reason.en
    beside_a_link = ignored_in_folder(feed, NIGHT, {DATED: Kind.LINK, "relawan_disabilitas_20250909.CSV": Kind.FILE})
    assert {one.reason_code for one in beside_a_link} == {"LINK", "OTHER_LETTERS"}


def test_what_systems_leave_in_every_folder_is_nobodys_fault(feed):
    assert ignored_in_folder(feed, NIGHT, dict.fromkeys((".DS_Store", "Thumbs.db", "desktop.ini"), Kind.FILE)) == []


def test_a_name_is_shown_without_what_could_harm_and_without_personal_numbers(feed):
    assert printable(f"a\n\x1b[2J{NIK}\u202e.csv") == "a\ufffd\ufffd[2JXXXXXXXXXXXXXXXX.csv"
    assert len(printable("x" * 4000)) == 121
    assert printable(os.fsdecode(b"a\xff.csv")) == "a\ufffd.csv"
    other = "3579010101900002"
    told = ignored_in_folder(feed, NIGHT, {f"{NIK}.csv": Kind.FILE, f"{other}.csv": Kind.FILE})
    assert [one.name for one in told] == ["X" * 16 + ".csv", "X" * 16 + ".csv (2)"]
    assert NIK not in str(told)


def fill(root: Path) -> None:
    """A drop as an office left it."""
    folder = root / "dinsos/relawan_disabilitas"
    folder.mkdir(parents=True)
    for name in (DATED, "relawan_disabilitas_20250908.CSV", "relawan_disabilitas_20250910.csv"):
        (folder / name).write_bytes(b"rows")
    (root / "dinsos/relawan_disabilitas_20250909.csv").write_bytes(b"rows")
    (root / "dinsos/Relawan").mkdir()
    (root / "dinsos/Relawan/relawan_disabilitas_20250909.csv").write_bytes(b"rows")


def seen(source: FileDrop, feed) -> tuple[list[str], list[Ignored], list[Ignored]]:
    found = source.deliveries(feed, NIGHT)
    return (
        [one.name for one in found if one.business_date <= NIGHT],
        source.ignored(feed, NIGHT),
        source.around("dinsos", [feed]),
    )


@pytest.fixture(params=["folder", "sftp", "store"])
def told(request, tmp_path, feed, retries) -> Callable[[], tuple[list[str], list[Ignored], list[Ignored]]]:
    """What each kind of drop says of the same tree."""
    fill(tmp_path / "root/drop")
    if request.param == "folder":
        yield lambda: seen(Folder(tmp_path / "root/drop"), feed)
    elif request.param == "sftp":
        with Drop(tmp_path / "root", tmp_path) as server:
            yield lambda: seen(Sftp(server.account, 0, retries=retries, watch=Watch()), feed)
    else:
        with Store() as store:
            for path in (tmp_path / "root").rglob("*.*"):
                store.objects[path.relative_to(tmp_path / "root").as_posix()] = path.read_bytes()
            account = StoreAccount("agency_dinsos", "s3://drop/drop", KEY, SECRET, store.url)
            yield lambda: seen(ObjectStore(account, retries), feed)


def test_every_kind_of_drop_tells_the_same(told):
    taken, beside, around = told()
    assert taken == [DATED]
    assert [(one.name, one.reason_code) for one in beside] == [
        ("relawan_disabilitas_20250908.CSV", "OTHER_LETTERS"),
        ("relawan_disabilitas_20250910.csv", "WAITS"),
    ]
    assert [(one.feed, one.name, one.reason_code) for one in around] == [
        ("", "Relawan", "UNKNOWN_FOLDER"),
        ("", "relawan_disabilitas_20250909.csv", "OUTSIDE"),
    ]
    assert all("relawan_disabilitas" in one.reason.id for one in around)


@pytest.mark.parametrize("kind", ["folder", "sftp"])
def test_links_folders_and_pipes_are_told_as_what_they_are(tmp_path, feed, retries, kind):
    root = tmp_path / "root/drop"
    folder = root / "dinsos/relawan_disabilitas"
    folder.mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"x")
    (folder / "relawan_disabilitas_20250907.csv").symlink_to(tmp_path / "secret")
    (folder / "relawan_disabilitas_20250908.csv").mkdir()
    os.mkfifo(folder / "relawan_disabilitas_20250909.csv")
    assert stat.S_ISFIFO((folder / "relawan_disabilitas_20250909.csv").stat().st_mode)
    (root / "dinsos/linked").symlink_to(tmp_path)
    if kind == "folder":
        taken, beside, around = seen(Folder(root), feed)
    else:
        with Drop(tmp_path / "root", tmp_path) as server:
            taken, beside, around = seen(Sftp(server.account, 0, retries=retries, watch=Watch()), feed)
    assert taken == []
    assert [one.reason_code for one in beside] == ["LINK", "FOLDER", "SPECIAL"]
    assert [(one.name, one.reason_code) for one in around] == [("linked", "LINK")]


def test_a_file_that_grows_is_told_as_one_that_waits(tmp_path, feed):
    folder = tmp_path / "dinsos/relawan_disabilitas"
    folder.mkdir(parents=True)
    growing = folder / DATED
    growing.write_bytes(b"half")
    source = Folder(tmp_path, 5, lambda _: growing.write_bytes(b"half and half"))
    assert seen(source, feed)[0] == []
    (one,) = source.ignored(feed, NIGHT)
    assert (one.name, one.reason_code, one.waits) == (DATED, "GROWING", True)


def test_a_look_says_what_lies_there_and_is_not_taken(tmp_path, feed):
    fill(tmp_path)
    told = Folder(tmp_path).probe(feed, NIGHT)
    assert told.startswith("2 files, the newest relawan_disabilitas_20250910.csv; 1 not taken: relawan")
    assert "relawan_disabilitas_20250908.csv" in told


@pytest.mark.parametrize("kind", ["folder", "sftp", "store"])
def test_what_lies_a_folder_too_high_is_told_to_whose_it_is(tmp_path, feed, retries, kind):
    root = tmp_path / "root/drop"
    (root / "Dinsos/relawan_disabilitas").mkdir(parents=True)
    (root / "relawan_disabilitas").mkdir()
    (root / "distan").mkdir()
    for name in (f"Dinsos/relawan_disabilitas/{DATED}", f"relawan_disabilitas/{DATED}", DATED, "distan/x.csv"):
        (root / name).write_bytes(b"x")
    if kind == "folder":
        told = seen(Folder(root), feed)
    elif kind == "sftp":
        with Drop(tmp_path / "root", tmp_path) as server:
            told = seen(Sftp(server.account, 0, retries=retries, watch=Watch()), feed)
    else:
        with Store() as store:
            for path in (file for file in root.rglob("*") if file.is_file()):
                store.objects[path.relative_to(tmp_path / "root").as_posix()] = path.read_bytes()
            told = seen(ObjectStore(StoreAccount("a", "s3://drop/drop", KEY, SECRET, store.url), retries), feed)
    assert told[:2] == ([], [])
    assert [one.name for one in told[2]] == ["Dinsos", "relawan_disabilitas", DATED]
    assert {one.reason_code for one in told[2]} == {"OUTSIDE"}


def test_an_agency_without_a_folder_has_nothing(tmp_path, feed):
    assert seen(Folder(tmp_path), feed) == ([], [], [])


def test_a_file_replaced_while_it_is_read_from_a_folder_is_no_delivery(tmp_path, feed):
    fill(tmp_path)
    (found,) = [one for one in Folder(tmp_path).deliveries(feed, NIGHT) if one.name == DATED]
    path = tmp_path / "dinsos/relawan_disabilitas" / DATED

    def keep(stream):
        stream.read(1)
        path.write_bytes(b"other rows")
        return stream.read()

    with pytest.raises(Changed, match="changed while it was read"):
        found.copy(keep)
    path.unlink()
    with pytest.raises(Changed, match="went away before it was read"):
        found.open()
