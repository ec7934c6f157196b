"""What the pass over a delivery is given, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Delivery:
    """The delivery under judgement."""

    delivery_id: int
    night: date
    earlier: tuple[tuple[int, int], ...] = ()
    """For increments: (delivery_id, validation_id) of the deliveries in force before this one."""


@dataclass(frozen=True)
class Counts:
    """What the pass found."""

    delivered: int
    accepted: int
    quarantined: int
    duplicates: int
    broken: dict[str, int] = field(default_factory=dict)
    """Rows that break a rule, duplicates aside; rules nobody broke are left out."""
    unexpected: dict[str, int] = field(default_factory=dict)
    """The same with repeated rows, as Great Expectations counts them."""
    first: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Sheet and number of the first row that breaks a rule."""
    median_on: date | None = None
    """The median date of the accepted rows, where the feed declares a column for it."""
    repeated: tuple[int, ...] = ()
    """Earlier deliveries that rows of this one may repeat."""
