"""The city that is measured: made by the simulator, night after night."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

from cakupan import settings


def make_city(root: Path, workers: int, nights: list[date]) -> Path:
    """Have the simulator write the nights' deliveries; returns their folder."""
    dates = [night.isoformat() for night in nights]
    subprocess.run(
        [sys.executable, "-m", "simulator", "--out", root, "--workers", str(workers), "--nights", *dates],
        cwd=settings.PROJECT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return root / "deliveries"
