"""What was asked for, what a folder holds already, and how the two go together."""

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from simulator.incidents import Incident


class NightError(Exception):
    """A night that cannot be written as asked."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for."""

    out: Path
    workers: int
    seed: int
    dirt: float
    nights: tuple[date, ...]
    incidents: tuple[Incident, ...] = ()

    @property
    def manifest(self) -> Path:
        """The file that tells what the folder holds."""
        return self.out / "manifest.json"


def save(plan: Plan) -> None:
    """Write down what the folder holds."""
    held = {
        "seed": plan.seed,
        "workers": plan.workers,
        "dirt": plan.dirt,
        "nights": [night.isoformat() for night in plan.nights],
        "incidents": sorted(str(incident) for incident in plan.incidents),
    }
    plan.manifest.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


def merged(plan: Plan) -> tuple[Plan, tuple[date, ...]]:
    """Add the nights asked for to those held; the past of a city cannot be changed any more."""
    if not plan.manifest.exists():
        return plan, ()
    held = json.loads(plan.manifest.read_text(encoding="utf-8"))
    if (held["seed"], held["workers"], held["dirt"]) != (plan.seed, plan.workers, plan.dirt):
        raise NightError(f"{plan.out} holds another city: {held}")
    done = tuple(date.fromisoformat(night) for night in held["nights"])
    added = tuple(night for night in plan.nights if night not in done)
    if any(night < done[-1] for night in added):
        raise NightError(f"a night can only be added after {done[-1]}: later nights build on earlier ones")
    past = {str(incident) for incident in plan.incidents if incident.night in done}
    if not past <= set(held["incidents"]):
        raise NightError(f"{sorted(past)}: that night is written already")
    kept = tuple(Incident.parse(text) for text in held["incidents"])
    fresh = tuple(incident for incident in plan.incidents if incident.night in added)
    return replace(plan, nights=(*done, *added), incidents=(*kept, *fresh)), done
