"""The stand-ins' trouble passes and is the same again; they end with whoever started them."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx
import paramiko
import psycopg
import pytest

from cakupan import settings
from cakupan.sources import PartialDelivery, Unreachable
from simulator.feeds import FEEDS
from simulator.servers.city import City, protocol
from simulator.servers.trouble import Trouble
from tests.simulator.serving import BEFORE, NIGHT, ROWS, make_city, original, recorded, running

pytestmark = pytest.mark.warehouse  # an agency's own database is a PostgreSQL too


@pytest.fixture(scope="module")
def city(public_folder: Callable[[], Path]) -> Path:
    return make_city(public_folder())


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
        assert failed == [Unreachable]  # a file cut; pages that lost a row are asked for again within the pull


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
