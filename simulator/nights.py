"""Writes the nights: deliveries with their dirt, and what the marts must show."""

import gc
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any

from simulator.answers import Ledger, Truth, answers
from simulator.city import City
from simulator.columns import Feed
from simulator.contributions import planned_postings, regular_postings
from simulator.creation import create_city
from simulator.dirt import Outcome, Row, Soiler, Tally
from simulator.feeds import BY_NAME, FEEDS
from simulator.headers import Header, header_of_night, plain
from simulator.incidents import Accident, cut, like, lost_column, send_again
from simulator.life import live
from simulator.manifest import NightError, Plan, merged, save
from simulator.model import Posting
from simulator.observe import SNAPSHOTS
from simulator.repeats import Earlier, sent_again
from simulator.writers import Job, write


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
    earlier: Earlier = field(default_factory=Earlier)
    """some lines of earlier deliveries, to send again"""
    kinds: Counter[str] = field(default_factory=Counter)
    """how often each kind of dirt was written"""


@dataclass(frozen=True, slots=True)
class Tonight:
    """One night in the making."""

    night: date
    before: date | None
    write_it: bool


def generate(plan: Plan) -> World:
    """Write every night that the folder does not hold yet."""
    plan, done = merged(plan)
    nights = plan.nights
    for incident in plan.incidents:
        first_absent = incident.accident is Accident.ABSENT and incident.night == nights[0]
        if incident.night not in nights[1:] and not first_absent:
            raise NightError(f"{incident}: an accident needs an earlier night to stay in force")
    gc.disable()  # millions of small things, none in a cycle
    try:
        world = World(plan, create_city(plan.seed, plan.workers, nights[0]))
        world.ledger.watched = {order.billing for order in world.city.sp2ds}
        _night(world, Tonight(nights[0], None, nights[0] not in done))
        for ordinal, (before, night) in enumerate(pairwise(nights), start=1):
            live(world.city, before, night, ordinal)
            _night(world, Tonight(night, before, night not in done))
    finally:
        gc.enable()
    save(plan)
    return world


def _night(world: World, tonight: Tonight) -> None:
    """Deliver all feeds of one night and work out its answers."""
    night, scorecard = tonight.night, {}
    tonights = [i for i in world.plan.incidents if i.night == night]
    accidents = {i.feed: i.accident for i in tonights if i.accident is not Accident.RE_SENT}
    for feed in FEEDS:
        deliver = _increment if feed.cadence == "increment" else _snapshot
        card = deliver(world, feed, tonight, accidents.get(feed.code))
        if card is not None:
            scorecard[feed.code] = card
    if tonight.write_it:
        _send_again(world.plan, tonight, [BY_NAME[i.feed] for i in tonights if i.accident is Accident.RE_SENT])
        _mislabel(world.plan, night, accidents)
        truth = Truth(night, world.in_force, world.owner, world.ledger)
        path = world.plan.out / "expected" / f"{night}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        expected = answers(truth, dict(sorted(scorecard.items())))
        path.write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _send_again(plan: Plan, tonight: Tonight, feeds: list[Feed]) -> None:
    """Send the deliveries of the night before once more; what was first sent is kept aside, by tonight's date."""
    for feed in feeds:
        place = feed.path(f"{tonight.before:%Y%m%d}")
        delivered = plan.out / "deliveries" / place
        if any(i.feed == feed.code and i.night == tonight.before for i in plan.incidents):
            raise NightError(f"{feed.code} of {tonight.before} was not sent whole the first time")
        send_again(feed, delivered, plan.out / "replaced" / tonight.night.isoformat() / place)


def _mislabel(plan: Plan, night: date, accidents: Mapping[str, Accident]) -> None:
    """Put other agencies' files under the names of those that were mislabelled."""
    for code, accident in accidents.items():
        if accident is Accident.MISLABELLED:
            other = like(BY_NAME[code], set(accidents), FEEDS)
            if other is None:
                raise NightError(f"no file of {night} can be mistaken for one of {code}")
            stamp, deliveries = f"{night:%Y%m%d}", plan.out / "deliveries"
            shutil.copyfile(deliveries / other.path(stamp), deliveries / BY_NAME[code].path(stamp))


def _snapshot(world: World, feed: Feed, tonight: Tonight, accident: Accident | None) -> dict[str, Any] | None:
    """Deliver a snapshot; return its scorecard row, None for an occasional feed that did not change."""
    items = list(SNAPSHOTS[feed.code](world.city, tonight.night))
    if feed.cadence == "occasional":
        if world.sent.get(feed.code) == items:
            if accident:
                raise NightError(f"{feed.code} delivers nothing on {tonight.night} that could be cut")
            return None
        if accident is Accident.ABSENT:  # nobody waits for it: it has no row of the scorecard, and comes another night
            return None
        world.sent[feed.code] = items
    shown = items[: len(items) * 6 // 10] if accident is Accident.HELD_SHRUNK else items
    tally = _deliver(world, feed, tonight, shown, accident=accident)
    if accident is Accident.HELD_SHRUNK and tally.delivered * 10 >= world.delivered[feed.code] * 7:
        raise NightError(f"{feed.code} of {tonight.night} is too small to shrink by 30 %")
    if accident is None:
        _check_limits(feed, tonight.night, tally, world.delivered.get(feed.code))
        world.in_force[feed.code] = tally.accepted
        world.delivered[feed.code] = tally.delivered
        if feed.code == "bpjstk.kepesertaan":
            # "the NIK of the newest accepted membership row for its KPJ in any delivery"
            world.owner.update((member.kpj, member.nik) for member in tally.accepted)
    return _card(tally, accident, feed.code in world.in_force)


def _increment(world: World, feed: Feed, tonight: Tonight, accident: Accident | None) -> dict[str, Any] | None:
    """Deliver the contribution lines that are new, some of them again."""
    lines = world.waiting
    for line in _fresh(world, tonight):
        world.posted += 1
        lines.append(replace(line, number=f"TRX{world.posted:012d}"))
    if accident is not None:  # BPJS sends everything again with the next delivery
        tally = _deliver(world, feed, tonight, lines, accident=accident)
        world.waiting = lines
        return _card(tally, accident, feed.code in world.in_force)
    world.in_force[feed.code] = []  # it delivered; what it posted is in the ledger
    rng = world.city.stream("again", tonight.night)
    wanted = 1 + int(world.plan.dirt * len(lines) * 0.1) if world.plan.dirt else 0
    extra, kinds = sent_again(rng, feed, world.earlier, wanted, len(lines) if wanted else 0)
    world.kinds.update(kinds)
    tally = _deliver(world, feed, tonight, lines, extra)
    _check_limits(feed, tonight.night, tally, None)
    for line in tally.accepted:
        world.ledger.post(line)
    some = tally.accepted[:: max(1, len(tally.accepted) // 500)] or world.earlier.accepted
    # Half of what was refused comes again put right, the other half never does.
    world.waiting = [line for line in tally.spoiled if rng.random() < 0.5]
    again = {line.number for line in world.waiting}
    world.earlier = Earlier(some, [row for row in tally.broken if row.cells[0] not in again])
    return _card(tally, None)


def _fresh(world: World, tonight: Tonight) -> Iterator[Posting]:
    """Yield the lines paid since the previous delivery."""
    yield from regular_postings(world.city, tonight.before, tonight.night)
    yield from planned_postings(world.city, tonight.before, tonight.night)


def _deliver(
    world: World,
    feed: Feed,
    tonight: Tonight,
    items: list[Any],
    extra: list[Row] | None = None,
    *,
    accident: Accident | None = None,
) -> Tally:
    """Write one delivery and tally it."""
    plan, night = world.plan, tonight.night
    rng = world.city.stream("dirt", feed.code, night)
    soiler = Soiler(feed, night, rng, plan.dirt, world.city.protected)
    soiler.held = accident is Accident.HELD_DIRTY
    path = plan.out / "deliveries" / feed.path(f"{night:%Y%m%d}")
    header_rng = world.city.stream("header", feed.code, night)

    lost = [lost_column(feed)] if accident is Accident.MISSING_COLUMN else []

    def header() -> Header:
        if lost:  # one sheet without it is enough
            return plain(feed, without=lost.pop())
        made = header_of_night(feed, header_rng, plan.dirt > 0)
        world.kinds.update(made.kinds)
        return made

    shown = [] if accident is Accident.EMPTY else items
    write_it = tonight.write_it and accident is not Accident.ABSENT
    job = Job(feed, night, header, path if write_it else None, lambda: [line.amount for line in shown])
    write(job, soiler.rows(shown, extra or ()))
    if accident is Accident.TRUNCATED and tonight.write_it:
        cut(path)
    tally = soiler.tally
    if accident is Accident.HELD_DIRTY and tally.counts[Outcome.QUARANTINED] * 10 <= tally.delivered:
        raise NightError(f"{feed.code} of {night} has no rows to make dirty")
    world.kinds.update(tally.kinds)
    return tally


def _card(tally: Tally, accident: Accident | None, in_force: bool = True) -> dict[str, Any]:
    """Return the scorecard row; of a delivery that was never read there are no rows to speak of."""
    counts = {
        "delivered_rows": tally.delivered,
        "accepted_rows": tally.counts[Outcome.ACCEPTED],
        "quarantined_rows": tally.counts[Outcome.QUARANTINED],
        "duplicate_rows": tally.counts[Outcome.DUPLICATE],
    }
    if accident is None:
        return counts
    status = accident.status if in_force or accident is not Accident.ABSENT else "MISSING"
    return {**(counts if accident.status == "HELD" else {}), "delivery_status": status}


def _check_limits(feed: Feed, night: date, tally: Tally, before: int | None) -> None:
    """Make sure that an ordinary delivery does not run into the limits of feeds.md, step 7, by accident."""
    bad = tally.counts[Outcome.QUARANTINED]
    if bad * 10 > tally.delivered:
        raise NightError(f"{feed.code} of {night}: {bad} of {tally.delivered} rows would be quarantined")
    if before is not None and tally.delivered * 10 < before * 7:
        raise NightError(f"{feed.code} of {night}: {tally.delivered} rows after {before}")
