"""Running stand-ins over deliveries made by hand, and what the feeds' own connectors read from them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cakupan import settings
from cakupan.feeds import find_feed
from cakupan.sources import Source
from cakupan.sources.connection import ConnectionSettings, make_source
from cakupan.sources.retries import RetryPolicy
from simulator.feeds import BY_NAME, FEEDS
from simulator.servers.city import protocol

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
        made = make_source(
            ConnectionSettings(
                f"agency_{agency}", its["conn_type"], its["host"], its.get("port"), its.get("login"),
                its.get("password"), its.get("schema"), its.get("extra", {}),
            )
        )  # fmt: skip
        made._retries = RetryPolicy(sleep=lambda _: None)
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


def make_city(root: Path) -> Path:
    """Two nights of deliveries made by hand, the second with an office that was late."""
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


def original(city: Path, code: str, night: date) -> bytes:
    return (city / "deliveries" / BY_NAME[code].path(f"{night:%Y%m%d}")).read_bytes()
