"""Whole-delivery accidents, asked for by name: what is done to the delivery, and what must come of it."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path

from simulator.columns import Feed, Format
from simulator.feeds import BY_NAME


class Accident(Enum):
    """The kinds of accident and the delivery_status each ends in."""

    TRUNCATED = "truncated"
    MISSING_COLUMN = "missing-column"
    EMPTY = "empty"
    ABSENT = "absent"
    HELD_SHRUNK = "held-shrunk"
    HELD_DIRTY = "held-dirty"

    @property
    def status(self) -> str:
        """Return the delivery_status of the scorecard."""
        if self in {Accident.HELD_SHRUNK, Accident.HELD_DIRTY}:
            return "HELD"
        return "LATE" if self is Accident.ABSENT else "REJECTED"


@dataclass(frozen=True, slots=True)
class Incident:
    """One accident: FEED:NIGHT:KIND."""

    feed: str
    night: date
    accident: Accident

    @classmethod
    def parse(cls, text: str) -> "Incident":
        """Read FEED:NIGHT:KIND and refuse what feeds.md does not settle."""
        feed, night, kind = text.split(":")
        incident = cls(feed, date.fromisoformat(night), Accident(kind))
        spec = BY_NAME[feed]
        whole = incident.accident in {Accident.EMPTY, Accident.HELD_SHRUNK}
        if spec.cadence == "increment" and whole:
            raise ValueError(f"{text}: an increment may be empty, and it cannot shrink")
        if spec.cadence == "occasional" and incident.accident is not Accident.TRUNCATED:
            raise ValueError(f"{text}: an occasional feed may be absent, and its few rows prove nothing")
        text_file = spec.form in {Format.SEMICOLON, Format.BOM, Format.SQL}
        if incident.accident is Accident.TRUNCATED and text_file:
            raise ValueError(f"{text}: a cut CSV looks like a shorter one, use held-shrunk")
        if incident.accident is Accident.MISSING_COLUMN and spec.form is Format.JSON:
            raise ValueError(f"{text}: a JSON array has no header")
        return incident

    def __str__(self) -> str:
        return f"{self.feed}:{self.night}:{self.accident.value}"


def cut(path: Path) -> None:
    """Cut a file as a broken transfer does: most of it is there, its end is not."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def lost_column(feed: Feed) -> int:
    """Return the required column that goes missing: the last of them."""
    return max(i for i, column in enumerate(feed.columns) if column.required)
