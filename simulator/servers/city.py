"""What the agencies of a made-up city have ready on a night."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from simulator.columns import Feed, Format
from simulator.feeds import FEEDS
from simulator.incidents import Accident, Incident


@dataclass(frozen=True, slots=True)
class City:
    """A folder written by `python -m simulator`, seen on a night; without a night, all that it holds."""

    root: Path
    night: date | None = None

    @property
    def deliveries(self) -> Path:
        """The tree of deliveries."""
        return self.root / "deliveries"

    def find(self, place: str) -> Path | None:
        """Return the file of a delivery as it is on the night, None where there is none (yet)."""
        dated = _date_in(place)
        if dated is None or (self.night and dated > self.night):
            return None
        for sent_again_on in sorted((self.root / "replaced").glob("*")):
            first = sent_again_on / place
            if self.night and date.fromisoformat(sent_again_on.name) > self.night and first.is_file():
                return first
        path = self.deliveries / place
        return path if path.is_file() else None

    def of_tonight(self, feed: Feed) -> Path | None:
        """Return the feed's delivery of the night itself; without a night the newest."""
        if self.night:
            return self.find(feed.path(f"{self.night:%Y%m%d}"))
        newest = sorted((self.deliveries / feed.path("x")).parent.glob(f"{feed.code.split('.')[1]}_*"))
        return newest[-1] if newest else None

    def still_growing(self) -> list[str]:
        """Return the places of files that never get whole tonight: the absent ones of the file drop."""
        manifest = self.root / "manifest.json"
        if not self.night or not manifest.exists():
            return []
        incidents = [Incident.parse(text) for text in json.loads(manifest.read_text(encoding="utf-8"))["incidents"]]
        late = {i.feed for i in incidents if i.night == self.night and i.accident is Accident.ABSENT}
        return [feed.path(f"{self.night:%Y%m%d}") for feed in FEEDS if feed.code in late and protocol(feed) == "sftp"]


def protocol(feed: Feed) -> str:
    """Return how the feed's agency hands it over: sftp, http or postgres."""
    return {Format.JSON: "http", Format.SQL: "postgres"}.get(feed.form, "sftp")


def agencies(spoken: str) -> list[str]:
    """Return the agencies that hand their feeds over in this way."""
    return sorted({feed.code.split(".")[0] for feed in FEEDS if protocol(feed) == spoken})


def _date_in(place: str) -> date | None:
    """Return the date in `<agency>/<feed>/<feed>_<YYYYMMDD>.<ext>`."""
    try:
        return date.fromisoformat(place.rpartition("_")[2][:8])
    except ValueError:
        return None
