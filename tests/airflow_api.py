"""Airflow's API, asked with the login of its UI, and waiting for what it does."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from cakupan import orchestration


class Airflow:
    """Its components at an address, with the login of this installation."""

    def __init__(self, address: str) -> None:
        self.address = address
        login = {"username": "admin", "password": orchestration.write_login()}
        self.headers = {"Content-Type": "application/json"}
        self.headers["Authorization"] = f"Bearer {self.ask('/auth/token', login)['access_token']}"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, self.headers)  # noqa: S310 our own address
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def trigger(self, dag: str, **conf: str) -> None:
        """Begin a run by hand."""
        self.ask(f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None, "conf": conf})


def wait_until(holds: Callable[[], Any], patience: float, every: float = 0.5) -> None:
    """Ask again and again, for as many seconds at most."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, f"not within {patience} s"
        time.sleep(every)
