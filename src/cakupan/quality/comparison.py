"""Compares a delivery with the one in force before it: lost rows, and a median date that went back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

ROW_LOSS, OLD_PERIOD = "delivery.row_loss", "delivery.period"
"""The rules whose outcome depends on the delivery in force before."""


class Comparable(Protocol):
    """A validated delivery, by what is compared of it."""

    @property
    def delivered_rows(self) -> int | None:
        """Rows of the delivery."""

    @property
    def accepted_rows(self) -> int | None:
        """Rows let in."""

    @property
    def median_on(self) -> date | None:
        """The median date of the rows let in."""


@dataclass(frozen=True)
class Predecessor:
    """The delivery in force before, by what is compared of it."""

    delivered_rows: int
    accepted_rows: int
    median_on: date | None = None


def lost_share(now: Comparable, before: Comparable | None) -> float:
    """Compute the share of rows lost since the delivery before: delivered or accepted, whichever is more."""
    if before is None:
        return 0.0
    return max(
        _lost(now.delivered_rows, before.delivered_rows),
        _lost(now.accepted_rows, before.accepted_rows),
    )


def days_older(now: Comparable, before: Comparable | None) -> int:
    """Count the days by which the median date lies before that of the delivery before; 0 where either has none."""
    if before is None or now.median_on is None or before.median_on is None:
        return 0
    return max(0, (before.median_on - now.median_on).days)


def _lost(now: int | None, before: int | None) -> float:
    return max(0, before - (now or 0)) / before if before else 0.0
