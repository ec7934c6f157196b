"""What goes wrong on the way on a bad night: each thing once, and the same for the same city and night."""

import threading
from datetime import date

from simulator.feeds import FEEDS
from simulator.seeds import stream
from simulator.servers.city import City, protocol

SLOW_SECONDS = 1.0
SHORT_BY = "disdik.ptk_non_asn"
"""the one feed whose answers say how many rows there are in all"""


class Trouble:
    """Tells the servers what to do wrong; on a calm night nothing."""

    def __init__(self, city: City, seed: int, *, calm: bool) -> None:
        """Plan the trouble; the same seed and night give the same."""
        self.calm = calm
        self._lock = threading.Lock()
        self._answers: dict[str, list[str]] = {}
        self.cut_file: str | None = None
        self.slow_file: str | None = None
        self.growing: list[str] = []
        self._losses_of_database = 0
        if not calm:
            self._plan(city, seed)

    def next_answer(self, code: str) -> str | None:
        """Return what is wrong with the next answer about a feed: busy, down, cut, slow or short."""
        with self._lock:
            waiting = self._answers.get(code)
            return waiting.pop(0) if waiting else None

    def file_is_cut(self, place: str, part: float) -> bool:
        """Tell whether the connection is lost now that this part of a file was asked for."""
        with self._lock:
            if place != self.cut_file or part < 0.5:
                return False
            self.cut_file = None
            return True

    def file_is_slow(self, place: str) -> bool:
        """Tell whether a file keeps its reader waiting."""
        with self._lock:
            if place != self.slow_file:
                return False
            self.slow_file = None
            return True

    def database_is_lost(self, sent: int) -> bool:
        """Tell whether the connection to the database is lost after so many bytes."""
        with self._lock:
            if not self._losses_of_database or sent < 8192:
                return False
            self._losses_of_database -= 1
            return True

    def _plan(self, city: City, seed: int) -> None:
        rng = stream("trouble", seed, city.night or date.min)
        asked = [feed.code for feed in FEEDS if protocol(feed) == "http"]
        troubles = ["busy", "down", "cut", "slow"]
        rng.shuffle(troubles)
        self._answers = {code: [troubles[i % len(troubles)]] for i, code in enumerate(asked)}
        self._answers[SHORT_BY].append("short")
        files = [feed for feed in FEEDS if protocol(feed) == "sftp" and city.of_tonight(feed)]
        places = [feed.path(f"{city.night:%Y%m%d}") for feed in files] if city.night else []
        rng.shuffle(places)
        self.cut_file, self.slow_file = [*places, None, None][:2]
        self.growing = city.still_growing()
        self._losses_of_database = 1
