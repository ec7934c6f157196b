"""Which city an installation holds: recorded deliveries, or a simulated city that makes room for another."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

from cakupan import settings
from cakupan.database.schema import drop_warehouse

RECORDED = "recorded"


class CannotSimulate(RuntimeError):
    """The simulator or the installation has no room for the city asked for; says why and what to do."""


def settle(city: str) -> None:
    """Note which city the installation holds; raises CannotSimulate rather than mix recorded with simulated.

    Of a simulated city that held the installation before, warehouse and archive are dropped.
    """
    marker = settings.home() / "city"
    known = marker.read_text() if marker.exists() else city
    if known != city:
        if known == RECORDED:
            raise CannotSimulate(
                f"{settings.home()} holds recorded deliveries, which a simulated city must not be mixed with."
                " Name another folder in CAKUPAN_HOME, or deliver with --from."
            )
        drop_warehouse()
        shutil.rmtree(settings.archive_root(), ignore_errors=True)
    marker.write_text(city)


def simulate(as_of: date, workers: int) -> tuple[str, Path]:
    """The simulated city that has the night, made where need be; returns its name and the folder of its deliveries.

    A city begins with the first night asked of it; an earlier night needs a new city.
    """
    root = settings.home() / "simulated" / str(workers)
    nights = _nights(root)
    if nights and as_of < nights[0]:
        shutil.rmtree(root)
        nights = []
    if not nights or as_of > nights[-1]:
        arguments = ("--out", str(root), "--workers", str(workers), "--nights", as_of.isoformat())
        made = subprocess.run(
            [sys.executable, "-m", "simulator", *arguments],
            cwd=settings.PROJECT, check=False, capture_output=True, text=True,
        )  # fmt: skip
        if made.returncode:
            raise CannotSimulate(f"No simulated city of {workers} workers: {made.stderr.strip()}")
    return f"simulated {workers} from {_nights(root)[0]}", root / "deliveries"


def _nights(root: Path) -> list[date]:
    manifest = root / "manifest.json"
    if not manifest.exists():
        return []
    return sorted(date.fromisoformat(night) for night in json.loads(manifest.read_text())["nights"])
