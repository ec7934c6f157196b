"""Which city an installation holds: recorded deliveries, or a simulated city that makes room for another."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from cakupan import settings
from cakupan.audit.folder import ledger_root
from cakupan.database.schema import drop_warehouse

RECORDED = "recorded"


class CannotSimulate(RuntimeError):
    """The simulator or the installation has no room for the city asked for; says why and what to do."""


@dataclass(frozen=True)
class Wanted:
    """The simulated city that is asked for."""

    workers: int
    trouble: bool = False

    @property
    def folder(self) -> Path:
        """Where it lies; a city with trouble is another one than its calm twin."""
        return settings.home() / "simulated" / f"{self.workers}{'-trouble' if self.trouble else ''}"

    @property
    def name(self) -> str:
        """What the installation calls it."""
        return f"simulated {self.folder.name} from {_nights(self.folder)[0]}"


def settle(city: str) -> None:
    """Note which city the installation holds; raises CannotSimulate rather than mix recorded with simulated.

    Of a simulated city that held the installation before, warehouse, archive, record and messages are dropped.
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
        told = (settings.home() / name for name in ("outbox", "reports", "lineage"))
        for folder in (settings.archive_root(), ledger_root(), *told):
            shutil.rmtree(folder, ignore_errors=True)
    marker.write_text(city)


def simulated() -> Wanted | None:
    """The simulated city that the installation holds, or None."""
    marker = settings.home() / "city"
    words = marker.read_text().split() if marker.exists() else []
    if words[:1] != ["simulated"]:
        return None
    workers, _, trouble = words[1].partition("-")
    return Wanted(int(workers), bool(trouble))


def simulate(as_of: date, city: Wanted) -> None:
    """Make the simulated city where need be, so that it has the night; raises CannotSimulate.

    A city begins with the first night asked of it, one with trouble with a calm night before; an earlier night needs
    a new city.
    """
    nights = _nights(city.folder)
    first = as_of - timedelta(days=1) if city.trouble else as_of
    if nights and first < nights[0]:
        shutil.rmtree(city.folder)
        nights = []
    if nights and as_of <= nights[-1]:
        return
    wanted = [as_of] if nights else sorted({first, as_of})
    made = subprocess.run(
        [sys.executable, "-m", "simulator", "--out", str(city.folder), "--workers", str(city.workers),
         "--nights", *(night.isoformat() for night in wanted), *(["--trouble"] if city.trouble else [])],
        cwd=settings.PROJECT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if made.returncode:
        raise CannotSimulate(f"No simulated city of {city.workers} workers: {made.stderr.strip()}")


def _nights(folder: Path) -> list[date]:
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return []
    return sorted(date.fromisoformat(night) for night in json.loads(manifest.read_text())["nights"])
