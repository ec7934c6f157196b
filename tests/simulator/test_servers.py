"""The agencies' stand-ins speak the protocols of the real systems."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import httpx
import paramiko
import psycopg
import pytest

from cakupan import settings
from cakupan.feeds import find_feed
from cakupan.sources import BrokenContract, LoginRefused
from simulator.feeds import BY_NAME, FEEDS
from simulator.servers.city import protocol
from tests.simulator.serving import BEFORE, NIGHT, ROOM, ROWS, TABLE, Servers, make_city, original, recorded, running

pytestmark = pytest.mark.warehouse  # an agency's own database is a PostgreSQL too


@pytest.fixture(scope="module")
def city(public_folder: Callable[[], Path]) -> Path:
    return make_city(public_folder())


@pytest.fixture(scope="module")
def calm(city: Path) -> Iterator[Servers]:
    with running(city, "--night", NIGHT) as servers:
        yield servers


def test_every_agency_has_one_connection(calm: Servers) -> None:
    kinds = {agency: its["conn_type"] for agency, its in calm.connections.items()}
    assert kinds == {feed.code.split(".")[0]: protocol(feed) for feed in FEEDS}
    assert "private_key" in calm.connections["sipd"]["extra"]
    assert {its["host"].removeprefix("http://").split(":")[0] for its in calm.connections.values()} == {"127.0.0.1"}


@pytest.mark.parametrize("code", [feed.code for feed in FEEDS if protocol(feed) == "sftp"])
def test_files_come_as_they_are(calm: Servers, city: Path, code: str) -> None:
    nights = [BEFORE] if code == "distan.kelompok_tani" else [BEFORE, NIGHT]
    assert calm.read(code) == {night: original(city, code, night) for night in nights}


@pytest.mark.parametrize("code", list(ROWS))
def test_rows_of_an_api_come_in_their_own_text(calm: Servers, code: str) -> None:
    as_text = {"parse_float": str, "parse_int": str}
    (content,) = calm.read(code).values()
    assert json.loads(content, **as_text) == json.loads(recorded(code), **as_text)
    assert content.count(b".10,") == ROWS[code]


def test_a_table_comes_with_its_dirt(calm: Servers) -> None:
    (content,) = calm.read("diskumdag.pelaku_usaha").values()
    assert sorted(csv.reader(io.StringIO(content.decode()))) == sorted(csv.reader(io.StringIO(TABLE)))
    its = calm.connections["diskumdag"]
    where = {"host": its["host"], "port": its["port"], "dbname": its["schema"], "user": its["login"]}
    with psycopg.connect(**where, password=its["password"], autocommit=True) as reader:
        types = reader.execute("select distinct data_type from information_schema.columns where table_name = %s"
                               " or table_name = 'sosialisasi'", ("pelaku_usaha",)).fetchall()  # fmt: skip
        assert types == [("text",)]
        assert reader.execute('select count(*) from pelaku_usaha where "nama usaha" is null').fetchone() == (1,)
        for statement in ("delete from pelaku_usaha", "create table mine (a int)", "set role postgres"):
            with pytest.raises(psycopg.Error):
                reader.execute(statement)
        reader.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("delete from pelaku_usaha")


def test_strangers_are_refused(calm: Servers) -> None:
    for agency in ("bpjstk", "disdik", "diskumdag"):
        feed = next(feed for feed in FEEDS if feed.code.startswith(agency))
        stranger = calm.source(agency, password="wrong")
        with pytest.raises(LoginRefused):
            for found in stranger.deliveries(find_feed(settings.FEEDS, feed.code), NIGHT):
                found.open()
    url = calm.connections["disdik"]["host"]
    other = {"Authorization": f"Bearer {calm.connections['hukum']['password']}"}
    assert httpx.get(f"{url}/ptk-non-asn?tanggal={NIGHT}", headers=other).status_code == 401


def test_an_account_sees_its_own_files_and_changes_none(calm: Servers, city: Path) -> None:
    its = calm.connections["bps"]
    with paramiko.Transport((its["host"], its["port"])) as transport:
        transport.connect(username="bps", password=its["password"])
        files = paramiko.SFTPClient.from_transport(transport)
        assert files.listdir("/") == ["bps"]
        for path in ("/bpjstk", "/../../etc/passwd", "/bps/../bpjstk/iuran/iuran_20250909.csv.gz"):
            with pytest.raises(FileNotFoundError):
                files.stat(path)
        place = "/" + BY_NAME["bps.angkatan_kerja"].path("20250909")
        attempts = (
            lambda: files.open(place, "r+"),
            lambda: files.open("/bps/new", "w"),
            lambda: files.remove(place),
            lambda: files.rename(place, "/bps/other"),
            lambda: files.mkdir("/bps/folder"),
            lambda: files.symlink("/etc/passwd", "/bps/link"),
            lambda: files.truncate(place, 0),
        )
        for attempt in attempts:
            with pytest.raises(PermissionError):
                attempt()
    assert len(original(city, "bps.angkatan_kerja", NIGHT)) > ROOM


@pytest.mark.parametrize(
    ("query", "status"),
    [("tanggal=2025-09-01", 404), ("", 400), ("tanggal=2025-09-09&page=0", 400), ("tanggal=../..", 400)],
)
def test_an_api_says_what_it_cannot_answer(calm: Servers, query: str, status: int) -> None:
    its = calm.connections["disdik"]
    headers = {"Authorization": f"Bearer {its['password']}"}
    assert httpx.get(f"{its['host']}/ptk-non-asn?{query}", headers=headers).status_code == status
    assert httpx.get(f"{its['host']}/else?{query}", headers=headers).status_code == 404


def test_on_an_earlier_night_later_ones_are_unknown_and_nothing_was_sent_again(city: Path) -> None:
    with running(city, "--night", BEFORE) as servers:
        assert servers.read("bpjstk.jakon") == {BEFORE: original(city, "bpjstk.jakon", BEFORE)}
        assert servers.read("sipd.sp2d") == {BEFORE: b"as sent first"}
        with pytest.raises(BrokenContract, match="404"):
            servers.read("hukum.regulasi", NIGHT)
        assert servers.read("diskumdag.pelaku_usaha", BEFORE)


def test_a_night_without_delivery_has_no_table(city: Path) -> None:
    with running(city, "--night", "2025-09-10") as servers, pytest.raises(BrokenContract, match="no table"):
        servers.read("diskumdag.pelaku_usaha", date(2025, 9, 10))


def test_a_folder_that_is_no_city_is_refused(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "simulator.servers", "--city", str(tmp_path)],
        cwd=settings.PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (refused.returncode, "holds no deliveries" in refused.stderr) == (2, True)
