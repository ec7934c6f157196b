"""The city that is measured: made by the simulator, night after night."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

from cakupan import settings

IURAN_A_WORKER, IURAN_BESIDES = 12, 1000
"""Contributions on a first night, as counted in cities of 1,000 to 110,000 workers."""
SMALLEST = 300  # that the simulator makes


def workers_for(iuran: int) -> int:
    """Return the size of a city whose first night delivers about so many contributions."""
    return max(SMALLEST, round((iuran - IURAN_BESIDES) / IURAN_A_WORKER))


def make_city(root: Path, workers: int, nights: list[date]) -> Path:
    """Have the simulator write the nights' deliveries; returns their folder."""
    dates = [night.isoformat() for night in nights]
    subprocess.run(
        [sys.executable, "-m", "simulator", "--out", root, "--workers", str(workers), "--nights", *dates],
        cwd=settings.PROJECT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return root / "deliveries"


def delivered(deliveries: Path, as_of: date) -> int:
    """Return how many bytes were delivered for a night."""
    return sum(file.stat().st_size for file in deliveries.glob(f"*/*/*_{as_of:%Y%m%d}.*"))
