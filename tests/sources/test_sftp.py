"""Against a real SSH server on loopback."""

from __future__ import annotations

import os
import traceback
from dataclasses import replace
from datetime import date

import asyncssh
import pytest
from drop import SAID, Drop

from cakupan.sources import Away, BrokenContract, Changed, LoginRefused, NotConnected, PartialDelivery, Unreachable
from cakupan.sources.sftp import Sftp
from cakupan.sources.watch import Watch

WHOLE = os.urandom(3 << 20)


@pytest.fixture
def drop(tmp_path):
    (tmp_path / "root/drop/bpjstk/iuran").mkdir(parents=True)
    with Drop(tmp_path / "root", tmp_path) as server:
        yield server


@pytest.fixture
def folder(drop):
    return drop.root / "drop/bpjstk/iuran"


@pytest.fixture
def listed(drop, feed_called, night, retries):
    def look(account=None, wait=lambda _: None):
        source = Sftp(account or drop.account, wait=wait, retries=retries)
        return source.deliveries(feed_called("bpjstk.iuran"), night)

    return look


def test_lists_deliveries_oldest_first_and_streams_their_bytes(drop, folder, listed):
    (folder / "iuran_20250909.csv.gz").write_bytes(WHOLE)
    (folder / "iuran_20241231.csv.gz").write_bytes(b"")
    (folder / "iuran_20250101.csv.gz").write_bytes(b"second")

    deliveries = listed()

    assert [d.business_date for d in deliveries] == [date(2024, 12, 31), date(2025, 1, 1), date(2025, 9, 9)]
    contents = []
    for delivery in deliveries:
        with delivery.open() as stream:
            contents.append(stream.read())
    assert contents == [b"", b"second", WHOLE]
    assert drop.connections == 1


def test_only_regular_files_named_as_the_feed_names_them(drop, folder, listed):
    (drop.root / "secret").write_bytes(b"x")
    (folder / "iuran_20250901.csv.gz").symlink_to(drop.root / "secret")
    (folder / "iuran_20250902.csv.gz").mkdir()
    for name in ("iuran_20250909.csv", "..iuran_20250909.csv.gz", "-rf", "iuran_20250909.csv.gz\n", "x" * 250):
        (folder / name).write_bytes(b"x")
    (folder / os.fsdecode(b"iuran_20250909\xff.csv.gz")).write_bytes(b"x")
    (folder / "iuran_20250908.csv.gz").write_bytes(b"x")

    assert [d.name for d in listed()] == ["iuran_20250908.csv.gz"]


@pytest.mark.parametrize("step", ["file", "folder"])
def test_what_became_a_link_since_it_was_listed_is_not_read(drop, folder, listed, step):
    path = folder / "iuran_20250908.csv.gz"
    path.write_bytes(b"rows")
    (found,) = listed()
    replaced = path if step == "file" else folder
    replaced.rename(drop.root / "elsewhere")  # the same file, as its state tells
    replaced.symlink_to(drop.root / "elsewhere")
    with pytest.raises(Changed, match="a file became a link before it was read"):
        copied(found)


def test_a_folder_that_is_a_link_holds_nothing(drop, folder, listed):
    (drop.root / "elsewhere").mkdir()
    (drop.root / "elsewhere/iuran_20250908.csv.gz").write_bytes(b"x")
    folder.rmdir()
    folder.symlink_to(drop.root / "elsewhere")

    assert listed() == []


def test_a_feed_without_folder_has_nothing_but_a_tree_without_root_is_told(drop, folder, listed):
    folder.rmdir()
    assert listed() == []
    with pytest.raises(BrokenContract, match="agency_bpjstk: no folder '/other' on the server"):
        listed(replace(drop.account, path="/other"))


def test_a_file_that_grows_is_left_for_later(folder, listed):
    growing = folder / "iuran_20250909.csv.gz"
    growing.write_bytes(b"half")
    os.utime(growing, (0, 0))  # a server's clock may say anything
    (folder / "iuran_20250908.csv.gz").write_bytes(b"whole")

    def upload_goes_on(_):
        growing.write_bytes(b"half and half")

    assert [d.name for d in listed(wait=upload_goes_on)] == ["iuran_20250908.csv.gz"]


def test_a_file_that_is_sent_again_in_place_is_left_for_later(folder, listed):
    path = folder / "iuran_20250909.csv.gz"
    path.write_bytes(b"first")
    os.utime(path, (1000, 1000))
    assert listed(wait=lambda _: path.write_bytes(b"other")) == []


def test_feeds_of_one_tree_are_watched_together(drop, folder, feed_called, night, retries):
    now, waited = [100.0], []
    watch = Watch(lambda: now[0])

    def wait(seconds):
        waited.append(seconds)
        now[0] += seconds

    def look(name):
        source = Sftp(drop.account, 5.0, wait, retries, watch)
        return [delivery.name for delivery in source.deliveries(feed_called(name), night)]

    jakon = folder.parent / "jakon"
    jakon.mkdir()
    (folder / "iuran_20250909.csv.gz").write_bytes(WHOLE)
    (jakon / "jakon_20250909.csv.gz").write_bytes(WHOLE)
    assert look("bpjstk.iuran") == ["iuran_20250909.csv.gz"]
    assert look("bpjstk.jakon") == ["jakon_20250909.csv.gz"]
    assert waited == [5.0]

    (jakon / "jakon_20250909.csv.gz").write_bytes(b"sent again")
    now[0] += 60
    assert look("bpjstk.jakon") == ["jakon_20250909.csv.gz"]
    assert waited == [5.0, 5.0]


def test_a_file_that_changes_before_or_while_it_is_read_is_no_delivery(folder, listed):
    path = folder / "iuran_20250909.csv.gz"
    path.write_bytes(WHOLE)
    (delivery,) = listed()
    with delivery.open() as stream, pytest.raises(PartialDelivery, match="changed while it was read"):
        stream.read(10)
        with path.open("ab") as upload:
            upload.write(b"more")
        stream.read()
    with pytest.raises(PartialDelivery, match="changed while it was read"):
        delivery.open()


# The client's own thread, which reads ahead, complains when the connection goes.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_connection_lost_in_the_middle_never_yields_a_prefix(drop, folder, listed):
    (folder / "iuran_20250909.csv.gz").write_bytes(WHOLE)
    (delivery,) = listed()
    drop.cut_after = 1 << 20
    with delivery.open() as stream, pytest.raises(Unreachable, match="agency_bpjstk: connection lost"):
        while stream.read(1 << 16):
            pass
    drop.cut_after = None
    with delivery.open() as stream:
        assert stream.read() == WHOLE


def test_a_file_shorter_than_the_server_says_is_no_delivery(drop, folder, listed):
    (folder / "iuran_20250909.csv.gz").write_bytes(WHOLE)
    (delivery,) = listed()
    drop.ends_at = 1 << 20
    with delivery.open() as stream, pytest.raises(PartialDelivery, match="a file ended after 1048576 of 3145728 bytes"):
        stream.read()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_file_cut_while_it_is_read_is_no_delivery(drop, folder, listed):
    path = folder / "iuran_20250909.csv.gz"
    path.write_bytes(WHOLE)
    (delivery,) = listed()
    with delivery.open() as stream, pytest.raises(PartialDelivery, match="changed while it was read"):
        os.truncate(path, 1 << 20)
        stream.read()


def test_a_look_says_which_file_is_the_newest_without_waiting(drop, folder, feed_called, night):
    def never(_):
        raise AssertionError("waited")

    for day in ("20250909", "20241231"):
        (folder / f"iuran_{day}.csv.gz").touch()
    seen = Sftp(drop.account, wait=never).probe(feed_called("bpjstk.iuran"), night)
    assert seen == "2 files, the newest iuran_20250909.csv.gz"


@pytest.mark.parametrize("form", ["{0} {1}", "{1}", "{0} {1} comment", "[127.0.0.1]:2222 {0} {1}"])
def test_the_host_key_may_be_written_as_any_tool_writes_it(drop, listed, form):
    kind, encoded = drop.account.host_key.split(" ")[:2]
    assert listed(replace(drop.account, host_key=form.format(kind, encoded))) == []


def test_logs_in_with_a_private_key_that_has_a_passphrase(drop, listed):
    key = drop.user_key.export_private_key("openssh", "planted", rounds=1, ignore_few_rounds=True).decode()
    account = replace(drop.account, password=None, private_key=key)
    assert listed(replace(account, passphrase="planted")) == []
    for wrong, told in ((None, "without passphrase"), ("planted-too", "that private_key_passphrase opens")):
        with pytest.raises(BrokenContract, match=told) as error:
            listed(replace(account, passphrase=wrong))
        assert "planted" not in str(error.value)


def test_logs_in_with_a_private_key(drop, folder, listed):
    (folder / "iuran_20250909.csv.gz").write_bytes(b"x")
    key = drop.user_key.export_private_key("openssh").decode()
    assert len(listed(replace(drop.account, password=None, private_key=key))) == 1


def test_a_refused_login_is_told_at_once_and_without_the_password(drop, listed, waits):
    with pytest.raises(LoginRefused, match="agency_bpjstk: the server refused login 'cakupan'") as told:
        listed(replace(drop.account, password="wrong-secret"))
    assert "wrong-secret" not in str(told.value)
    assert waits == []


def test_a_server_with_another_host_key_gets_no_password(drop, listed, waits):
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    with pytest.raises(BrokenContract, match="another key than host_key"):
        listed(replace(drop.account, host_key=other))
    rsa = asyncssh.generate_private_key("ssh-rsa").export_public_key().decode()
    with pytest.raises(BrokenContract, match="another key than host_key"):
        listed(replace(drop.account, host_key=rsa))
    assert drop.connections == 0


@pytest.mark.parametrize("key", ["", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 %%%", "AAAA", "no-type AAAA"])
def test_a_host_key_that_is_none_is_told(drop, listed, key):
    with pytest.raises(BrokenContract, match="agency_bpjstk: host_key is no public key"):
        listed(replace(drop.account, host_key=key))


def test_a_private_key_that_is_none_is_told_without_it(drop, listed):
    with pytest.raises(BrokenContract, match="private_key is no Ed25519") as told:
        listed(replace(drop.account, private_key="planted-secret"))
    assert "planted-secret" not in str(told.value)


def test_a_server_that_is_away_is_asked_again_later(drop, listed, waits):
    away = replace(drop.account, port=1, host_key=drop.account.host_key)
    with pytest.raises(Unreachable, match="agency_bpjstk: cannot connect"):
        listed(away)
    assert len(waits) == 3
    assert waits == sorted(waits)


def copied(delivery) -> bytes:
    return delivery.copy(lambda stream: b"".join(iter(lambda: stream.read(1 << 16), b"")))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_file_that_breaks_off_is_read_again_from_its_beginning(drop, folder, listed, waits):
    (folder / "iuran_20250909.csv.gz").write_bytes(WHOLE)
    (delivery,) = listed()
    drop.breaks = {"iuran_20250909.csv.gz": 2}
    assert copied(delivery) == WHOLE
    assert len(waits) == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_file_that_breaks_off_each_time_says_nothing_of_the_agency(drop, folder, listed, waits):
    for day in ("20250908", "20250909"):
        (folder / f"iuran_{day}.csv.gz").write_bytes(WHOLE)
    broken, whole = listed()
    drop.breaks = {broken.name: 100}
    with pytest.raises(Unreachable, match="connection lost") as told:
        copied(broken)
    assert not isinstance(told.value, Away)
    assert len(waits) == 3
    assert copied(whole) == WHOLE


def test_a_server_that_is_silent_over_one_file_is_not_waited_for_without_end(drop, folder, listed, monkeypatch):
    monkeypatch.setattr("cakupan.sources.sftp.TIMEOUT_SECONDS", 0.2)
    for day in ("20250908", "20250909"):
        (folder / f"iuran_{day}.csv.gz").write_bytes(b"rows")
    silent, whole = listed()
    drop.silent_over = {silent.name}
    with pytest.raises(Unreachable, match="TimeoutError") as told:
        copied(silent)
    assert not isinstance(told.value, Away)
    assert copied(whole) == b"rows"


def test_what_the_server_says_of_a_file_leaves_the_connection_as_it_is(drop, folder, listed, waits):
    for day in ("20250907", "20250908", "20250909"):
        (folder / f"iuran_{day}.csv.gz").write_bytes(b"rows")
    gone, denied, failing = listed()
    (folder / gone.name).unlink()
    drop.denied, drop.failing = {denied.name}, {failing.name}
    with pytest.raises(Changed, match="a file went away before it was read"):
        copied(gone)
    with pytest.raises(BrokenContract, match="the account may not read a file"):
        copied(denied)
    assert waits == []
    with pytest.raises(Unreachable, match="the server answers, but could not read a file"):
        copied(failing)
    assert drop.connections == 1


def test_what_the_server_says_is_told_nowhere(drop, folder, listed, caplog):
    for day in ("20250907", "20250908"):
        (folder / f"iuran_{day}.csv.gz").write_bytes(b"rows")
    denied, failing = listed()
    drop.denied, drop.failing = {denied.name}, {failing.name}
    told = ""
    for delivery in (denied, failing):
        with pytest.raises(NotConnected) as raised:
            copied(delivery)
        told += "".join(traceback.format_exception(raised.value))
    drop.denied = {folder.name}
    with pytest.raises(NotConnected) as raised:
        listed()
    told += "".join(traceback.format_exception(raised.value)) + caplog.text
    assert told.count("agency_bpjstk: ") == 3
    assert [word for word in SAID.split() if word in told and len(word) > 5] == []


def test_a_folder_that_may_not_be_read_is_its_feeds_trouble(drop, folder, feed_called, night, retries):
    (folder.parent / "jakon").mkdir()
    (folder.parent / "jakon/jakon_20250909.csv.gz").write_bytes(b"x")
    (folder / "iuran_20250909.csv.gz").write_bytes(b"x")
    drop.denied = {"iuran"}
    source = Sftp(drop.account, wait=lambda _: None, retries=retries, watch=Watch())
    with pytest.raises(BrokenContract, match="may not read the folder bpjstk/iuran"):
        source.deliveries(feed_called("bpjstk.iuran"), night)
    assert [d.name for d in source.deliveries(feed_called("bpjstk.jakon"), night)] == ["jakon_20250909.csv.gz"]


def test_a_server_that_shares_no_way_of_encrypting_is_told_at_once(tmp_path, feed_called, night, retries, waits):
    (tmp_path / "root/drop").mkdir(parents=True)
    with (
        Drop(tmp_path / "root", tmp_path, kex_algs=["diffie-hellman-group18-sha512"]) as old,
        pytest.raises(BrokenContract, match="no way of encrypting in common"),
    ):
        Sftp(old.account, retries=retries).deliveries(feed_called("bpjstk.iuran"), night)
    assert waits == []
