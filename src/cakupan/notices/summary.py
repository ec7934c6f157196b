"""What the data team is told: how a night went, and that its marts are late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from cakupan.bilingual import Language, Text, same
from cakupan.ledger import nights
from cakupan.ledger.publications import published_run
from cakupan.notices import figure_words as words
from cakupan.notices.attention import feeds_needing_attention
from cakupan.notices.figures import Figures
from cakupan.notices.information import read_information
from cakupan.notices.message import DATA_TEAM, Message, render
from cakupan.notices.states import NEEDS_ATTENTION, feed_states

PUBLISHED, NOT_PUBLISHED = Text("terbit", "published"), Text("TIDAK TERBIT", "NOT PUBLISHED")
LATE = Text("Cakupan {}: mart terlambat", "Cakupan {}: marts are late")
MEND = Text("Perbaiki yang gagal dan jalankan malam ini lagi.", "Mend what failed and run the night again.")
FINDINGS = Text("Temuan: {}.", "Findings: {}.")


@dataclass(frozen=True)
class Failure:
    """A task that failed for good."""

    failed_at: datetime
    task: str
    message: str

    @property
    def topic(self) -> str:
        """What there is to tell."""
        return f"failed {self.task} {self.failed_at.isoformat()}"


@dataclass(frozen=True)
class OfficeMessage:
    """A message of the night to an office."""

    recipient: str
    state: str
    detail: str | None
    file_name: str


def summary_message(
    connection: psycopg.Connection[Any],
    night: date,
    since: datetime,
    *,
    already_told: frozenset[str],
    figures: Figures | None = None,
    pages: str | None = None,
    to: str | None = None,
    language: Language = "en",
) -> Message:
    """Tell how the night went, as of the warehouse's DAG run that began at `since`, with the failures not told yet.

    `figures` are those of the night where it is published, `pages` where its pages lie.
    """
    _, published = published_run(connection, night) or (None, None)
    now = published is not None and published >= since
    failures = [failure for failure in _failures(connection, night) if failure.topic not in already_told]
    states = feed_states(connection, night)
    seen = read_information(connection, night)
    not_taken = [file for file in seen.ignored if file.topic not in already_told]
    amiss = feeds_needing_attention(connection, night, states)
    counts = {name: sum(state.state == name for state in states) for name in NEEDS_ATTENTION}
    trouble = ", ".join(f"{count} {name.lower()}" for name, count in counts.items() if count)
    outcome = (PUBLISHED if now else NOT_PUBLISHED).in_language(language)
    subject = f"Cakupan {night}: {outcome}{' · ' + trouble if trouble else ''}"
    values = {
        "subject": subject, "night": night, "now": now, "published": published, "failures": failures, "states": states,
        "amiss": amiss, "held": [(one, refused) for one in amiss for refused in one.refused if refused.held],
        "information": seen, "not_taken": not_taken, "office_messages": _office_messages(connection, night),
        "figures": [one.in_language(language) for one in _sentences(figures)] if figures else [], "pages": pages,
        "mend": MEND.in_language(language),
    }  # fmt: skip
    # A task tried again tells nothing twice: the publication and the failures are what a summary is about.
    about = published if now else since
    return Message(
        night=night,
        recipient=DATA_TEAM,
        topics=(
            f"summary {about.isoformat() if about else ''}",
            *(one.topic for one in failures),
            *(one.topic for one in not_taken),
        ),
        subject=subject,
        text=render("summary.txt.j2", language, **values),
        html=render("summary.html.j2", language, **values),
        to=to,
    )


def _sentences(figures: Figures) -> list[Text]:
    """Say coverage, money and findings, each with what it changed by since the published night before."""
    gap, findings = words.gap_words(figures), FINDINGS.format(words.findings_words(figures))
    coverage = [same("{}.").format(one) for one in words.coverage_words(figures)]
    money = [same("{}.").format(one) for one in words.money_words(figures)]
    return [*coverage, *([gap] if gap else []), *money, findings]


def late_marts_message(
    connection: psycopg.Connection[Any], night: date, due: datetime, to: str | None = None, language: Language = "en"
) -> Message | None:
    """Write that the night's marts are not there when they are due; None when they are."""
    if published_run(connection, night) is not None:
        return None
    states = feed_states(connection, night)
    values = {
        "subject": LATE.format(night).in_language(language), "night": night, "due": due,
        "failures": _failures(connection, night), "waiting": [state for state in states if not state.asked],
    }  # fmt: skip
    return Message(
        night=night,
        recipient=DATA_TEAM,
        topics=(f"marts of {night} late",),
        subject=str(values["subject"]),
        text=render("late_marts.txt.j2", language, **values),
        html=render("late_marts.html.j2", language, **values),
        to=to,
    )


def _failures(connection: psycopg.Connection[Any], night: date) -> list[Failure]:
    return [Failure(*failure) for failure in nights.failures(connection, night)]


def _office_messages(connection: psycopg.Connection[Any], night: date) -> list[OfficeMessage]:
    with connection.cursor(row_factory=class_row(OfficeMessage)) as cursor:
        return cursor.execute(
            "select recipient, state, detail, file_name from ledger.notification"
            " where as_of_date = %s and recipient <> %s and state <> 'REPLACED' order by recipient, notification_id",
            (night, DATA_TEAM),
        ).fetchall()
