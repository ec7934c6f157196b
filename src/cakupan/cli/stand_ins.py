"""Stand-ins for the agencies' systems: a simulated city served over SFTP, HTTP and PostgreSQL on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from cakupan import orchestration, settings
from cakupan.cli.cities import CannotSimulate, Wanted

PATIENCE = 30  # seconds for the stand-ins to end before they are killed


@contextmanager
def stand_ins(city: Wanted, night: date | None = None) -> Iterator[dict[str, dict[str, Any]]]:
    """Have the agencies' connections lead to a simulated city for the length of the block; yields them.

    The city is shown as it is on the night, without one all it has. The stand-ins end with this process however it
    ends. Raises CannotSimulate.
    """
    options = ["--night", night.isoformat()] if night else []
    if city.trouble:
        options.append("--trouble")
    log = settings.home() / "agencies.log"
    with log.open("w") as errors:
        servers = subprocess.Popen(
            [sys.executable, "-m", "simulator.servers", "--city", str(city.folder), *options],
            cwd=settings.PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            start_new_session=True,  # Ctrl-C is for this process, which then ends them
        )  # fmt: skip
    assert servers.stdin and servers.stdout  # noqa: S101 asked for above
    before = orchestration.connections()
    try:
        ready = servers.stdout.readline()
        if not ready:
            raise CannotSimulate(f"The agencies' stand-ins did not start; read {log}")
        connections: dict[str, dict[str, Any]] = json.loads(ready)
        orchestration.connect_agencies(connections)
        yield connections
    finally:
        orchestration.connect_agencies(before)
        servers.stdin.close()
        try:
            servers.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            servers.kill()
            servers.wait()
        servers.stdout.close()
