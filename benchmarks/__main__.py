"""`python -m benchmarks --workers N`: a first and a later night of a simulated city, stage by stage.

Beside the stages stand, in the same run and on the same files: psql's \\copy of the CSV files into tables of
text, the SQL of the marts as dbt compiled it, run without any framework, and one hash over all landed rows. Quote
ratios, not seconds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from benchmarks import baseline, judging, stages
from cakupan import settings

FIRST_NIGHT = date(2025, 9, 8)


def main() -> None:
    """Parse the arguments, make the city, time everything, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2600)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cakupan-bench-") as folder:
        Path(folder).chmod(0o755)
        os.environ["CAKUPAN_HOME"] = folder
        nights = [FIRST_NIGHT, FIRST_NIGHT + timedelta(days=1)]
        city = _city(Path(folder) / "city", arguments.workers, nights)
        print(f"a city of {arguments.workers:,} workers; {os.cpu_count()} cores\n")
        try:
            for night in nights:
                timings = stages.run(night, city)
                floor = baseline.copy_csv(night, city) | baseline.plain_sql() | baseline.hash_landed()
                _print(night, timings, floor)
                print("of validation, every delivery judged again:")
                for way, seconds in judging.compare(night).items():
                    print(f"{way:<20}{seconds:>9.2f}")
                print()
        finally:
            stages.stop()


def _city(root: Path, workers: int, nights: list[date]) -> Path:
    dates = [night.isoformat() for night in nights]
    subprocess.run(
        [sys.executable, "-m", "simulator", "--out", root, "--workers", str(workers), "--nights", *dates],
        cwd=settings.PROJECT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return root / "deliveries"


def _print(night: date, timings: dict[str, stages.Timing], floor: dict[str, float]) -> None:
    print(f"night of {night}")
    print(f"{'stage':<16}{'seconds':>9}{'rows':>12}{'rows/s':>12}   beside it")
    for name, timing in timings.items():
        rate = f"{timing.rows / timing.seconds:,.0f}" if timing.rows and timing.seconds else ""
        beside = floor.get(name)
        compared = f"{baseline.NAMES[name]}: {beside:.2f} s, ratio {timing.seconds / beside:.1f}" if beside else ""
        print(f"{name:<16}{timing.seconds:>9.2f}{timing.rows or '':>12}{rate:>12}   {compared}")
    print(f"{'total':<16}{sum(timing.seconds for timing in timings.values()):>9.2f}\n")


if __name__ == "__main__":
    main()
