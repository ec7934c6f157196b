"""The queries of a trace, one file each: `read` hands one out by its name, `figures/NAME` for the rows of a figure."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def read(name: str) -> bytes:
    """Read the query of this name, whose parameters are those of the night and what its caller names."""
    return (FOLDER / f"{name}.sql").read_bytes()
