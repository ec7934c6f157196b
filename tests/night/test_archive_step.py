"""What a night archives when it is run again."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import psycopg
import pytest

from cakupan import night
from cakupan.feeds import Feed
from cakupan.sources import Found

NIGHT = date(2025, 9, 9)


class System:
    """An agency's system that says something else each time."""

    def __init__(self, *, live: bool) -> None:
        self.live = live
        self.asked = 0

    def deliveries(self, feed: Feed, asked_for: date) -> list[Found]:
        return [Found(asked_for, "pelaku_usaha_20250909.csv", self._read, self.live)]

    def _read(self) -> io.BytesIO:
        self.asked += 1
        return io.BytesIO(f"state {self.asked}".encode())


@pytest.mark.parametrize(("live", "kept"), [(True, 1), (False, 2)])
def test_a_system_without_a_past_is_read_once_for_a_night(
    database: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: bool, kept: int
) -> None:
    monkeypatch.setenv("CAKUPAN_ARCHIVE", str(tmp_path / "archive"))
    system = System(live=live)
    assert night.archive("diskumdag.pelaku_usaha", NIGHT, system)
    assert night.archive("diskumdag.pelaku_usaha", NIGHT, system)
    assert system.asked == kept
    assert database.execute("select count(*) from ledger.delivery").fetchone() == (kept,)
