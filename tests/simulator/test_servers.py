"""The agencies' stand-ins speak the protocols of the real systems, and end with whoever started them."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import paramiko
import psycopg
import pytest

from cakupan import settings
from cakupan.feeds import find_feed
from cakupan.sources import BrokenContract, LoginRefused, PartialDelivery, Source, Unreachable
from cakupan.sources.connection import Settings, source
from cakupan.sources.patience import Patience
from simulator.feeds import BY_NAME, FEEDS
from simulator.servers.city import City, protocol
from simulator.servers.trouble import Trouble

BEFORE, NIGHT = date(2025, 9, 8), date(2025, 9, 9)
ROWS = {"disdik.ptk_non_asn": 450, "pupr.proyek_konstruksi": 230, "pbj.kontrak": 120, "hukum.regulasi": 3}
TABLE = 'id,nik,"nama usaha"\n1,3579010101800001," Toko, ""Jaya"" "\n1,3579010101800001,\n,35-79,\u00c7\n'
ROOM = 300_000  # bytes of a file that is read in several pieces


@dataclass
class Servers:
    """Running stand-ins."""

    process: subprocess.Popen[str]
    connections: dict[str, dict]

    def source(self, agency: str, **other: object) -> Source:
        its = self.connections[agency] | other
        made = source(
            Settings(
                f"agency_{agency}", its["conn_type"], its["host"], its.get("port"), its.get("login"),
                its.get("password"), its.get("schema"), its.get("extra", {}),
            )
        )  # fmt: skip
        made._patience = Patience(sleep=lambda _: None)
        return made

    def read(self, code: str, night: date = NIGHT) -> dict[date, bytes]:
        """What the feed's own connector gets, by business date."""
        feed = find_feed(settings.FEEDS, code)
        got = {}
        for found in self.source(feed.agency).deliveries(feed, night):
            with found.open() as stream:
                got[found.business_date] = stream.read()
        return got


def recorded(code: str) -> str:
    """Rows in a spelling that a JSON writer would not choose."""
    rows = [f'{{"id" : {n}.10, "nik":"357901010180{n:04}", "nama": "Ibu \u00e7 [{n}]"}}' for n in range(ROWS[code])]
    return "[\n " + ",\n ".join(rows) + "\n]\n"


@pytest.fixture(scope="module")
def city(public_folder: Callable[[], Path]) -> Path:
    """Two nights of deliveries made by hand, the second with an office that was late."""
    root = public_folder()
    for night in (BEFORE, NIGHT):
        for feed in FEEDS:
            path = root / "deliveries" / feed.path(f"{night:%Y%m%d}")
            path.parent.mkdir(parents=True, exist_ok=True)
            match protocol(feed):
                case "http":
                    path.write_text(recorded(feed.code), encoding="utf-8")
                case "postgres":
                    path.write_text(TABLE if feed.code.endswith("pelaku_usaha") else "id,nik\n" + "1,2\n" * 9000)
                case _:
                    path.write_bytes(feed.code.encode() + os.urandom(ROOM))
    (root / "deliveries" / BY_NAME["distan.kelompok_tani"].path("20250909")).unlink()
    first = root / "replaced" / NIGHT.isoformat() / BY_NAME["sipd.sp2d"].path("20250908")
    first.parent.mkdir(parents=True)
    first.write_bytes(b"as sent first")
    incidents = [f"distan.kelompok_tani:{NIGHT}:absent", f"sipd.sp2d:{NIGHT}:re-sent"]
    (root / "manifest.json").write_text(json.dumps({"incidents": incidents}))
    return root


@contextlib.contextmanager
def running(city: Path, *options: object, **environment: str) -> Iterator[Servers]:
    command = [sys.executable, "-m", "simulator.servers", "--city", city, *options]
    process = subprocess.Popen(
        list(map(str, command)), cwd=settings.PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | environment,
    )  # fmt: skip
    try:
        yield Servers(process, json.loads(process.stdout.readline()))
    finally:
        process.stdin.close()
        assert process.wait(20) in {0, -signal.SIGKILL}
        process.stdout.close()


@pytest.fixture(scope="module")
def calm(city: Path) -> Iterator[Servers]:
    with running(city, "--night", NIGHT) as servers:
        yield servers


def original(city: Path, code: str, night: date) -> bytes:
    return (city / "deliveries" / BY_NAME[code].path(f"{night:%Y%m%d}")).read_bytes()


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


def test_trouble_passes_and_nothing_wrong_gets_through(city: Path) -> None:
    with running(city, "--night", NIGHT, "--trouble") as servers:
        failed = []
        for feed in FEEDS:
            for _ in range(3):  # as Airflow tries a task again
                try:
                    got = servers.read(feed.code)
                except (Unreachable, PartialDelivery) as error:
                    failed.append(type(error))
                else:
                    break
            expected = set() if feed.code == "distan.kelompok_tani" else {NIGHT}
            assert set(got) - {BEFORE} == expected
            if protocol(feed) == "sftp":
                assert got == {night: original(city, feed.code, night) for night in got}
            elif protocol(feed) == "http":
                assert json.loads(got[NIGHT]) == json.loads(recorded(feed.code))
        assert sorted(failed, key=str) == [PartialDelivery, Unreachable]  # a row lost, a file cut


def test_the_database_of_a_troubled_night_is_lost_once(city: Path) -> None:
    with running(city, "--night", NIGHT, "--trouble") as servers:
        its = servers.connections["diskumdag"]
        where = {"host": its["host"], "port": its["port"], "dbname": its["schema"], "user": its["login"]}
        for lost in (True, False):
            with psycopg.connect(**where, password=its["password"]) as reader:
                if lost:
                    with pytest.raises(psycopg.OperationalError):
                        reader.execute("select * from sosialisasi")
                else:
                    assert len(reader.execute("select * from sosialisasi").fetchall()) == 9000


def test_the_file_of_an_office_that_is_late_never_stops_growing(city: Path) -> None:
    with running(city, "--night", NIGHT, "--trouble") as servers:
        its = servers.connections["distan"]
        with paramiko.Transport((its["host"], its["port"])) as transport:
            transport.connect(username="distan", password=its["password"])
            files = paramiko.SFTPClient.from_transport(transport)
            looks = [
                {entry.filename: entry.st_size for entry in files.listdir_attr("/distan/kelompok_tani")}
                for _ in range(2)
            ]
    assert looks[0].keys() == looks[1].keys() == {"kelompok_tani_20250908.csv", "kelompok_tani_20250909.csv"}
    assert looks[0]["kelompok_tani_20250908.csv"] == looks[1]["kelompok_tani_20250908.csv"]
    assert looks[0]["kelompok_tani_20250909.csv"] < looks[1]["kelompok_tani_20250909.csv"]


def test_the_same_night_has_the_same_trouble(city: Path) -> None:
    def plan(seed: int, night: date) -> tuple:
        trouble = Trouble(City(city, night), seed, calm=False)
        answers = {code: [trouble.next_answer(code) for _ in range(3)] for code in ROWS}
        return trouble.cut_file, trouble.slow_file, answers

    assert plan(1, NIGHT) == plan(1, NIGHT)
    assert len({str(plan(seed, night)) for seed in range(5) for night in (BEFORE, NIGHT)}) > 5
    quiet = Trouble(City(city, NIGHT), 1, calm=True)
    assert [quiet.next_answer(code) for code in ROWS] == [None] * 4


def refuses(port: int) -> bool:
    """Whether nobody listens any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def ports(connections: dict[str, dict]) -> set[int]:
    return {its.get("port") or httpx.URL(its["host"]).port for its in connections.values()}


def test_the_stand_ins_end_with_a_killed_starter(city: Path, public_folder: Callable[[], Path]) -> None:
    temporary = public_folder()
    starter = (
        "import subprocess, sys\n"
        "servers = subprocess.Popen([sys.executable, '-m', 'simulator.servers', '--city', sys.argv[1]],"
        " stdin=subprocess.PIPE)\n"
        "servers.wait()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", starter, str(city)], cwd=settings.PROJECT, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"TMPDIR": str(temporary)},
    )  # fmt: skip
    connections = json.loads(process.stdout.readline())
    assert len(ports(connections)) == 3
    assert [path.name[:9] for path in temporary.iterdir()] == ["agencies-"]
    process.kill()
    process.wait()
    assert select.select([process.stdout], [], [], 20)[0]  # its end, which is that of the stand-ins
    process.stdout.close()
    assert all(refuses(port) for port in ports(connections))
    assert list(temporary.iterdir()) == []


def test_the_database_ends_with_killed_stand_ins(city: Path, public_folder: Callable[[], Path]) -> None:
    with running(city, TMPDIR=str(public_folder())) as servers:
        pid = servers.process.pid
        (database,) = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        ended = os.pidfd_open(database)
        servers.process.kill()
        assert select.select([ended], [], [], 10)[0]
        os.close(ended)
        assert refuses(servers.connections["diskumdag"]["port"])


def test_a_folder_that_is_no_city_is_refused(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "simulator.servers", "--city", str(tmp_path)],
        cwd=settings.PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (refused.returncode, "holds no deliveries" in refused.stderr) == (2, True)
