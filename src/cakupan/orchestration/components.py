"""Airflow's components under a small supervisor: API server with UI, scheduler, DAG processor, triggerer."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from cakupan import orchestration, settings

SCHEDULED = "The nightly schedule is on ({opening:%H:%M} {zone})."
WHEN_ASKED = (
    "This installation holds simulated or recorded deliveries of nights long past, so no night begins by itself."
    ' Run one by triggering its DAGs (`warehouse` last) with the configuration {"night": "YYYY-MM-DD"},'
    " several with a backfill. CAKUPAN_SCHEDULE=on before the same command switches the schedule on."
)
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
# Their log servers would listen on every interface.
OPTIONS = {"scheduler": ["--skip-serve-logs"], "triggerer": ["--skip-serve-logs"]}
PATIENCE = 90  # seconds for the components to become healthy
GRACE = 15  # seconds between asking a component to stop and killing it


class NotHealthy(RuntimeError):
    """Airflow's components did not come up; names the log to read."""


def run(say: Callable[[str], None]) -> None:
    """Start everything, print address and login, wait for Ctrl-C or SIGTERM.

    The nightly schedule is on where deliveries are those of today.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's way to say Ctrl-C
    port = _free_port()
    password = orchestration.write_login()
    with started(port) as address:
        say(f"Airflow: {address}   login admin, password {password}")
        scheduled = SCHEDULED.format(opening=settings.hours().opening, zone=settings.TIME_ZONE)
        say(f"{scheduled if orchestration.begins_by_itself() else WHEN_ASKED} Ctrl-C stops it.")
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


@contextlib.contextmanager
def started(port: int) -> Iterator[str]:
    """Keep the components up, healthy, while the block runs; yields where UI and API are. Raises NotHealthy."""
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | orchestration.environment() | {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
    }  # fmt: skip
    logs = settings.home() / "airflow" / "run"
    logs.mkdir(parents=True, exist_ok=True)
    processes = {name: _start(name, logs, environment) for name in COMPONENTS}
    try:
        _wait_until_healthy(address, processes, logs)
        yield address
    finally:
        _stop(list(processes.values()))


def _start(name: str, logs: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with (logs / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "airflow", name, *OPTIONS.get(name, [])],
            stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment, start_new_session=True,
        )  # fmt: skip


def _wait_until_healthy(address: str, processes: dict[str, subprocess.Popen[bytes]], logs: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if dead := [name for name, process in processes.items() if process.poll() is not None]:
            raise NotHealthy(f"Airflow's {dead[0]} stopped; read {logs / f'{dead[0]}.log'}")
        with contextlib.suppress(urllib.error.URLError, OSError, ValueError):
            with urllib.request.urlopen(f"{address}/api/v2/monitor/health", timeout=2) as answer:  # noqa: S310
                health = json.load(answer)
            if all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor")):
                return
        time.sleep(0.3)
    raise NotHealthy(f"Airflow was not healthy after {PATIENCE} s; read the logs in {logs}")


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask the leaders first, so that they stop their own children; what is left of a group is killed."""
    for process in processes:
        process.send_signal(signal.SIGTERM)
    end = time.monotonic() + GRACE
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, end - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", 8080))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
