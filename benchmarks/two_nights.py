"""A first night and the next one of a city: the project beside the floor, on the same files, in one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks import judging, stages, statements
from benchmarks.city import delivered
from benchmarks.floor import night as floor
from benchmarks.floor.checking import check
from benchmarks.measuring import disk
from benchmarks.table import Line, print_growth, print_stages

GOALS = {"first": 3, "next": 2}
"""How often the floor may fit into a night."""
BYTES_A_WORKER = 140
"""A tenth of what a night cost when worker-level relations were stored in full each night: 28 MB for 20,000 workers."""
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Night:
    """What was measured of one night."""

    project: stages.Measured
    floor: float
    """Seconds of the floor's night."""
    beside: dict[str, float]
    """Seconds of what stands beside single stages."""
    grown: int
    """Bytes by which the tables grew."""
    landed: int
    """Those of them that are rows as landed, which are dropped again when they are old."""
    log: int
    """Bytes by which the write-ahead log grew."""
    through_airflow: float | None


def compare(
    nights: list[date], deliveries: Path, workers: int, fixed: Mapping[str, float], *, airflow: bool
) -> tuple[list[Line], stages.Cost]:
    """Run both nights and print what each stage took; returns lines of the last table, and the next night's cost.

    `fixed` has the seconds that the nights take in any city, where that is known.
    """
    lines: list[Line] = []
    memory: dict[str, int] = {}
    for ordinal, as_of in zip(GOALS, nights, strict=True):
        is_first = as_of == nights[0]
        # Once is enough of each: most rows are judged on the first night, and the next one is as most nights are.
        night = _run(as_of, deliveries, airflow=airflow and not is_first)
        if is_first:
            _print_judging(as_of)
        lines += _lines(ordinal, night)
        if ordinal in fixed:
            beyond = night.project.night - fixed[ordinal]
            lines.append(Line(f"{ordinal} night of the smallest city", fixed[ordinal], "s"))
            lines.append(Line(f"{ordinal} night beyond that / floor", beyond / night.floor, ""))
        memory |= {group: max(most, memory.get(group, 0)) for group, most in night.project.memory.items()}
    lines.append(Line("bytes of tables a worker, next night", night.grown / workers, "B", BYTES_A_WORKER))
    lines.append(Line("of them rows as landed, dropped again when old", night.landed / workers, "B"))
    lines.append(Line("verify / one hash of all landed rows", _of_hash(night), "", 3))
    if night.through_airflow is not None:
        lines.append(Line("fixed cost of a night through Airflow", _fixed_cost(night), "s", 20))
    lines += [Line(f"most memory, {group}", most / MEGABYTE, "MB", 300) for group, most in memory.items()]
    project, of_night = night.project, delivered(deliveries, nights[-1])
    return lines, stages.Cost(project.night, project.start_up, of_night, night.grown, night.log)


def _print_judging(as_of: date) -> None:
    print("of validation, every delivery judged again:")
    for way, seconds in judging.compare(as_of).items():
        print(f"{way:<20}{seconds:>10.2f}")
    print()


def _run(as_of: date, deliveries: Path, *, airflow: bool) -> Night:
    before = disk()
    project = stages.run(as_of, deliveries)
    after = disk()
    verified = stages.run(as_of, deliveries, ("verify",))
    hashed = floor.hash_landed().seconds  # at once, as the server writes and cleans up after a night
    project.timings.seconds |= verified.timings.seconds
    project.memory |= verified.memory
    own_statements = statements.run().seconds
    through_airflow = stages.rebuild_by_airflow(as_of, deliveries) if airflow else None
    measured = floor.run(as_of, deliveries)
    agreeing = check(as_of)
    beside = measured.seconds | hashed | own_statements
    print(f"night of {as_of}; start-up, apart: {project.start_up:.2f} s; rows of figures as the floor's: {agreeing}\n")
    print_stages(project.timings.seconds, beside)
    grown, log = after.grown_since(before), after.log - before.log
    print_growth(grown, log)
    landed = sum(count for table, count in grown.items() if table.startswith("landing."))
    return Night(project, measured.total, beside, after.total - before.total, landed, log, through_airflow)


def _lines(ordinal: str, night: Night) -> list[Line]:
    seconds = night.project.timings.seconds
    published = seconds["publish"] + seconds["seal"]
    return [
        Line(f"{ordinal} night, project", night.project.night, "s"),
        Line(f"{ordinal} night, floor", night.floor, "s"),
        Line(f"{ordinal} night / floor", night.project.night / night.floor, "", GOALS[ordinal]),
        Line(f"landing of CSV / \\copy, {ordinal} night", seconds["land CSV"] / night.beside["copy CSV"], "", 1.3),
        Line(f"build / its own statements, {ordinal} night", _of_statements(night), "", 2),
        Line(f"publish and seal, share of the {ordinal} night", published / night.project.night, "", 0.1),
        Line(f"tables grew, {ordinal} night", night.grown / MEGABYTE, "MB"),
        Line(f"write-ahead log, {ordinal} night", night.log / MEGABYTE, "MB"),
    ]


def _of_statements(night: Night) -> float:
    return night.project.timings.seconds[f"build {statements.LAYER}"] / night.beside[statements.STAGE]


def _of_hash(night: Night) -> float:
    return night.project.timings.seconds["verify"] / night.beside["one hash"]


def _fixed_cost(night: Night) -> float:
    """Compute what the same night once more through Airflow cost beyond building and publishing it."""
    assert night.through_airflow is not None
    seconds = night.project.timings.seconds
    worked = sum(took for stage, took in seconds.items() if stage.startswith(("build", "publish", "seal")))
    return max(0.0, night.through_airflow - worked)
