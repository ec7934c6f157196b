"""A collector that is down, silent or slow costs a night seconds, and nothing that was to be told is lost."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch

import pytest

from cakupan import outward, settings
from cakupan.lineage import sending
from cakupan.lineage.events import Job, event

NIGHT = date(2025, 9, 9)
EVENTS = 208  # of a night


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("OPENLINEAGE_CONFIG", "OPENLINEAGE_DISABLED", sending.AIRFLOW_TRANSPORT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    sending._client.cache_clear()
    with patch.dict(os.environ):
        yield tmp_path
    sending._client.cache_clear()


def number(count: int) -> dict[str, Any]:
    return event("START", Job(f"task.{count}", "run", ("AIRFLOW", "TASK"), NIGHT))


@contextmanager
def collector(port: int = 0, pause: float = 0, status: int = 201) -> Iterator[tuple[int, list[str]]]:
    """A collector that answers; yields its port and the jobs that it was told of."""
    told: list[str] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(pause)
            told.append(content["job"]["name"])
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Collector) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_port, told
        server.shutdown()


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that accepts and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=512)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("kind", ["silent", "down", "slow", "unwilling"])
def test_a_night_loses_seconds_and_no_event(
    kind: str, silent: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collector(pause=1.5 if kind == "slow" else 0, status=503 if kind == "unwilling" else 201) as (port, _):
        at = {"silent": silent, "down": 1}.get(kind, port)
        monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{at}")
        began = time.monotonic()
        for count in range(EVENTS):
            sending.send([number(count)], NIGHT)
        assert time.monotonic() - began < sending.SPENT + 6
    assert len(sending.file_of(NIGHT).read_text().splitlines()) == EVENTS
    assert sending.count_unsent() >= EVENTS - 10

    sending._client.cache_clear()
    with collector() as (port, told):
        monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{port}")
        sending.send([number(EVENTS)], NIGHT)
        assert told == []  # nothing is tried until the hour is over
        (sending.folder() / ".silence").unlink()
        sending.send([number(EVENTS + 1)], NIGHT)
        assert told[-(EVENTS - 9) :] == [f"task.{count}" for count in range(EVENTS + 2)][-(EVENTS - 9) :]
        assert len(told) == len(set(told))
    assert sending.count_unsent() == 0


def test_what_one_process_learnt_another_knows(home: Path) -> None:
    tell = (
        "import sys, time; from datetime import date; from cakupan.lineage import sending;"
        "from cakupan.lineage.events import Job, event; began = time.monotonic();"
        "sending.send([event('START', Job(sys.argv[1], 'r', ('AIRFLOW', 'TASK')))], date(2025, 9, 9));"
        "print(time.monotonic() - began)"
    )
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.setblocking(False)
        environment = os.environ | {"OPENLINEAGE_URL": f"http://127.0.0.1:{server.getsockname()[1]}"}

        def took(name: str) -> float:
            ran = subprocess.run(
                [sys.executable, "-c", tell, name], env=environment, cwd=settings.PROJECT,
                text=True, capture_output=True, check=True,
            )  # fmt: skip
            return float(ran.stdout.splitlines()[-1])

        assert took("first") >= sending.PATIENCE
        server.accept()[0].close()
        took("second")
        with pytest.raises(BlockingIOError):  # it never called
            server.accept()


def test_events_of_several_nights_go_out_in_their_order_also_by_hand(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", "http://127.0.0.1:1")
    for day, count in ((10, 2), (9, 1)):
        sending.send([number(count)], date(2025, 9, day))
    with collector() as (port, told):
        sent = subprocess.run(
            [sys.executable, "-m", "cakupan.lineage.sending"], cwd=settings.PROJECT, text=True, capture_output=True,
            env=os.environ | {"OPENLINEAGE_URL": f"http://127.0.0.1:{port}"}, check=True,
        )  # fmt: skip
    assert told == ["task.1", "task.2"]
    assert sent.stdout == "2 events were sent, 0 are left.\n"


def test_an_event_that_is_refused_for_what_it_is_holds_up_no_other(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with collector(status=422) as (port, told):
        monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{port}")
        sending.send([number(1), number(2)], NIGHT)
    assert told == ["task.1", "task.2"]
    assert sending.count_unsent() == 0


def test_what_was_told_before_a_collector_was_named_is_not_told_to_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENLINEAGE_URL", raising=False)
    sending.send([number(1)], NIGHT)
    with collector() as (port, told):
        monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{port}")
        sending.send([number(2)], NIGHT)
    assert told == ["task.2"]


def test_an_allowance_is_one_for_all_processes_and_comes_back(tmp_path: Path) -> None:
    one, other = (outward.Allowance(tmp_path / "spent", 0.2, 0.5) for _ in range(2))
    with one.spending():
        time.sleep(0.25)
    assert one.left == other.left == 0
    time.sleep(0.5)
    assert other.left == 0.2
    with pytest.raises(ConnectionError), other.spending():
        raise ConnectionError
    assert one.left == 0
