"""`python -m benchmarks --workers N`: a first and a later night of a simulated city, stage by stage.

Beside the stages stand, in the same run and on the same files, those of a floor: psql's \\copy, one flagging pass,
typed rows, quarantine and six marts in plain SQL, with figures that are checked to be the project's. What the same
nights of the smallest city take is told apart: any city pays it. With `--nights N` nights follow until there are N, and
how the cost of a night changes with them is told. One more night is run while BI clients read. Quote ratios, not
seconds.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from benchmarks import load, stages
from benchmarks.city import SMALLEST, make_city, workers_for
from benchmarks.slope import follow
from benchmarks.table import print_lines
from benchmarks.two_nights import GOALS, compare
from cakupan import installation, night
from cakupan.database.server import embedded

FIRST_NIGHT = date(2025, 9, 8)
LARGE = 10 * SMALLEST
"""Workers from which what a night costs in any city is worth telling apart."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the arguments, make the city, measure, print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--workers", type=int, default=2600, help="size of the city")
    size.add_argument("--iuran", type=int, help="size of the city as contributions on its first night, about")
    parser.add_argument("--nights", type=int, default=2, help="nights in all; from 3 on there is a slope")
    parser.add_argument("--without-airflow", action="store_true", help="leave out the fixed cost of a scheduled night")
    given = parser.parse_args(arguments)
    if given.nights < 2:
        parser.error("there are a first night and a next one at least")
    workers = workers_for(given.iuran) if given.iuran else given.workers
    print(f"a city of {workers:,} workers; {os.cpu_count()} cores\n")
    *nights, last = _dates(given.nights + 1)
    fixed = _fixed_cost(nights[:2]) if workers >= LARGE else {}
    with _home(airflow=not given.without_airflow) as home:
        city = make_city(home / "simulated", workers, [*nights, last])
        lines, next_night = compare(nights[:2], city, workers, fixed, airflow=not given.without_airflow)
        if nights[2:]:
            lines += follow(nights[2:], city, next_night)
        lines += load.measure(lambda: stages.run(last, city))
    print_lines(lines)


def _fixed_cost(nights: list[date]) -> dict[str, float]:
    """Return the seconds of a first and a next night of the smallest city."""
    with _home(airflow=False) as home:
        city = make_city(home / "simulated", SMALLEST, nights)
        return {ordinal: stages.run(as_of, city).night for ordinal, as_of in zip(GOALS, nights, strict=True)}


def _dates(count: int) -> list[date]:
    return [FIRST_NIGHT + timedelta(days=day) for day in range(count)]


@contextmanager
def _home(*, airflow: bool) -> Iterator[Path]:
    """Give an installation of its own, which is gone in the end."""
    before = os.environ.get("CAKUPAN_HOME")
    with tempfile.TemporaryDirectory(prefix="cakupan-bench-") as folder:
        Path(folder).chmod(0o755)
        os.environ["CAKUPAN_HOME"] = folder
        try:
            if airflow:
                installation.set_up(lambda _: None)
            else:
                installation.set_up_warehouse(lambda _: None)
                night.prepare()
            yield Path(folder)
        finally:
            embedded().stop("immediate")
            if before is None:
                del os.environ["CAKUPAN_HOME"]
            else:
                os.environ["CAKUPAN_HOME"] = before


if __name__ == "__main__":
    main()
