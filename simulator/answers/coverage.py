"""Coverage: the headline, by sector, by funding source, by region, by agency."""

from collections import Counter
from typing import Any

from simulator.answers.participants import city_participants
from simulator.answers.rates import gap, less, rate
from simulator.answers.truth import Truth
from simulator.dates import month_of
from simulator.feeds import ROSTERS, SOURCES
from simulator.model import Membership, Recipient
from simulator.places import VILLAGES
from simulator.sectors import SECTORS, workforce_sector

Primary = dict[str, Membership]


def universal_coverage(truth: Truth, primary: Primary) -> dict[str, Any]:
    """Count one row for SAKERNAS, one for SEMESTA_BPJS: "no rate is shown without its denominator"."""
    inside = len(city_participants(primary))
    active = truth.given("bpjstk.kepesertaan", inside)
    target = sum(line.participants for line in truth.targets) if truth.targets else None
    # "0 is said only where something was counted"
    # "JUMLAH_TK of the construction registrations with TGL_MULAI <= D <= TGL_SELESAI"
    heads = sum(
        site.heads or 0
        for site in truth.registrations
        if site.start and site.end and site.start <= truth.night <= site.end
    )
    denominators = {
        "SAKERNAS": sum(line.employed for line in truth.workforce) if truth.workforce else None,
        "SEMESTA_BPJS": sum(line.workers for line in truth.semesta) if truth.semesta else None,
    }
    return {
        code: {
            "denominator": denominator,
            "active_participants": active,
            "coverage_rate": rate(active, denominator),
            "outside_city_participants": truth.given("bpjstk.kepesertaan", len(primary) - inside),
            "jakon_headcount": truth.given("bpjstk.jakon", heads),
            "target_participants": target,
            "gap_to_target": gap(target, active),
        }
        for code, denominator in denominators.items()
    }


def by_sector(truth: Truth, primary: Primary) -> dict[str, Any]:
    """Count city participants by sector, "the workforce table counts N under M, and S, T, U under R"."""
    active = Counter(workforce_sector(member.sector) for member in city_participants(primary))
    targets = {line.sector: line.participants for line in truth.targets}
    employed = {line.sector: line.employed for line in truth.workforce}
    found = {}
    for sector in sorted({workforce_sector(known.code) for known in SECTORS} | {*targets, *employed, *active}):
        reached = truth.given("bpjstk.kepesertaan", active[sector])
        found[sector] = {
            # "a sector that the newest year's targets or workforce do not name" has no figure
            "workforce": employed.get(sector),
            "active_participants": reached,
            "target_participants": targets.get(sector),
            "coverage_rate": rate(reached, employed.get(sector)),
            "gap_to_target": gap(targets.get(sector), reached),
        }
    return found


def by_funding_source(truth: Truth, primary: Primary) -> dict[str, Any]:
    """Count city participants and the year's posted lines by source, "a row wherever either figure is not 0"."""
    participants = city_participants(primary)
    active = Counter(member.funding for member in participants)
    found = {}
    for source in sorted(SOURCES):
        posted = truth.ledger.by_year_and_source.get((truth.night.year, source), 0)
        if active[source] or posted:
            found[source] = {
                "active_participants": truth.given("bpjstk.kepesertaan", active[source]),
                "share_of_active": rate(active[source], len(participants)),
                "contributions_ytd_idr": truth.given("bpjstk.iuran", posted),
            }
    return found


def by_region(truth: Truth, primary: Primary) -> dict[str, Any]:
    """Count city participants by domicile: "an unknown village of the city keeps its code"."""
    if "bpjstk.kepesertaan" not in truth.in_force:
        return {village: {"active_participants": None, "by_dbhcht": None} for village in sorted(VILLAGES)}
    found: dict[str, dict[str, int]] = {}
    for member in city_participants(primary):
        row = found.setdefault(member.region, {"active_participants": 0, "by_dbhcht": 0})
        row["active_participants"] += 1
        row["by_dbhcht"] += member.funding == "DBHCHT"
    return dict(sorted(found.items()))


def by_agency(truth: Truth, primary: Primary) -> dict[str, Any]:
    """Count everybody on the rosters, "distinct NIK on the roster in force"."""
    listed: dict[tuple[str, str], set[str]] = {}
    for feed in ROSTERS:
        for entry in truth.roster(feed):
            listed.setdefault((feed.split(".")[0], entry.category), set()).add(entry.nik)
    for nik, category in _beneficiaries(truth).items():
        listed.setdefault(("disnaker", category), set()).add(nik)
    found = {}
    for (agency, category), niks in sorted(listed.items()):
        covered = truth.given("bpjstk.kepesertaan", sum(nik in primary for nik in niks))
        found[f"{agency}|{category}"] = {
            "registered_workers": len(niks),
            "active_participants": covered,
            "not_covered": less(len(niks), covered),
        }
    return found


def _beneficiaries(truth: Truth) -> dict[str, str]:
    """Return NIK -> category: "where D's month lies in the decree row's period", of the newest decree."""
    newest: dict[str, Recipient] = {}
    month = month_of(truth.night)
    for line in truth.recipients:
        if line.first <= month <= line.last:
            other = newest.get(line.nik)
            # "a NIK on several decrees takes the category of the newest decree (TGL SK, then NO SK)"
            if other is None or (line.signed, line.decree) > (other.signed, other.decree):
                newest[line.nik] = line
    return {nik: line.category for nik, line in newest.items()}
