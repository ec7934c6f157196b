"""Whole-delivery accidents, asked for by name: what is done to the delivery, and what must come of it."""

import csv
import gzip
import io
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
    MISLABELLED = "mislabelled"
    RE_SENT = "re-sent"

    @property
    def status(self) -> str:
        """Return the delivery_status of the scorecard."""
        if self in {Accident.HELD_SHRUNK, Accident.HELD_DIRTY}:
            return "HELD"
        if self is Accident.RE_SENT:
            return "ACCEPTED"
        return "LATE" if self is Accident.ABSENT else "REJECTED"


ENCODINGS = {Format.PIPE: "utf-8", Format.SEMICOLON: "cp1252", Format.BOM: "utf-8-sig"}


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
        if incident.accident is Accident.MISLABELLED and spec.form not in {Format.XLSX, Format.SEMICOLON}:
            raise ValueError(f"{text}: no other agency has files of this form")
        if incident.accident is Accident.RE_SENT and (spec.cadence != "snapshot" or spec.form not in ENCODINGS):
            raise ValueError(f"{text}: only a CSV snapshot can be sent again in other bytes and mean the same")
        return incident

    def __str__(self) -> str:
        return f"{self.feed}:{self.night}:{self.accident.value}"


def cut(path: Path) -> None:
    """Cut a file as a broken transfer does: most of it is there, its end is not."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def send_again(feed: Feed, path: Path, first: Path) -> None:
    """Replace a delivery by one with the same rows in another order; what was sent first is kept at `first`."""
    first.parent.mkdir(parents=True, exist_ok=True)
    path.rename(first)
    packed, encoding = feed.form is Format.PIPE, ENCODINGS[feed.form]
    content = gzip.decompress(first.read_bytes()) if packed else first.read_bytes()
    delimiter, end = {Format.PIPE: ("|", "\n"), Format.SEMICOLON: (";", "\r\n")}.get(feed.form, (",", "\n"))
    header, *rows = csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows([header, *reversed(rows)])
    again = text.getvalue().encode(encoding)
    path.write_bytes(gzip.compress(again, mtime=0) if packed else again)


def like(feed: Feed, excluded: set[str], feeds: tuple[Feed, ...]) -> Feed | None:
    """Return another agency's feed of the same form whose files lack a column that this one requires, if any."""
    agency = feed.code.split(".")[0]
    required = {column.name.casefold() for column in feed.columns if column.required}
    for other in feeds:
        names = {name.casefold() for name in other.names}
        always = other.cadence != "occasional" and other.code not in excluded
        if always and other.form is feed.form and not other.code.startswith(f"{agency}.") and not required <= names:
            return other
    return None


def lost_column(feed: Feed) -> int:
    """Return the required column that goes missing: the last of them."""
    return max(i for i, column in enumerate(feed.columns) if column.required)
