"""Which city an installation holds: real deliveries, or a simulated city that makes room for another when asked to."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from cakupan import orchestration, settings
from cakupan.audit.folder import ledger_root
from cakupan.cli import holding
from cakupan.cli.holding import LIVE, REAL, Held
from cakupan.database.schema import drop_warehouse


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

    def name(self, as_of: date) -> str:
        """Return what the installation calls it when asked for this night: as it lies there, or as it will be."""
        nights = _nights(self.folder)
        first = nights[0] if nights and not self.begins_anew(as_of) else self._first(as_of)
        return f"simulated {self.folder.name} from {first}"

    def begins_anew(self, as_of: date) -> bool:
        """Return whether the night lies before the city's first."""
        nights = _nights(self.folder)
        return bool(nights) and self._first(as_of) < nights[0]

    def _first(self, as_of: date) -> date:
        """Choose the night with which the city begins: one with trouble has a calm night before."""
        return as_of - timedelta(days=1) if self.trouble else as_of


def make_room(city: str, agreed: Callable[[str], bool]) -> None:
    """Erase what the installation holds of another simulated city, if `agreed` says so when told what would be lost.

    Raises CannotSimulate where that is not agreed to, and where real deliveries are held, which are never erased.
    """
    held = holding.held()
    simulated = held.cities - REAL
    if (city in REAL and not simulated) or city in simulated:
        return
    if held.cities & REAL:
        raise CannotSimulate(_never(city, held))
    if simulated and not agreed(_loss(city, held)):
        raise CannotSimulate("Nothing was erased and no night was run.")
    if simulated or holding.noted() not in (None, city):
        _erase()


def hold_for_the_schedule() -> None:
    """Note the real deliveries that scheduled nights will bring; raises CannotSimulate rather than mix them all in."""

    def refuse(loss: str) -> bool:
        raise CannotSimulate(f"{loss} {ELSEWHERE}")

    if orchestration.environment_names_all():
        make_room(LIVE, refuse)
    if simulated() is None or orchestration.environment_names_any():
        holding.note(holding.noted() or LIVE, also=LIVE)


def simulated() -> Wanted | None:
    """Return the simulated city that the installation holds, or None."""
    words = (holding.noted() or "").split()
    if words[:1] != ["simulated"]:
        return None
    workers, _, trouble = words[1].partition("-")
    return Wanted(int(workers), bool(trouble))


def simulate(as_of: date, city: Wanted) -> None:
    """Make the simulated city where need be, so that it has the night; raises CannotSimulate.

    A city begins with the first night asked of it, one with trouble with a calm night before; an earlier night needs
    a new city.
    """
    if city.begins_anew(as_of):
        made = city.folder.with_name(f"{city.folder.name}.new")
        shutil.rmtree(made, ignore_errors=True)
        _simulate(made, city, _first_nights(as_of, city))
        shutil.rmtree(city.folder)
        made.rename(city.folder)
        return
    nights = _nights(city.folder)
    if not nights or as_of > nights[-1]:
        _simulate(city.folder, city, [as_of] if nights else _first_nights(as_of, city))


def _first_nights(as_of: date, city: Wanted) -> list[date]:
    return [as_of - timedelta(days=1), as_of] if city.trouble else [as_of]


def _simulate(folder: Path, city: Wanted, nights: list[date]) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "simulator", "--out", str(folder), "--workers", str(city.workers),
         "--nights", *(night.isoformat() for night in nights), *(["--trouble"] if city.trouble else [])],
        cwd=settings.PROJECT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if made.returncode:
        raise CannotSimulate(f"No simulated city of {city.workers} workers: {made.stderr.strip()}")


def _nights(folder: Path) -> list[date]:
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return []
    return sorted(date.fromisoformat(night) for night in json.loads(manifest.read_text())["nights"])


def _erase() -> None:
    drop_warehouse()
    messages = (settings.home() / name for name in ("outbox", "reports", "lineage", "dashboard"))
    for folder in (settings.archive_root(), ledger_root(), *messages):
        shutil.rmtree(folder, ignore_errors=True)
    (settings.home() / "city").unlink(missing_ok=True)


def _loss(city: str, held: Held) -> str:
    coming = "real deliveries" if city in REAL else holding.described(city)
    there = " and ".join(sorted(map(holding.described, held.cities)))
    return (
        f"{settings.home()} holds {there}, and an installation holds one city at a time."
        f" To make room for {coming}, all of it would be erased: {held}."
    )


def _never(city: str, held: Held) -> str:
    if city in REAL:  # some agencies' systems were read beside a simulated city's
        return (
            f"{settings.home()} holds simulated deliveries beside those of real systems ({held}), which a night of real"
            f" systems alone must not rest on, and real deliveries are never erased. {ELSEWHERE}"
        )
    return (
        f"{settings.home()} holds real deliveries, which a simulated city must not be mixed with and which are never"
        f" erased: {held}. {ELSEWHERE} Or deliver with --from."
    )


ELSEWHERE = "Name another folder: CAKUPAN_HOME=FOLDER before the same command."
