"""What happens in the city between two nights."""

from dataclasses import replace
from datetime import date
from random import Random

from simulator.city import City
from simulator.contributions import payer_for, wage_lines
from simulator.dates import days_after
from simulator.memberships import employ, end, insure_self
from simulator.model import Membership, Regulation, Worker
from simulator.outreach import add_applications, add_event
from simulator.reference import (
    RULES,
    SUBJECT,
    denominator_year,
    semesta_of,
    targets_of,
    workforce_of,
)
from simulator.rosters import CATEGORIES, entry_for
from simulator.tariffs import construction_due


def live(city: City, before: date, night: date, ordinal: int) -> None:
    """Move the city from one night to the next; ordinal counts the nights from 0."""
    rng = city.stream("life", night)
    days = min((night - before).days, 30)
    moves = 2 + round(city.size * 0.0008 * days)
    if ordinal == 1:
        _second_night(city)
    _join(city, rng, before, night, moves)
    _leave(city, rng, before, night, max(1, moves // 2))
    for feed in sorted(city.rosters):
        _change_roster(city, rng, feed)
    _build(city, rng, night)
    _meet(city, rng, before, night)
    add_applications(city, rng, 1 + round(city.size * 0.0001 * days), night, max(1, (night - before).days))
    if ordinal % 2 == 1:
        serial = len(city.regulations) + 1
        kind, short, _, _ = RULES[0]
        title = f"{SUBJECT} Tahap {serial}"
        city.regulations.append(Regulation(str(serial), night, kind, short, str(7 * serial), title, "Berlaku"))
    else:
        city.regulations[0] = replace(city.regulations[0], status="Tidak Berlaku")
    refresh_reference(city, before, night, ordinal)


def _second_night(city: City) -> None:
    """Register the late ones, put NIKs right, let KPJs drop out of the snapshot, and let a recipient die."""
    for member in city.late_memberships:
        city.enrol(member)
        city.protected.add(member.kpj)
    for kpj, nik in city.corrections.items():
        city.enrol(replace(city.memberships[kpj], nik=nik))
    for kpj in city.vanishing:
        del city.memberships[kpj]


def _join(city: City, rng: Random, before: date, night: date, count: int) -> None:
    """Let newcomers join, the first of them on the night itself; one changes from own pay to a job."""
    insured = {member.nik for member in city.memberships.values()}
    free = [worker for worker in city.workers if worker.nik not in insured]
    span = (night - before).days
    for i, worker in enumerate(rng.sample(free, min(count, len(free)))):
        since = days_after(night, -(rng.randrange(span) if i else 0))
        (employ if rng.random() < 0.7 else insure_self)(city, rng, worker, since)
    movers = _leavers(city, rng, 1, "BPU")
    for member in movers:
        job = replace(
            member,
            kpj=city.new_kpj(night),
            segment="PU",
            npp="KB000002",
            since=night,
            programs="JKK,JKM,JHT,JP",
            funding="PEMBERI_KERJA",
        )
        city.enrol(job)
        payer_for(city, job, wage_lines(3_360_466, 0.54, False, 0), 2)


def _leavers(city: City, rng: Random, count: int, segment: str | None = None) -> list[Membership]:
    """Choose active memberships that no planted case needs."""
    pool = [
        member.kpj
        for member in city.memberships.values()
        if member.status == "AKTIF"
        and member.until is None
        and member.kpj not in city.protected
        and (segment is None or member.segment == segment)
    ]
    return [city.memberships[kpj] for kpj in rng.sample(pool, min(count, len(pool)))]


def _leave(city: City, rng: Random, before: date, night: date, count: int) -> None:
    """Let memberships end, some workers die - one of them on DBHCHT - and one row drop out of the snapshot."""
    span = (night - before).days
    for member in _leavers(city, rng, count):
        end(city, member, "NONAKTIF", days_after(night, -rng.randrange(span)))
    mortal = _leavers(city, rng, 1 + count // 8)
    mortal += [member for member in _leavers(city, rng, 40, "BPU") if member.funding == "DBHCHT"][:1]
    for member in {member.kpj: member for member in mortal}.values():
        end(city, member, "MENINGGAL", days_after(night, -rng.randrange(span)))
        # Whether the date of death outlives its row is nobody's business here: the row stays, and stays clean.
        city.protected.add(member.kpj)
    for member in _leavers(city, rng, 1):
        del city.memberships[member.kpj]
        payer = city.payers.pop(member.kpj, None)
        if payer and rng.random() < 0.5:  # the other half goes on paying
            city.payers[member.kpj] = payer


def _change_roster(city: City, rng: Random, feed: str) -> None:
    """Strike a name, add one, and move one to another category."""
    roster = city.rosters[feed]
    moves = max(1, len(roster) // 300)
    for _ in range(moves):
        roster.pop(rng.randrange(len(roster)))
        index = rng.randrange(len(roster))
        roster[index] = replace(roster[index], category=rng.choice(CATEGORIES[feed]))
    listed = {entry.nik for entry in roster}
    for _ in range(moves):
        worker: Worker = rng.choice(city.workers)
        if worker.nik not in listed:
            listed.add(worker.nik)
            entry = entry_for(feed, worker, rng.choice(CATEGORIES[feed]), rng, 5_000_000 + rng.randrange(999_999))
            roster.append(entry)


def _build(city: City, rng: Random, night: date) -> None:
    """Let a letter arrive, a registration come in late, and a contractor pay what was missing."""
    silent = [i for i, project in enumerate(city.projects) if project.letter is None]
    if len(silent) > 2:
        i = rng.choice(silent[2:])
        city.projects[i] = replace(city.projects[i], letter="640/990/SUSULAN", letter_dated=night, updated=night)
    known = {registration.contract for registration in city.registrations}
    open_sites = [p for p in city.projects if p.contract not in known][1:]
    values = {c.number: c.value for release in city.releases for c in release.contracts}
    if open_sites:
        project = rng.choice(open_sites)
        value = values.get(project.contract, 90_000_000)
        template = city.registrations[0]
        city.registrations.append(
            replace(
                template,
                number=f"PJ{night:%Y%m%d}01",
                contract=project.contract,
                value=value,
                registered=night,
                paid=construction_due(value),
                heads=project.heads,
            )
        )
    i = rng.randrange(len(city.registrations))
    paid = city.registrations[i].paid
    city.registrations[i] = replace(city.registrations[i], paid=paid + rng.choice((1, 1000, 250_000)))


def _meet(city: City, rng: Random, before: date, night: date) -> None:
    """Hold a meeting, with some who have just joined and some who were at earlier ones."""
    traders = [entry.nik for entry in city.rosters["diskumdag.pelaku_usaha"]]
    fresh = [member.nik for member in city.memberships.values() if before < member.since <= night]
    guests = rng.sample(traders, min(12, len(traders))) + fresh[:3]
    add_event(city, rng, night, guests)


def refresh_reference(city: City, before: date, night: date, ordinal: int) -> None:
    """Bring pledges, targets and denominators up to date; a changed list is delivered again."""
    if ordinal == 2 or before.month != night.month:
        city.commitments = [replace(c, target=c.target + 1) if c.roster else c for c in city.commitments]
    if night.year > before.year:
        have = {target.year for target in city.targets}
        for year in range(before.year + 2, night.year + 2):
            city.targets += targets_of(city, year) if year not in have else []
    for year in range(denominator_year(before) + 1, denominator_year(night) + 1):
        city.workforce = city.workforce + workforce_of(city, year)
        city.semesta = [*city.semesta, semesta_of(city, year)]
