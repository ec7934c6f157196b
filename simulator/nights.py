"""Writes the nights: deliveries with their dirt, and what the marts must show."""

import gc
import json
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from simulator.answers import Ledger, Truth, answers
from simulator.city import City
from simulator.contributions import planned_postings, regular_postings
from simulator.dirt import Outcome, Row, Soiler, Tally
from simulator.feeds import FEEDS, Feed
from simulator.founding import found
from simulator.headers import Header, header_of_night, plain
from simulator.incidents import Accident, Incident, cut, lost_column
from simulator.life import live
from simulator.model import Posting
from simulator.observe import SNAPSHOTS
from simulator.rows import speller
from simulator.writers import Job, write


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for."""

    out: Path
    workers: int
    seed: int
    dirt: float
    nights: tuple[date, ...]
    incidents: tuple[Incident, ...] = ()


@dataclass
class World:
    """The city and all that was accepted from it so far."""

    plan: Plan
    city: City
    ledger: Ledger = field(default_factory=Ledger)
    in_force: dict[str, list[Any]] = field(default_factory=dict)
    delivered: dict[str, int] = field(default_factory=dict)
    """rows of the delivery in force, for the limit on shrinking"""
    owner: dict[str, str] = field(default_factory=dict)
    sent: dict[str, list[Any]] = field(default_factory=dict)
    """what an occasional feed delivered last"""
    waiting: list[Posting] = field(default_factory=list)
    """contribution lines that must come again: quarantined ones put right, and those of a lost delivery"""
    posted: int = 0
    """the last running number of a contribution line"""
    known_lines: list[Posting] = field(default_factory=list)
    """some accepted lines, to send again later"""
    kinds: dict[str, int] = field(default_factory=dict)


class NightError(Exception):
    """A night that cannot be written as asked."""


def generate(plan: Plan) -> World:
    """Write every night that the folder does not hold yet."""
    manifest = plan.out / "manifest.json"
    done: tuple[date, ...] = ()
    if manifest.exists():
        plan, done = _continue(plan, json.loads(manifest.read_text(encoding="utf-8")))
    nights = plan.nights
    for incident in plan.incidents:
        if incident.night not in nights[1:]:
            raise NightError(f"{incident}: an accident needs an earlier night to stay in force")
    gc.disable()  # millions of small tuples, none in a cycle
    try:
        world = World(plan, found(plan.seed, plan.workers, nights[0]))
        world.ledger.watched = {order.billing for order in world.city.sp2ds}
        _night(world, None, nights[0], write_it=nights[0] not in done)
        for ordinal, (before, night) in enumerate(pairwise(nights), start=1):
            live(world.city, before, night, ordinal)
            _night(world, before, night, write_it=night not in done)
    finally:
        gc.enable()
    manifest.write_text(json.dumps(_manifest(plan), indent=1) + "\n", encoding="utf-8")
    return world


def _manifest(plan: Plan) -> dict[str, Any]:
    return {
        "seed": plan.seed,
        "workers": plan.workers,
        "dirt": plan.dirt,
        "nights": [night.isoformat() for night in plan.nights],
        "incidents": sorted(str(incident) for incident in plan.incidents),
    }


def _continue(plan: Plan, held: dict[str, Any]) -> tuple[Plan, tuple[date, ...]]:
    """Add nights to those that a folder holds; the past of a city cannot be changed any more."""
    if (held["seed"], held["workers"], held["dirt"]) != (plan.seed, plan.workers, plan.dirt):
        raise NightError(f"{plan.out} holds another city: {held}")
    done = tuple(date.fromisoformat(night) for night in held["nights"])
    added = [night for night in plan.nights if night not in done]
    if any(night < done[-1] for night in added):
        raise NightError(f"a night can only be added after {done[-1]}: what came later builds on what was before")
    old = {str(incident) for incident in plan.incidents if incident.night in done}
    kept = tuple(Incident.parse(text) for text in held["incidents"])
    if not old <= set(held["incidents"]):
        raise NightError(f"{sorted(old)}: that night is written already")
    fresh = tuple(incident for incident in plan.incidents if incident.night in added)
    return replace(plan, nights=(*done, *added), incidents=(*kept, *fresh)), done


def _night(world: World, before: date | None, night: date, *, write_it: bool) -> None:
    """Deliver all feeds of one night and work out its answers."""
    scorecard: dict[str, Any] = {}
    for feed in FEEDS:
        incident = next(
            (i.accident for i in world.plan.incidents if (i.feed, i.night) == (feed.code, night)), None
        )
        if feed.code == "bpjstk.iuran":
            card = _increment(world, feed, before, night, incident, write_it)
        else:
            card = _snapshot(world, feed, night, incident, write_it)
        if card is not None:
            scorecard[feed.code] = card
    if write_it:
        truth = Truth(night, world.in_force, world.owner, world.ledger)
        path = world.plan.out / "expected" / f"{night}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        expected = answers(truth, dict(sorted(scorecard.items())))
        path.write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _snapshot(
    world: World, feed: Feed, night: date, incident: Accident | None, write_it: bool
) -> dict[str, Any] | None:
    """Deliver a snapshot; return its scorecard row, None for an occasional feed that did not change."""
    items = list(SNAPSHOTS[feed.code](world.city, night))
    if feed.cadence == "occasional":
        if world.sent.get(feed.code) == items:
            if incident:
                raise NightError(f"{feed.code} delivers nothing on {night} that could be cut")
            return None
        world.sent[feed.code] = items
    shown = items[: len(items) * 6 // 10] if incident is Accident.HELD_SHRUNK else items
    tally = _deliver(world, feed, night, shown, [], incident, write_it)
    if incident is None:
        _check_limits(feed, night, tally, world.delivered.get(feed.code))
        world.in_force[feed.code] = tally.accepted
        world.delivered[feed.code] = tally.delivered
        if feed.code == "bpjstk.kepesertaan":
            # "the NIK of the newest accepted membership row for its KPJ in any delivery"
            world.owner.update((member.kpj, member.nik) for member in tally.accepted)
    return _card(tally, incident)


def _increment(
    world: World, feed: Feed, before: date | None, night: date, incident: Accident | None, write_it: bool
) -> dict[str, Any]:
    """Deliver the contribution lines that are new, some of them again."""
    lines = world.waiting
    for line in _fresh(world, before, night):
        world.posted += 1
        lines.append(replace(line, number=f"TRX{world.posted:012d}"))
    rng = world.city.stream("again", night)
    extra = _sent_again(world, feed, night, len(lines)) if incident is None else []
    tally = _deliver(world, feed, night, lines, extra, incident, write_it)
    if incident is not None:  # BPJS sends everything again with the next delivery
        world.waiting = lines
        return _card(tally, incident)
    _check_limits(feed, night, tally, None)
    for line in tally.accepted:
        world.ledger.post(line)
    world.known_lines = tally.accepted[:: max(1, len(tally.accepted) // 500)] or world.known_lines
    # Half of what was refused comes again put right, the other half never does.
    world.waiting = [line for line in tally.spoiled if rng.random() < 0.5]
    return _card(tally, None)


def _fresh(world: World, before: date | None, night: date) -> Any:
    """Yield the lines paid since the previous delivery."""
    yield from regular_postings(world.city, before, night)
    yield from planned_postings(world.city, before, night)


def _sent_again(world: World, feed: Feed, night: date, fresh: int) -> list[Row]:
    """Send lines of an earlier delivery again: as they were, in other white space, and with another amount."""
    plan, known = world.plan, world.known_lines
    if not plan.dirt or not known:
        return []
    rng = world.city.stream("sent again", night)
    spell = speller(feed)
    count = 1 + int(plan.dirt * fresh * 0.1)
    rows = []
    for i, line in enumerate(rng.sample(known, min(2 * count, len(known)))):
        cells = spell(line)
        if i % 2 == 0:
            again = [f" {cell}" if rng.random() < 0.1 else cell for cell in cells]
            rows.append(Row(again, Outcome.DUPLICATE))
            _note(world, "earlier line sent again")
        elif fresh > 25:
            cells[5] = str(line.amount + 100)
            rows.append(Row(cells, Outcome.QUARANTINED))
            _note(world, "earlier number with other content")
    return rows


def _note(world: World, kind: str, count: int = 1) -> None:
    """Count a kind of dirt."""
    world.kinds[kind] = world.kinds.get(kind, 0) + count


def _deliver(
    world: World,
    feed: Feed,
    night: date,
    items: list[Any],
    extra: list[Row],
    incident: Accident | None,
    write_it: bool,
) -> Tally:
    """Write one delivery and tally it."""
    plan = world.plan
    soiler = Soiler(
        feed, night, world.city.stream("dirt", feed.code, night), plan.dirt, world.city.protected,
        held=incident is Accident.HELD_DIRTY,
    )  # fmt: skip
    path = plan.out / "deliveries" / feed.path(f"{night:%Y%m%d}")
    header_rng = world.city.stream("header", feed.code, night)

    def header() -> Header:
        if incident is Accident.MISSING_COLUMN:
            return plain(feed, without=lost_column(feed))
        made = header_of_night(feed, header_rng, plan.dirt > 0)
        for kind in made.kinds:
            _note(world, kind)
        return made

    shown = [] if incident is Accident.EMPTY else items
    job = Job(feed, night, header, path if write_it and incident is not Accident.ABSENT else None,
              lambda: [line.amount for line in items])  # fmt: skip
    write(job, soiler.rows(shown, extra))
    if incident is Accident.TRUNCATED and write_it:
        cut(path)
    for kind, count in soiler.tally.kinds.items():
        _note(world, kind, count)
    return soiler.tally


def _card(tally: Tally, incident: Accident | None) -> dict[str, Any]:
    """Return the scorecard row; of a delivery that was never read there are no rows to speak of."""
    counts = {
        "delivered_rows": tally.delivered,
        "accepted_rows": tally.counts[Outcome.ACCEPTED],
        "quarantined_rows": tally.counts[Outcome.QUARANTINED],
        "duplicate_rows": tally.counts[Outcome.DUPLICATE],
    }
    if incident is None:
        return counts
    return {**(counts if incident.status == "HELD" else {}), "delivery_status": incident.status}


def _check_limits(feed: Feed, night: date, tally: Tally, before: int | None) -> None:
    """Make sure that an ordinary delivery does not run into the limits of feeds.md, step 7, by accident."""
    bad = tally.counts[Outcome.QUARANTINED]
    if bad * 10 > tally.delivered:
        raise NightError(f"{feed.code} of {night}: {bad} of {tally.delivered} rows would be quarantined")
    if before is not None and tally.delivered * 10 < before * 7:
        raise NightError(f"{feed.code} of {night}: {tally.delivered} rows after {before}")
