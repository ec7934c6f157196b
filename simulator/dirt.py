"""Turns clean things into delivered rows, with the dirt of the night, each row with its right outcome."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import cycle
from random import Random
from typing import Any

from simulator.blemishes import annotate, blemish, respell
from simulator.breaks import Break, breaks_for
from simulator.columns import Feed, Format
from simulator.conflicts import contradict
from simulator.places import OUTSIDE_SHEET, SHEETS, sheet_of
from simulator.rows import Cell, key_of, speller


class Outcome(Enum):
    """What becomes of a delivered row."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"


@dataclass(slots=True)
class Row:
    """One delivered row; item is the thing of the city behind an accepted one."""

    cells: list[Cell]
    outcome: Outcome = Outcome.ACCEPTED
    item: Any = None
    sheet: str = ""
    blank: bool = False
    """no cell is filled, so that it is no row"""


@dataclass
class Tally:
    """What a delivery amounts to."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    accepted: list[Any] = field(default_factory=list)
    spoiled: list[Any] = field(default_factory=list)
    """things whose row was quarantined: an increment may send them again"""
    broken: list[Row] = field(default_factory=list)
    """some quarantined rows that will be broken on any other night too"""
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def delivered(self) -> int:
        """Delivered = accepted + quarantined + duplicates."""
        return sum(self.counts.values())


SMALL = 30
MOST_QUARANTINED = 0.07
MOST_QUARANTINED_HELD = 0.2
SHARES = {"bpjstk.iuran": 0.1}
"""how much of the usual dirt a feed gets, 1 where none is given"""


class Soiler:
    """Makes the rows of one delivery."""

    def __init__(self, feed: Feed, night: date, rng: Random, rate: float, protected: set[str]) -> None:
        self.feed, self.night, self.rng, self.rate, self.protected = feed, night, rng, rate, protected
        self.held = False
        """so dirty that the whole delivery is held"""
        self.tally = Tally()
        self.spell = speller(feed)
        self.late: list[Row] = []
        self.breaks: dict[str, list[Break]] = {}
        for one in breaks_for(feed):
            self.breaks.setdefault(one[0], []).append(one)
        # One kind after the other, so that even few broken rows show many kinds.
        shuffled = list(self.breaks)
        rng.shuffle(shuffled)
        self.next_kinds = cycle(shuffled)

    def rows(self, items: Sequence[Any], extra: Iterable[Row] = ()) -> Iterator[Row]:
        """Yield the rows of a delivery, tallied."""
        plan = self._plan(len(items))
        blank_before = self._blank_before(len(items))
        for i, item in enumerate(items):
            if i == blank_before:
                self.tally.kinds["blank row"] += 1
                yield Row([None] * len(self.feed.columns), sheet=self._sheet(item), blank=True)
            action = plan.get(i)
            if action is None:
                yield self._count(Row(self.spell(item), item=item, sheet=self._sheet(item)))
            else:
                for row in action(item):
                    yield self._count(row)
        for row in [*self.late, *extra]:
            yield self._count(row)

    def _blank_before(self, size: int) -> int:
        """Choose where a row without a filled cell stands; -1 for nowhere."""
        takes = self.feed.form in {Format.PIPE, Format.SEMICOLON, Format.BOM, Format.XLSX} and not self.feed.running
        return self.rng.randrange(size) if takes and self.rate and size >= SMALL and self.rng.random() < 0.5 else -1

    def _count(self, row: Row) -> Row:
        """Enter a row into the tally."""
        self.tally.counts[row.outcome] += 1
        if row.outcome is Outcome.ACCEPTED:
            self.tally.accepted.append(row.item)
        return row

    def _sheet(self, item: Any) -> str:
        """Return the sheet of a row, where the feed has several."""
        return sheet_of(item.region) if self.feed.code == "disnaker.penerima_dbhcht" else ""

    def _plan(self, size: int) -> dict[int, Callable[[Any], list[Row]]]:
        """Choose which rows get which dirt."""
        rate = self.rate * SHARES.get(self.feed.code, 1.0)
        if self.held:
            bad, repeats = int(size * MOST_QUARANTINED_HELD) + 1, 0
        elif size < SMALL:
            bad, repeats = 0, 0
        elif self.feed.cadence == "occasional":  # a figure lost there would leave open what the marts show
            bad, repeats = 0, self._about(0.4 * rate * size)
        else:
            bad = min(self._about(rate * size), int(MOST_QUARANTINED * size))
            repeats = self._about(0.4 * rate * size)
        harmless = min(self._about(2 * rate * size) + (1 if rate else 0), size)
        places = self.rng.sample(range(size), min(size, bad + repeats + harmless))
        plan: dict[int, Callable[[Any], list[Row]]] = {}
        spoilers = cycle([self._break] * 4 + [self._break_twice, self._break_and_repeat, self._break_beside])
        while bad > 0 and places:
            # A conflict costs two or three rows of the quarantine's budget.
            if bad >= 3 and self.rng.random() < 0.3 and not self.held:
                plan[places.pop()] = self._conflict
                bad -= 3
            else:
                plan[places.pop()] = next(spoilers)
                bad -= 1
        for _ in range(min(repeats, len(places))):
            plan[places.pop()] = self._repeat
        for place in places[:harmless]:
            plan[place] = self._blemish
        return plan

    def _about(self, expected: float) -> int:
        """Round up or down, so that small feeds get some dirt on some nights."""
        return int(expected + self.rng.random())

    def _row(self, item: Any) -> Row:
        return Row(self.spell(item), item=item, sheet=self._sheet(item))

    def _kept(self, row: Row) -> bool:
        """Say whether a planted case hangs on this row; in a delivery that is held none does."""
        if self.held:
            return False
        return key_of(self.feed, row.cells) in self.protected or getattr(row.item, "billing", "") in self.protected

    def _spoil(self, row: Row, times: int = 1) -> Row:
        """Return a quarantined version of a row."""
        cells = list(row.cells)
        touched: set[int] = set()
        lasting = False
        for _ in range(60):
            kind, i, spoil = self.rng.choice(self.breaks[next(self.next_kinds)])
            if i in touched or cells[i] is None:
                continue
            cells[i] = spoil(cells[i], self.feed.columns[i], self.feed, self.night, self.rng)
            self.tally.kinds[kind] += 1
            touched.add(i)
            lasting |= kind != "date after the night"
            if len(touched) == times:
                break
        broken = Row(cells, Outcome.QUARANTINED, sheet=row.sheet)
        if lasting and len(self.tally.broken) < 20:
            self.tally.broken.append(broken)
        return broken

    def _break(self, item: Any) -> list[Row]:
        row = self._row(item)
        if self._kept(row):
            return self._blemish(item)
        self.tally.spoiled.append(item)
        return [self._spoil(row)]

    def _break_twice(self, item: Any) -> list[Row]:
        row = self._row(item)
        if self._kept(row):
            return self._blemish(item)
        self.tally.kinds["several rules"] += 1
        self.tally.spoiled.append(item)
        return [self._spoil(row, 2)]

    def _break_and_repeat(self, item: Any) -> list[Row]:
        """Break a row and repeat it: one is quarantined and one a duplicate, for repeats are judged first."""
        rows = self._break(item)
        if rows[0].outcome is Outcome.QUARANTINED:
            self.tally.kinds["broken and repeated"] += 1
            rows.append(Row(list(rows[0].cells), Outcome.DUPLICATE, sheet=rows[0].sheet))
        return rows

    def _break_beside(self, item: Any) -> list[Row]:
        """Return a good row with a broken copy of itself: only rows that pass the rules can conflict."""
        row = self._row(item)
        self.tally.kinds["broken copy beside a good row"] += 1
        return [row, self._spoil(row)]

    def _conflict(self, item: Any) -> list[Row]:
        """Give one key different contents: all of them are quarantined, and repeats of them are duplicates."""
        row = self._row(item)
        if self._kept(row):
            return self._blemish(item)
        self.tally.spoiled.append(item)
        self.tally.kinds["key conflict"] += 1
        versions = [row.cells, contradict(self.feed, row.cells, 1)]
        choice = self.rng.random()
        if choice < 0.3:
            versions.append(contradict(self.feed, row.cells, 2))
        found = [Row(cells, Outcome.QUARANTINED, sheet=row.sheet) for cells in versions]
        if choice > 0.8:
            self.tally.kinds["key conflict repeated"] += 1
            found.append(Row(list(versions[1]), Outcome.DUPLICATE, sheet=row.sheet))
        self.late += found[1:]
        return found[:1]

    def _repeat(self, item: Any) -> list[Row]:
        """Deliver a row again: exactly, in other white space, on another sheet, near by or at the end."""
        row = self._row(item)
        choice, cells, sheet = self.rng.randrange(3), list(row.cells), row.sheet
        kind = "repeated exactly"
        if choice == 1:
            spaced, cells = blemish(self.feed, cells, self.rng)
            kind = "repeated in other white space" if spaced else kind
        elif choice == 2 and sheet:
            kind = "repeated on another sheet"
            sheet = self.rng.choice([s for s in (*SHEETS.values(), OUTSIDE_SHEET) if s != sheet])
        elif choice == 2 and self.feed.running:
            kind = "repeated under another running number"  # the writer numbers rows as they come
        self.tally.kinds[kind] += 1
        again = Row(cells, Outcome.DUPLICATE, sheet=sheet)
        if self.rng.random() < 0.5:
            return [row, again]
        self.late.append(again)
        return [row]

    def _blemish(self, item: Any) -> list[Row]:
        """Deliver a good row with harmless dirt."""
        row = self._row(item)
        kind, cells = respell(self.feed, row.cells, self.rng) if self.rng.random() < 0.3 else ("", row.cells)
        if not kind:
            kind, cells = annotate(self.feed, row.cells, self.rng)
        if not kind:
            kind, cells = blemish(self.feed, row.cells, self.rng)
        if kind:
            self.tally.kinds[kind] += 1
        row.cells = cells
        return [row]
