"""The letter to an office whose delivery had something wrong: in its own terms, without the content of any cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

import psycopg

from cakupan.bilingual import NOTHING, Language, Text, day
from cakupan.feeds import Feed
from cakupan.formulas import inert
from cakupan.ledger.corrections import corrections
from cakupan.notices import wording
from cakupan.notices.faults import Address, Fault, faults, quarantined
from cakupan.notices.information import Ignored, ignored
from cakupan.notices.message import Attachment, Message, render, shown
from cakupan.notices.office_remarks import remarks_for_office
from cakupan.notices.states import FeedState, feed_states
from cakupan.quality.explanations import explain_rules
from cakupan.quality.suite import load_suite
from cakupan.sources import fix_workbook_name

LISTED = 50  # rows listed in a letter
BESIDE = 5  # files named that were not taken, beside a delivery that did not come
DETAILED = 10  # deliveries told of in detail, the newest; the others are named
ATTACHED = 10_000  # rows in the list that goes with it
FIX_LIST_HEADINGS = (
    Text("berkas", "file"), Text("lembar", "sheet"), Text("baris", "row"), Text("kolom", "column"),
    Text("aturan", "rule"), Text("yang perlu dilakukan", "what to do"),
)  # fmt: skip


@dataclass(frozen=True)
class _RuleLine:
    """A broken rule as the letter says it."""

    rule_id: str
    heading: str
    says: str
    remedy: str
    detail: str
    """What more there is to say: the character that only looks like another, why records could not be read."""
    share: str = ""
    """What share of the rows a limit of the whole delivery saw."""
    rows: int = 0
    places: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """The rows listed of those that break it, by sheet."""
    more: int = 0
    """The rows that are not listed."""


@dataclass(frozen=True)
class _Section:
    """A delivery as the letter says it."""

    fault: Fault
    state: FeedState
    on_delivery: tuple[_RuleLine, ...]
    on_rows: tuple[_RuleLine, ...]
    fix_list: Attachment | None


def office_message(
    connection: psycopg.Connection[Any],
    feeds: Sequence[Feed],
    night: date,
    *,
    already_told: frozenset[str],
    language: Language = "id",
    to: str | None = None,
) -> Message | None:
    """Write the office with these feeds a letter about what it was not told yet; None when there is nothing to say."""
    states = {state.name: state for state in feed_states(connection, night, feeds)}
    new = [fault for fault in faults(connection, feeds, night) if fault.topic not in already_told]
    late = [s for s in states.values() if s.state == "LATE" and _late_topic(s) not in already_told]
    remarks = [one for one in remarks_for_office(connection, feeds, night) if one.topic not in already_told]
    mended = [one for one in corrections(connection, feeds, night) if one.topic not in already_told]
    seen = [one for one in ignored(connection, night) if one.feed.partition(".")[0] == feeds[0].agency]
    not_taken = [one for one in seen if one.topic not in already_told and not one.waits]
    if not any((new, late, remarks, not_taken, mended)):
        return None
    by_date = sorted(new, key=lambda fault: fault.facts.business_date)
    detailed = by_date[-DETAILED:]
    listed = LISTED // max(1, len(detailed))
    sections = [_section(connection, fault, states[fault.feed.name], language, listed) for fault in detailed]
    owner = feeds[0].owner
    things = len(new) + len(late) + len(remarks) + len(not_taken)
    subject = (
        Text("Kiriman data {}: {} hal perlu ditindaklanjuti · {}", "Data deliveries of {}: {} to follow up · {}")
        .format(day(night), things, owner)
        .in_language(language)
    )
    values = {
        "owner": owner, "night": night, "sections": sections, "late": late, "subject": subject,
        "attached": ATTACHED, "others": by_date[:-DETAILED], "remarks": remarks,
        "not_taken": not_taken, "mended": mended, "fix_workbook_name": fix_workbook_name,
        "beside": {state.name: _beside(state, seen) for state in late}, "listed": LISTED,
    }  # fmt: skip
    return Message(
        night=night,
        recipient=feeds[0].agency,
        topics=(
            *(fault.topic for fault in new),
            *map(_late_topic, late),
            *(one.topic for one in remarks),
            *(one.topic for one in not_taken),
            *(one.topic for one in mended),
        ),
        subject=subject,
        text=render("office.txt.j2", language, **values),
        html=render("office.html.j2", language, **values),
        to=to,
        attachments=tuple(section.fix_list for section in sections if section.fix_list),
    )


def _beside(state: FeedState, seen: Sequence[Ignored]) -> list[Ignored]:
    """Return what lies where the delivery that did not come was expected, first what looks like being it."""
    those = [one for one in seen if one.feed == state.name]
    return sorted(those, key=lambda one: (f"_{state.night:%Y%m%d}." not in one.reason_id, one.waits))[:BESIDE]


def _late_topic(state: FeedState) -> str:
    return f"{state.name} late {state.night}"


def _section(
    connection: psycopg.Connection[Any], fault: Fault, state: FeedState, language: Language, listed: int
) -> _Section:
    suite = load_suite(fault.feed)
    rules = {rule.rule_id: rule for rule in suite.expectations}
    broken = {one.rule_id for one in fault.broken if one.failed_rows}
    more = explain_rules(connection, fault.feed, suite, fault.facts.validation_id, broken)

    @cache
    def line(rule_id: str) -> _RuleLine:
        rule = rules.get(rule_id)
        return _RuleLine(
            rule_id,
            heading=wording.headings(fault.feed, rule_id),
            says=wording.says(rule, rule_id).in_language(language),
            remedy=wording.remedy(fault.feed, rule, rule_id).in_language(language),
            detail=more.get(rule_id, NOTHING).in_language(language),
        )

    found = quarantined(connection, fault, ATTACHED)
    on_delivery, on_rows = [], []
    for one in fault.broken:
        rule = rules.get(one.rule_id)
        if rule and rule.on_delivery:
            share = wording.share_seen(rule, one.observed).in_language(language)
            on_delivery.append(replace(line(one.rule_id), share=share))
        else:
            on_rows.append(_placed(line(one.rule_id), one.failed_rows, found[:listed]))
    fix_list = _fix_list(fault, found, line, language) if len(found) > listed else None
    return _Section(fault, state, tuple(on_delivery), tuple(on_rows), fix_list)


def _placed(line: _RuleLine, rows: int, listed: Sequence[Address]) -> _RuleLine:
    """Return the line with the addresses of the listed rows that break its rule."""
    breaking = [row for row in listed if line.rule_id in row.rules]
    places = tuple(
        (sheet, tuple(row.row_number for row in group)) for sheet, group in groupby(breaking, key=attrgetter("sheet"))
    )
    return replace(line, rows=rows, places=places, more=rows - len(breaking))


def _fix_list(
    fault: Fault, found: Sequence[Address], line: Callable[[str], _RuleLine], language: Language
) -> Attachment:
    """Write every quarantined row by its address, a line for each rule it breaks; a spreadsheet opens it."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=";")
    writer.writerow(heading.in_language(language) for heading in FIX_LIST_HEADINGS)
    for row in found:
        for rule_id in row.rules:
            rule = line(rule_id)
            names = (shown(fault.facts.original_name), shown(row.sheet), str(row.row_number))
            writer.writerow(map(inert, (*names, rule.heading, rule.says, rule.remedy)))
    word = Text("perbaikan", "fixes").in_language(language)
    name = f"{word}-{fault.feed.agency}-{fault.feed.feed}-{fault.facts.business_date:%Y%m%d}.csv"
    return Attachment(name, sheet.getvalue().encode("utf-8-sig"))
