"""The tables that the benchmark prints: stage by stage, and in the end what was measured beside what it should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmarks.stages import TAKE_IN

BESIDE = {
    "land CSV": ("copy CSV",),
    TAKE_IN: ("copy others", "flag and type"),
    "build night": ("statements of the night",),
    "build": ("marts",),
    "verify": ("one hash",),
}
"""What stands beside a stage of the project; `build` is all layers together."""


@dataclass(frozen=True)
class Line:
    """A line of the last table; without a goal it is only told."""

    what: str
    measured: float
    unit: str = ""
    goal: float | None = None

    @property
    def met(self) -> bool:
        """Whether the goal is reached, where there is one."""
        return self.goal is None or self.measured <= self.goal

    def __str__(self) -> str:
        """Spell the line."""
        goal = "" if self.goal is None else f"{_number(self.goal):>10}"
        verdict = "" if self.goal is None else "   ok" if self.met else "   over"
        return f"{self.what:<52}{_number(self.measured):>10} {self.unit:<6}{goal}{verdict}".rstrip()


def print_stages(project: Mapping[str, float], floor: Mapping[str, float]) -> None:
    """Print the stages of the project with those of the floor that do the same work, and how often they fit in."""
    print(f"{'stage':<20}{'project s':>10}{'floor s':>10}{'ratio':>8}")
    for stage, seconds in {**project, **_together(project)}.items():
        beside = sum(floor.get(each, 0.0) for each in BESIDE.get(stage, ()))
        compared = f"{beside:>10.2f}{seconds / beside:>8.1f}" if beside else ""
        print(f"{stage:<20}{seconds:>10.2f}{compared}")
    print()


def print_growth(grown: Mapping[str, int], log: int, most: int = 12) -> None:
    """Print the bytes by which tables grew, by schema and of the tables that grew most, and those of the log."""
    print(f"{'bytes written':<52}{'kB':>10}")
    schemas: dict[str, int] = {}
    for table, count in grown.items():
        schema = table.partition(".")[0]
        schemas[schema] = schemas.get(schema, 0) + count
    for schema, count in sorted(schemas.items(), key=lambda each: -each[1]):
        print(f"{schema:<52}{count / 1024:>10,.0f}")
    for table, count in list(grown.items())[:most]:
        print(f"  {table:<50}{count / 1024:>10,.0f}")
    print(f"{'write-ahead log':<52}{log / 1024:>10,.0f}\n")


def print_lines(lines: Iterable[Line]) -> None:
    """Print the last table."""
    print(f"{'measured':<52}{'':>10} {'':<6}{'goal':>10}")
    for line in lines:
        print(line)


def _together(project: Mapping[str, float]) -> dict[str, float]:
    built = sum(seconds for stage, seconds in project.items() if stage.startswith("build "))
    return {"build": built} if built else {}


def _number(value: float) -> str:
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
