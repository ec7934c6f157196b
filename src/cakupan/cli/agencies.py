"""`cakupan agencies`: keep a simulated city's agencies up, to look at them with any client or to develop against."""

from __future__ import annotations

import json
import shlex
import signal
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console

from cakupan import orchestration, settings
from cakupan.cli import cities
from cakupan.cli.messages import err
from cakupan.cli.printing import Format, print_csv, print_json, records, table
from cakupan.cli.stand_ins import stand_ins


def keep_up(as_of: date, city: cities.Wanted, out: Console, form: Format = Format.TABLE) -> None:
    """Serve until Ctrl-C; raises CannotSimulate."""
    settings.home().mkdir(parents=True, exist_ok=True)
    if city.begins_anew(as_of) and city == cities.simulated():
        raise cities.CannotSimulate(
            f"The city that {settings.home()} holds begins after {as_of}. Ask for a later night, for --workers of"
            " another city, or name another folder: CAKUPAN_HOME=FOLDER before the same command."
        )
    cities.simulate(as_of, city)
    with stand_ins(city, as_of) as connections:
        path = settings.home() / "agencies.env"
        try:
            _write(path, connections)
            _print(connections, form, out)
            (out if form is Format.TABLE else err).print(
                f"\nWith passwords, as the environment of a night elsewhere: set -a; . {path}; set +a"
                f"\nThe agencies are as on {as_of}. Ctrl-C stops them.",
                soft_wrap=True,
            )  # fmt: skip
            _wait()
        finally:
            path.unlink(missing_ok=True)


def of_this_installation() -> AbstractContextManager[object]:
    """Return the stand-ins of the simulated city that the installation holds, with all its nights; else nothing."""
    city = cities.simulated()
    if city is None or orchestration.environment_names_all():
        return nullcontext()
    return stand_ins(city)


def _write(path: Path, connections: dict[str, dict[str, Any]]) -> None:
    """Write the connections as lines that a shell reads."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    lines = [f"AIRFLOW_CONN_AGENCY_{name.upper()}={shlex.quote(json.dumps(it))}\n" for name, it in connections.items()]
    path.write_text("".join(lines))


def _print(connections: dict[str, dict[str, Any]], form: Format, out: Console) -> None:
    names = ("agency", "speaks", "at", "account")
    rows = [
        (name, it["conn_type"], it["host"] if it["conn_type"] == "http" else f"{it['host']}:{it['port']}",
         it.get("login", "a token"))
        for name, it in connections.items()
    ]  # fmt: skip
    if form is Format.TABLE:
        out.print(table(names, rows, [False] * len(names)))
    elif form is Format.JSON:
        print_json(records(names, rows))
    else:
        print_csv(names, rows)
    sys.stdout.flush()


def _wait() -> None:
    """Wait until Ctrl-C or a request to end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.pause()
