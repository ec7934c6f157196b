"""`cakupan housekeeping`: what the daily DAG does, by hand."""

from __future__ import annotations

from rich.console import Console

from cakupan import housekeeping, settings


def run(out: Console) -> bool:
    """Drop what is out of use and print it; returns whether no archived file was found altered."""
    done = housekeeping.drop_outdated()
    out.print(
        f"{done.rows:,} landed rows of {done.deliveries} deliveries dropped, on which no night of the last"
        f" {settings.landing_retention()} rests; the archive has their files.",
        highlight=False,
        soft_wrap=True,
    )
    for line in done.stays:
        out.print(f"  ! stays: {line}", markup=False, highlight=False, soft_wrap=True, style="red")
    return not done.altered
