import os
import shutil
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from cakupan.feeds import Feed, find_feed
from cakupan.sources import Changed, Unreachable
from cakupan.sources.folder import Folder

FEEDS = Path(__file__).parents[2] / "feeds"
NIGHT = date(2025, 9, 9)


@pytest.fixture
def feed() -> Feed:
    return find_feed(FEEDS, "bpjstk.iuran")


@pytest.fixture
def drop(tmp_path):
    folder = tmp_path / "drop" / "bpjstk" / "iuran"
    folder.mkdir(parents=True)
    return folder


def found(feed, drop, **options):
    return Folder(drop.parents[1], **options).deliveries(feed, NIGHT)


def test_lists_deliveries_oldest_first_and_opens_their_bytes(feed, drop):
    days = [date(2024, 12, 31) + timedelta(days=number * 7 % 60) for number in range(60)]
    for day in days:
        (drop / f"iuran_{day:%Y%m%d}.csv.gz").write_bytes(f"{day:%Y%m%d}".encode())

    deliveries = found(feed, drop)

    assert [d.business_date for d in deliveries] == sorted(days)
    assert deliveries[0].name == "iuran_20241231.csv.gz"
    with deliveries[0].open() as stream:
        assert stream.read() == b"20241231"


def test_a_folder_that_is_not_there_holds_nothing_but_a_share_that_is_not_there_is_told(feed, tmp_path):
    assert Folder(tmp_path).deliveries(feed, NIGHT) == []
    with pytest.raises(Unreachable, match="as when a share is not mounted"):
        Folder(tmp_path / "share").deliveries(feed, NIGHT)


@pytest.mark.parametrize(
    "name",
    [
        "iuran_20250230.csv.gz",
        "iuran_2025099.csv.gz",
        "iuran_20250909.csv",
        "iuran_20250909.csv.gz.part",
        "iuran_20250909.csv.gz\n",
        "-rf_20250909.csv.gz",
        "kepesertaan_20250909.csv.gz",
        "iuran_20250909Xcsv.gz",
        "iuran_٢٠٢٥٠٩٠٩.csv.gz",
        "x" * 250,
    ],
)
def test_other_names_are_no_deliveries(feed, drop, name):
    (drop / name).write_bytes(b"x")
    assert found(feed, drop) == []


def test_a_name_that_is_no_text_is_no_delivery(feed, drop):
    (drop / os.fsdecode(b"iuran_20250909\xff.csv.gz")).write_bytes(b"x")
    assert found(feed, drop) == []


def test_a_directory_or_pipe_is_no_delivery(feed, drop):
    (drop / "iuran_20250909.csv.gz").mkdir()
    os.mkfifo(drop / "iuran_20250910.csv.gz")
    assert found(feed, drop) == []


def test_links_are_followed_only_within_the_root(feed, drop, tmp_path):
    outside = tmp_path / "secret"
    outside.write_bytes(b"x")
    (drop / "iuran_20250908.csv.gz").symlink_to(outside)
    (drop / "iuran_20250907.csv.gz").symlink_to(drop / "nothing")
    (drop / "iuran_20250906.csv.gz").symlink_to(drop / "iuran_20250906.csv.gz")
    inside = drop / "kept"
    inside.write_bytes(b"x")
    (drop / "iuran_20250909.csv.gz").symlink_to(inside)

    assert [d.name for d in found(feed, drop)] == ["iuran_20250909.csv.gz"]


@pytest.mark.parametrize("step", ["file", "folder", "agency"])
def test_what_became_a_link_since_it_was_listed_is_not_read(feed, drop, tmp_path, step):
    """Even where the link leads to a file that looks the same, or the link comes after the path was looked at."""
    path = drop / "iuran_20250909.csv.gz"
    path.write_bytes(b"rows")
    (listed,) = found(feed, drop)
    replaced = {"file": path, "folder": drop, "agency": drop.parent}[step]
    outside = tmp_path / "outside"
    replaced.rename(outside)  # the same file, as its state tells
    replaced.symlink_to(outside)
    with pytest.raises(Changed, match="became a link out of the folder"):
        listed.open()
    late = path.absolute()
    with pytest.MonkeyPatch.context() as between, pytest.raises(Changed, match="became a link before it was read"):
        between.setattr(Path, "resolve", lambda self: self if self != path else late)
        listed.open()


def test_another_file_that_looks_the_same_is_not_the_one_that_was_listed(feed, drop):
    path, other = drop / "iuran_20250909.csv.gz", drop / "other"
    for each in (path, other):
        each.write_bytes(b"rows")
        os.utime(each, (1, 1))
    (listed,) = found(feed, drop)
    path.unlink()
    path.symlink_to(other)
    with pytest.raises(Changed, match="was changed"):
        listed.open()


def test_a_pipe_put_in_place_of_a_file_is_not_waited_for(feed, drop):
    path = drop / "iuran_20250909.csv.gz"
    path.write_bytes(b"rows")
    (listed,) = found(feed, drop)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Changed, match="was changed"):
        listed.open()


def test_a_feed_folder_that_links_out_of_the_root_holds_nothing(feed, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "iuran_20250909.csv.gz").write_bytes(b"x")
    (tmp_path / "drop" / "bpjstk").mkdir(parents=True)
    (tmp_path / "drop" / "bpjstk" / "iuran").symlink_to(outside)

    assert Folder(tmp_path / "drop").deliveries(feed, NIGHT) == []


def test_a_file_that_grows_while_watched_is_left_for_later(feed, drop):
    growing = drop / "iuran_20250909.csv.gz"
    growing.write_bytes(b"half")
    (drop / "iuran_20250908.csv.gz").write_bytes(b"whole")
    waited = []

    def upload_goes_on(seconds):
        waited.append(seconds)
        growing.write_bytes(b"half and half")

    deliveries = found(feed, drop, settle_seconds=5, wait=upload_goes_on)

    assert [d.name for d in deliveries] == ["iuran_20250908.csv.gz"]
    assert 0 < waited[0] <= 5


def test_an_old_file_is_taken_without_waiting(feed, drop):
    path = drop / "iuran_20250909.csv.gz"
    path.write_bytes(b"x")
    os.utime(path, (time.time() - 60, time.time() - 60))

    def never(seconds):
        raise AssertionError("waited")

    assert len(found(feed, drop, settle_seconds=5, wait=never)) == 1


def test_a_young_file_is_watched_only_until_it_has_settled(feed, drop):
    path = drop / "iuran_20250909.csv.gz"
    path.write_bytes(b"x")
    os.utime(path, (time.time() - 60, time.time() - 60))
    waited = []
    assert len(found(feed, drop, settle_seconds=100, wait=waited.append)) == 1
    assert 30 < waited[0] <= 40


def test_a_file_from_the_future_is_watched_no_longer_than_the_settle_time(feed, drop):
    path = drop / "iuran_20250909.csv.gz"
    path.write_bytes(b"x")
    os.utime(path, (time.time() + 172_800, time.time() + 172_800))
    waited = []

    assert len(found(feed, drop, settle_seconds=5, wait=waited.append)) == 1
    assert waited == [5]


def test_a_file_that_goes_away_while_watched_is_no_delivery(feed, drop):
    path = drop / "iuran_20250909.csv.gz"
    path.write_bytes(b"x")
    assert found(feed, drop, settle_seconds=5, wait=lambda _: path.unlink()) == []


def test_what_goes_away_while_a_folder_is_listed_is_left_out(feed, drop, monkeypatch):
    folder = Folder(drop.parents[1])
    for lists, beside in ((drop, "iuran_20250908.csv.gz"), (drop.parent, "catatan.txt")):
        (lists / beside).write_bytes(b"here")
    listed = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda path: [*listed(path), path / "iuran_20250909.csv.gz"])
    assert [d.name for d in folder.deliveries(feed, NIGHT)] == ["iuran_20250908.csv.gz"]
    assert [other.name for other in folder.around(feed.agency, [feed])] == ["catatan.txt"]


def test_the_fingerprint_tells_size_time_and_place_apart(feed, drop):
    path = drop / "iuran_20250909.csv.gz"
    seen = []
    for content, changed in ((b"x", 1), (b"xx", 1), (b"x", 2), (b"x", 2)):
        path.write_bytes(content)
        os.utime(path, (changed, changed))
        seen.append(found(feed, drop)[0].fingerprint)
    assert len(set(seen)) == 3
    assert seen[2] == seen[3]
    elsewhere = Path(shutil.copytree(drop.parents[1], drop.parents[2] / "elsewhere"))
    assert Folder(elsewhere).deliveries(feed, NIGHT)[0].fingerprint not in seen
