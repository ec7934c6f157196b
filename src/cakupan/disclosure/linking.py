"""What is known of how the counts of a night hang together: whatever can be added up or compared by a reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import chain

from cakupan.disclosure.cells import Count, Link, Name, adds_up, no_more, same, told_together

Row = tuple[str, ...]
ALL, TOTAL = "SEMUA", "JUMLAH"
PARTICIPANTS = "active_participants"
WORKER_MONTHS = {"NOT_ON_DECREE": "NOT_ON_DECREE", "UNRESOLVED_PARTICIPANT": "UNRESOLVED"}
"""Findings of which each is one worker-month, with what protection calls these months."""
ROSTER = ("registered_workers", PARTICIPANTS, "not_covered")


class Counts:
    """The counts of a night, found by relation, column and the parts of a row's key."""

    def __init__(self, counts: Mapping[Name, Count], night: date) -> None:
        self.counts = counts
        self.month = f"{night:%Y%m}"
        self._of: dict[tuple[str, str], dict[Row, Name]] = defaultdict(dict)
        for name in counts:
            self._of[name.relation, name.measure][tuple(name.cell.split("|"))] = name

    def of(self, relation: str, measure: str) -> dict[Row, Name]:
        """Return the names of a column's counts by their rows."""
        return self._of.get((relation, measure), {})

    def persons(self, name: Name) -> int:
        """Return how many are counted."""
        return self.counts[name].persons


def links(counts: Mapping[Name, Count], night: date) -> list[Link]:
    """Return what links the counts; a sum that the counts do not keep is known to nobody, and is left out later."""
    known = Counts(counts, night)
    return list(chain.from_iterable(rule(known) for rule in _RULES))


def _sums(parts: Mapping[Row, Name], totals: Mapping[Row, Name], group: Callable[[Row], Row]) -> Iterator[Link]:
    """Link each total with the parts that its row groups."""
    grouped: dict[Row, list[Name]] = defaultdict(list)
    for row, name in parts.items():
        if group(row) != row:  # the total of a relation that has it among its rows
            grouped[group(row)].append(name)
    for row, names in grouped.items():
        if row in totals:
            yield adds_up(totals[row], names)


def _alike(ones: Mapping[Row, Name], others: Mapping[Row, Name]) -> Iterator[Link]:
    """Link counts of two relations that tell the same of a row."""
    return (same(name, others[row]) for row, name in ones.items() if row in others)


def _within(wholes: Mapping[Row, Name], *parts: Mapping[Row, Name]) -> Iterator[Link]:
    """Link each row's count with those that are among it."""
    for row, whole in wholes.items():
        yield no_more(whole, [part[row] for part in parts if row in part])


def _to_its_total(column: Mapping[Row, Name]) -> Iterator[Link]:
    """Link the rows of an answer with its total."""
    for total in (name for row, name in column.items() if row[0] == TOTAL):
        yield adds_up(total, [name for row, name in column.items() if row[0] != TOTAL])


def _everybody(known: Counts, measure: str = PARTICIPANTS) -> list[Name]:
    return list(known.of("universal_coverage", measure).values())


def _city(known: Counts) -> Iterator[Link]:
    """Link sectors, payers, districts and segments, which all divide the same participants."""
    for measure in (PARTICIPANTS, "outside_city_participants"):
        everybody = _everybody(known, measure)
        yield from (same(everybody[0], other) for other in everybody[1:])
    for one in _everybody(known)[:1]:
        sectors = known.of("coverage_by_sector", PARTICIPANTS)
        yield from (same(one, name) for row, name in sectors.items() if row == (ALL,))
        for relation in ("coverage_by_funding_source", "coverage_by_district"):
            yield adds_up(one, known.of(relation, PARTICIPANTS).values())
        segments = known.of("answer_01", PARTICIPANTS)
        yield from (same(one, name) for row, name in segments.items() if row[0] == TOTAL)
        yield from _to_its_total(segments)


def _sectors(known: Counts) -> Iterator[Link]:
    """Tell that a gap is a target less the participants."""
    participants = known.of("coverage_by_sector", PARTICIPANTS)
    gaps = known.of("coverage_by_sector", "gap_to_target")
    for column in (participants, gaps):
        yield from _sums(column, column, lambda row: (ALL,))
    for row, gap in gaps.items():
        if row != (ALL,) and row in participants and known.persons(gap):
            yield told_together([participants[row], gap])


def _regions(known: Counts) -> Iterator[Link]:
    """Link villages with districts, and participants with those of them who are paid from DBHCHT."""
    for measure in (PARTICIPANTS, "by_dbhcht"):
        villages, districts = (
            known.of(relation, measure) for relation in ("coverage_by_region", "coverage_by_district")
        )
        yield from _sums(villages, districts, lambda row: (row[0][:8],))
    for relation in ("coverage_by_region", "coverage_by_district"):
        yield from _within(known.of(relation, PARTICIPANTS), known.of(relation, "by_dbhcht"))
    paid = known.of("coverage_by_funding_source", PARTICIPANTS).get(("DBHCHT",))
    if paid:
        yield adds_up(paid, known.of("coverage_by_district", "by_dbhcht").values())


def _rosters(known: Counts) -> Iterator[Link]:
    """Link who is registered with who is covered and not, and categories with a roster, of which a pledge speaks."""
    for relation in ("coverage_by_agency", "coverage_of_agency"):
        registered, covered, missing = (known.of(relation, measure) for measure in ROSTER)
        for row in registered.keys() & covered.keys() & missing.keys():
            yield adds_up(registered[row], [covered[row], missing[row]])
    for measure in ROSTER:
        yield from _sums(
            known.of("coverage_by_agency", measure), known.of("coverage_of_agency", measure), lambda row: row[:1]
        )
    offices = known.of("coverage_of_agency", PARTICIPANTS)
    for row, pledge in known.of("commitment_progress", "actual").items():
        if row[:1] in offices:
            yield same(offices[row[:1]], pledge)


def _others(known: Counts) -> Iterator[Link]:
    """Link memberships that end, aid, outreach, worker-months and findings."""
    calendar, months = known.of("lapse_calendar", "participants"), known.of("lapse_by_month", "participants")
    yield from _sums(calendar, months, lambda row: row[:1])
    for relation, measures in (
        ("aid_by_kind", ("applications", "eligible", "not_eligible")),
        ("outreach_conversion", ("attendees", "already_participants", "converted")),
    ):
        whole, *parts = columns = [known.of(relation, measure) for measure in measures]
        for column in columns:
            yield from _sums(column, column, lambda row: (ALL,))
        yield from _within(whole, *parts)
    worker_months, workers = (known.of("dbhcht_protection", measure) for measure in ("worker_months", "workers"))
    yield from _within(worker_months, workers)
    for year in {row[0] for row in worker_months}:
        yield told_together([name for row, name in worker_months.items() if row[0] == year])
    findings = known.of("findings_by_office", "findings")
    yield from _sums(findings, findings, lambda row: (*row[:3], ALL))
    for row, name in findings.items():
        status = (row[0], WORKER_MONTHS.get(row[1], ""))
        if row[-1] == ALL and status in worker_months:
            yield same(worker_months[status], name)


def _answers(known: Counts) -> Iterator[Link]:
    """Link what answers to the fifteen questions count with what is counted elsewhere."""
    region, rosters = known.of("coverage_by_region", PARTICIPANTS), known.of("coverage_by_agency", PARTICIPANTS)
    informal = known.of("answer_02", "informal_participants")
    villages = {row[1:2]: name for row, name in informal.items() if row[0] == "DESA"}
    groups = {row[1:3]: name for row, name in informal.items() if row[0] == "KELOMPOK"}
    yield from (no_more(region[row], [name]) for row, name in villages.items() if row in region)
    yield from (no_more(rosters[row], [name]) for row, name in groups.items() if row in rosters)
    for row, segment in known.of("answer_01", PARTICIPANTS).items():
        if row[1] == "BPU":
            yield no_more(segment, villages.values())
    listed = {row[1:3]: name for row, name in known.of("answer_02", "registered_workers").items()}
    yield from _alike(listed, known.of("coverage_by_agency", "registered_workers"))

    for measure, column in ((PARTICIPANTS, PARTICIPANTS), ("persons_missing", "gap_to_target")):
        gaps = {row[1:2]: name for row, name in known.of("answer_03", measure).items() if row[0] != "DESA"}
        yield from _alike(gaps, known.of("coverage_by_sector", column))
    aimed, covered, missing = (
        known.of("answer_03", measure) for measure in ("persons_aimed_at", PARTICIPANTS, "persons_missing")
    )
    for row in aimed.keys() & covered.keys() & missing.keys():
        yield adds_up(aimed[row], [covered[row], missing[row]])

    yield from _lapses(known)
    kept = [known.of("answer_06", measure) for measure in ("recipients", "keep_cover", "lose_cover")]
    asked = [known.of("answer_07", measure) for measure in ("proposed", "without_finding", "with_finding")]
    for whole, *parts in (kept, asked):
        for row, name in whole.items():
            yield adds_up(name, [part[row] for part in parts if row in part])
    for counted in kept:
        yield from _to_its_total(counted)


def _answers_of_offices(known: Counts) -> Iterator[Link]:
    """Link what answers count of offices with what is counted elsewhere."""
    pledged: dict[Row, Name] = {(row[1], row[3]): name for row, name in known.of("answer_08", PARTICIPANTS).items()}
    yield from _alike(pledged, {row[:2]: name for row, name in known.of("commitment_progress", "actual").items()})
    for measure in ROSTER:
        educators = {row[1:3]: name for row, name in known.of("answer_11", measure).items() if row[0] == "KATEGORI"}
        yield from _alike(educators, known.of("coverage_by_agency", measure))
    educated = known.of("answer_11", PARTICIPANTS).items()
    yield Link(tuple((name, 1 if row[0] == "PEMBAYAR" else -1) for row, name in educated))
    for measure in ("attendees", "already_participants", "converted"):
        events = {row[1:2]: name for row, name in known.of("answer_12", measure).items()}
        yield from _alike(events, known.of("outreach_conversion", measure))
    payers = {row[1:2]: name for row, name in known.of("answer_13", PARTICIPANTS).items()}
    yield from _alike(payers, known.of("coverage_by_funding_source", PARTICIPANTS))


def _lapses(known: Counts) -> Iterator[Link]:
    """Link the months of the calendar with what answer 4 makes of them."""
    year_end = known.month[:4] + "12"
    spans: dict[str, Callable[[str], bool]] = {
        "in_arrears": lambda month: month < known.month,
        "lapsing_by_year_end": lambda month: known.month <= month <= year_end,
        "lapsing_later": lambda month: month > year_end,
    }
    for measure in (*spans, "months_paid_next_year", "months_decreed_next_year"):
        yield from _to_its_total(known.of("answer_04", measure))
    for measure, is_within in spans.items():
        for row, name in known.of("answer_04", measure).items():
            months = known.of("lapse_calendar", "participants").items()
            if row[0] != TOTAL:
                yield adds_up(name, [part for key, part in months if key[1] == row[1] and is_within(key[0])])


_RULES = (_city, _sectors, _regions, _rosters, _others, _answers, _answers_of_offices)
