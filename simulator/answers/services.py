"""Lapse calendar, aid, construction, outreach and pledges."""

from collections import defaultdict
from datetime import date
from typing import Any

from simulator.answers.participants import active_memberships
from simulator.answers.truth import Truth
from simulator.dates import add_months, days_after
from simulator.model import Attendance, Membership, Registration
from simulator.tariffs import construction_due

Primary = dict[str, Membership]
SUBJECT = "Jaminan Sosial Ketenagakerjaan"


def lapse_calendar(truth: Truth) -> dict[str, int]:
    """Count distinct workers per active BPU membership: "lapse_month = L + 4 months", L its newest JKK month."""
    workers: dict[str, set[str]] = defaultdict(set)
    for member in active_memberships(truth):
        newest = truth.ledger.newest_jkk.get(member.kpj)
        # "A membership with no JKK posted has no row"
        if member.segment == "BPU" and newest is not None:
            workers[f"{add_months(newest, 4)}|{member.funding}"].add(member.nik)
    return {key: len(niks) for key, niks in sorted(workers.items())}


def aid_eligibility(truth: Truth, primary: Primary) -> dict[str, str | None]:
    """Decide: "ELIGIBLE where the applicant is an active participant at D, else NOT_ELIGIBLE"."""
    known = "bpjstk.kepesertaan" in truth.in_force
    return {
        line.number: ("ELIGIBLE" if line.nik in primary else "NOT_ELIGIBLE") if known else None
        for line in sorted(truth.applications, key=lambda line: line.number)
    }


def construction_compliance(truth: Truth) -> dict[str, Any]:
    """Return every project with what is due and its status."""
    values = {contract.number: contract.value for release in truth.releases for contract in release.contracts}
    registered: dict[str, list[Registration]] = defaultdict(list)
    for line in truth.registrations:
        registered[line.contract].append(line)
    found = {}
    for project in sorted(truth.projects, key=lambda project: project.number):
        value = values.get(project.contract)
        # "A contract missing in pbj.kontrak: due NULL, and UNDERPAID never holds"
        due = None if value is None else construction_due(value)
        known = "bpjstk.jakon" in truth.in_force
        status = _status(registered[project.contract], project.letter_dated, due) if known else None
        found[project.number] = {"contribution_due_idr": due, "status": status}
    return found


def _status(registrations: list[Registration], letter: date | None, due: int | None) -> str:
    """Tell the "status, the first that holds"; "several registrations: the earliest date, the sum paid"."""
    if not registrations:
        return "NOT_REGISTERED"
    if letter is None:
        return "NO_LETTER"
    if min(line.registered for line in registrations) < letter:
        return "REGISTERED_BEFORE_LETTER"
    if due is not None and sum(line.paid for line in registrations) < due:
        return "UNDERPAID"
    return "COMPLIANT"


def outreach_conversion(truth: Truth) -> dict[str, Any]:
    """Return every meeting: who came, who was a participant already, who became one through it."""
    first: dict[str, date] = {}
    # "the worker's first TGL_AKTIF, over all accepted memberships in force whatever their STATUS"
    for member in truth.memberships:
        first[member.nik] = min(first.get(member.nik, member.since), member.since)
    events: dict[str, list[Attendance]] = defaultdict(list)
    visits: dict[str, set[tuple[date, str]]] = defaultdict(set)
    for line in truth.attendance:
        events[line.event].append(line)
        visits[line.nik].add((line.day, line.event))
    credited: dict[str, int] = defaultdict(int)
    for nik, attended in visits.items():
        joined = first.get(nik)
        # "credited once, to the last event attended that is not after it"
        earlier = [visit for visit in attended if joined is not None and visit[0] <= joined]
        if joined is not None and earlier:
            day, event = max(earlier)
            if joined <= days_after(day, 90):  # "on the event or up to 90 days after"
                credited[event] += 1
    found = {}
    for event, lines in sorted(events.items()):
        niks = {line.nik for line in lines}
        day = lines[0].day
        found[event] = {
            "attendees": len(niks),
            "already_participants": truth.given(
                "bpjstk.kepesertaan", sum(nik in first and first[nik] < day for nik in niks)
            ),
            "converted": truth.given("bpjstk.kepesertaan", credited[event]),
        }
    return found


def commitment_progress(truth: Truth, primary: Primary) -> dict[str, Any]:
    """Return every pledge: "active participants on the named roster", for hukum regulations, else NULL."""
    found = {}
    for line in truth.commitments:
        actual: int | None = None
        if line.agency == "hukum":
            # "accepted regulations with status Berlaku whose judul contains ..."
            counted = sum(rule.status == "Berlaku" and SUBJECT in rule.title for rule in truth.regulations)
            actual = truth.given("hukum.regulasi", counted)
        elif line.roster is not None:
            covered = len({entry.nik for entry in truth.roster(line.roster)} & primary.keys())
            actual = truth.given("bpjstk.kepesertaan", covered) if line.roster in truth.in_force else None
        found[f"{line.agency}|{line.pledge}"] = {"target": line.target, "actual": actual}
    return dict(sorted(found.items()))
