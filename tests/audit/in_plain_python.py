"""What the warehouse should say after events in any order, reckoned anew from the beginning in plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.audit.conftest import HEADER

FARMERS, PAID = "distan.kelompok_tani", "bpjstk.iuran"
HEADS = {
    FARMERS: HEADER,
    PAID: "NO_TRANSAKSI|KODE_BILLING|KPJ|BULAN_IURAN|PROGRAM|JUMLAH|TGL_BAYAR|SUMBER_DANA\n",
}
ROW_LOSS, SHARE, NOTHING = "row loss", "quarantined share", "nothing accepted"
Published = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Row:
    """A row of either feed: whose, what is unique about it, and whether a rule holds of it."""

    person: int
    tag: str
    good: bool = True

    def line(self, feed: str) -> str:
        if feed == FARMERS:
            nik = nik_of(self.person)
            return f'{nik if self.good else nik[:-2]},ORANG {self.person},{self.tag},PETANI,"0,5",35.79.01.1001\n'
        amount = 5400 if self.good else 0
        return f"{self.tag}|259000000001|{22000000000 + self.person}|202509|JKK|{amount}|2025-09-09|DBHCHT\n"


def nik_of(person: int) -> str:
    return f"357901{person + 1:02}0190{person + 1:04}"


@dataclass
class Delivery:
    """What the model knows of a delivery."""

    on: date
    rows: tuple[Row, ...] | None
    """None of a file that cannot be read."""
    content: bytes
    status: str = ""
    accepted: list[str] = field(default_factory=list)
    quarantined: int = 0
    duplicates: int = 0
    decided: str = ""
    failing: set[str] = field(default_factory=set)


class Model:
    """Deliveries as received, nights as published; everything else is reckoned from the beginning each time."""

    def __init__(self) -> None:
        self.folder: dict[str, dict[date, Delivery]] = {FARMERS: {}, PAID: {}}
        self.received: dict[str, list[Delivery]] = {FARMERS: [], PAID: []}
        self.published: list[tuple[datetime, date, Published]] = []
        self.erased: set[int] = set()

    def take_in(self, until: date) -> None:
        for feed, files in self.folder.items():
            for on in sorted(files):
                newest = next((each for each in reversed(self.received[feed]) if each.on == on), None)
                if on <= until and (newest is None or newest.content != files[on].content):
                    self.received[feed].append(Delivery(on, files[on].rows, files[on].content))
            self.judge(feed)

    def judge(self, feed: str) -> None:
        """Judge all deliveries of the feed, by date and in a date as received."""
        before: Delivery | None = None
        self.received[feed].sort(key=lambda each: each.on)  # keeps the order within a date
        for each in self.received[feed]:
            if each.rows is None or (not each.rows and feed == FARMERS):
                each.status = "REJECTED"
                continue
            self._count(feed, each)
            failing = set()
            if feed == FARMERS and before:
                lost = max(
                    1 - len(each.rows) / len(before.rows or ()),
                    1 - len(each.accepted) / len(before.accepted) if before.accepted else 0,
                )
                failing |= {ROW_LOSS} if lost > 0.3 else set()
            if each.rows:
                failing |= {SHARE} if each.quarantined / len(each.rows) > 0.1 else set()
                all_repeated = each.duplicates == len(each.rows)
                failing |= {NOTHING} if not each.accepted and not all_repeated else set()
            if each.decided == "rejected":
                each.status = "REJECTED"
            elif not failing or (each.decided == "released" and failing <= each.failing):
                each.status = "ACCEPTED"
            else:
                each.status, each.decided = "HELD", ""
            if not failing and each.decided == "released":
                each.decided = ""  # it needs nobody's word any more
            each.failing = failing
            before = each if each.status == "ACCEPTED" else before

    def _count(self, feed: str, delivery: Delivery) -> None:
        rows = delivery.rows or ()
        first = list(dict.fromkeys(rows))
        earlier = set()
        if feed == PAID:
            in_force = self.in_force(feed, delivery.on - timedelta(days=1))
            earlier = {row for each in in_force for row in each.rows or () if row.good and row.tag in each.accepted}
        fresh = [row for row in first if row not in earlier]
        keys = Counter(row.person if feed == FARMERS else row.tag for row in fresh if row.good)
        sound = [row for row in fresh if row.good and keys[row.person if feed == FARMERS else row.tag] == 1]
        delivery.accepted = [row.tag for row in sound]
        delivery.quarantined = len(fresh) - len(sound)
        delivery.duplicates = len(rows) - len(fresh)

    def in_force(self, feed: str, on: date) -> list[Delivery]:
        by_date = {each.on: each for each in self.received[feed] if each.status == "ACCEPTED" and each.on <= on}
        return list(by_date.values()) if feed == PAID else [by_date[max(by_date)]] if by_date else []

    def shown(self, on: date) -> Published:
        """What a night built now shows."""
        return Counter((feed, tag) for feed in HEADS for each in self.in_force(feed, on) for tag in each.accepted)

    def known_at(self, moment: datetime) -> dict[date, Published]:
        return {on: rows for at, on, rows in self.published if at <= moment}
