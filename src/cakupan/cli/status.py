"""How feeds stand on a night, also while it runs: what came when, how old it is, what is in force, what comes next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text as Styled

from cakupan.bilingual import Text, local, number
from cakupan.cli.messages import this_command
from cakupan.cli.printing import Format, print_csv, print_json, said, table, width_of
from cakupan.database import Role, connect
from cakupan.invisible import spelled_out
from cakupan.landing.room import FEW_NIGHTS, NO_NIGHTS, Room, read_room
from cakupan.ledger.nights import nights_begun
from cakupan.notices import (
    STATE_WORDS,
    FeedState,
    Information,
    NeedsAttention,
    Refused,
    feed_states,
    feeds_needing_attention,
    read_information,
    shown,
)

STYLES = {
    "ACCEPTED": "green", "LATE": "yellow", "AWAITED": "cyan", "ARRIVED": "cyan", "UNCHANGED": "dim", "HELD": "red",
    "REJECTED": "red", "FAILED": "red", "MISSING": "yellow",
}  # fmt: skip
EVERY = 3.0  # seconds between two looks
EARLIER = 2  # refused deliveries of a feed that are told beside the newest
LISTED = 20  # unknown codes, and files not taken, that are listed
PROGRESS = """
    select p.published_at, r.state, r.started_at
    from (select max(run_id) as run_id from ledger.run where as_of_date = %(night)s) as newest
    left join ledger.run as r using (run_id)
    left join ledger.published as p on p.as_of_date = %(night)s
"""

TITLE = Text("Kiriman {}", "Deliveries of {}")
PUBLISHED, NOT_PUBLISHED = Text("terbit {}", "published {}"), Text("belum terbit", "not published")
BUILDING = Text("{}; sedang dibangun sejak {}", "{}; being built since {}")
BUILD_FAILED = Text("{}; upaya membangun yang terakhir gagal", "{}; the last attempt to build it failed")
MORE_REFUSED = Text(
    "… dan {} kiriman lain yang ditolak sebelumnya.", "… and {} more deliveries that were refused before."
)
NOTICED, UNKNOWN, NOT_TAKEN = (
    Text("DICATAT", "NOTICED"), Text("KODE TIDAK DIKENAL", "UNKNOWN CODE"), Text("TIDAK DIAMBIL", "NOT TAKEN"),
)  # fmt: skip
OF = Text(" {} tanggal {}: {}", " {} of {}: {}")
FILE = Text(" {}, berkas {!r}: {}", " {}, file {!r}: {}")
MORE_CODES = Text("  … dan {} lagi: {}", "  … and {} more: {}")
MORE_FILES = Text("  … dan {} lagi yang tidak diambil", "  … and {} more that were not taken")
ROOM = Text(
    "Ruang disk hanya cukup untuk {} malam lagi: beri ruang, atau jalankan `cakupan housekeeping`.",
    "The disk has room for {} more nights only: make room, or run `cakupan housekeeping`.",
)
ON_CHANGE = Text("bila berubah", "on change")


@dataclass(frozen=True)
class Standing:
    """How all feeds stand on a night, and what is noticed of it."""

    as_of: date
    published_at: datetime | None
    run_state: str | None
    started_at: datetime | None
    states: Sequence[FeedState]
    amiss: Sequence[NeedsAttention]
    seen: Information
    room: Room | None = None
    """What room there is on this machine's disk; None where it cannot be known."""


def read_standing(as_of: date) -> Standing:
    """Read all of it as the auditor."""
    with connect(Role.AUDITOR) as connection:
        states = feed_states(connection, as_of)
        amiss = feeds_needing_attention(connection, as_of, states)
        seen = read_information(connection, as_of)
        published_at, run, started_at = connection.execute(PROGRESS, {"night": as_of}).fetchone() or (None, None, None)
    room = None
    with suppress(OSError), connect(Role.LOADER) as connection:  # readers may not see how much there is
        room = read_room(connection)
    return Standing(as_of, published_at, run, started_at, states, amiss, seen, room)


def newest_night() -> date | None:
    """Return the newest night that was begun, or None."""
    with connect(Role.AUDITOR) as connection:
        return max(nights_begun(connection), default=None)


def show(out: Console, as_of: date, form: Format = Format.TABLE) -> None:
    """Print how each feed stands on the night, and why anything was refused or held."""
    standing = read_standing(as_of)
    if form is Format.TABLE:
        out.print(page(standing, out.width), soft_wrap=True)
    elif form is Format.JSON:
        print_json(document(standing))
    else:
        feeds = [_of_feed(state) for state in standing.states]
        print_csv(FIELDS, [list(feed.values()) for feed in feeds])


def watch(out: Console, as_of: date) -> None:
    """Show it and look again every few seconds until interrupted."""
    with Live(page(read_standing(as_of), out.width), console=out, auto_refresh=False) as live:
        try:
            while True:
                time.sleep(EVERY)
                live.update(page(read_standing(as_of), out.width), refresh=True)
        except KeyboardInterrupt:
            return


def page(standing: Standing, width: int) -> RenderableType:
    """Return it for a person, as wide as may be."""
    return Group(
        Styled(f"\n{said(TITLE.format(standing.as_of))}", style="bold"),
        Styled(said(_progress(standing)), style="dim"),
        *_room(standing.room),
        _table(standing.states, width),
        *(text for one in standing.amiss for text in _reasons(one)),
        *_noticed(standing.seen),
    )


FIELDS = (
    "feed", "state", "owner", "cadence", "business_date", "received_at", "age_days", "delivered_rows", "accepted_rows",
    "quarantined_rows", "duplicate_rows", "in_force", "next_expected",
)  # fmt: skip


def document(standing: Standing) -> dict[str, Any]:
    """Return it for another program; texts in English."""
    return {
        "as_of_date": standing.as_of,
        "published_at": standing.published_at,
        "newest_run": standing.run_state,
        "room": standing.room and {"free_bytes": standing.room.free_bytes, "nights": standing.room.nights},
        "feeds": [_of_feed(state) for state in standing.states],
        "needs_attention": [
            {
                "feed": one.state.name,
                "state": one.state_word,
                "since": one.since,
                "nights": one.nights,
                "why": one.why.en,
                "consequence": one.consequence.en,
                "held_deliveries": [refused.delivery_id for refused in one.refused if refused.held],
            }
            for one in standing.amiss
        ],
        "noticed": [
            {"feed": one.feed, "business_date": one.business_date, "code": one.remark_code, "detail": one.detail.en}
            for one in standing.seen.remarks
        ],
        "unknown_codes": [
            {
                "feed": one.feed,
                "column_name": one.column_name,
                "code": shown(one.code),
                "rows": one.rows,
                "amount_idr": one.amount_idr,
                "since_on": one.since_on,
            }
            for one in standing.seen.unmapped
        ],
        "not_taken": [
            {"feed": one.feed, "file": shown(one.name), "code": one.reason_code, "why": one.reason.en}
            for one in standing.seen.ignored
        ],
    }


def _of_feed(state: FeedState) -> dict[str, Any]:
    return {name: state.name if name == "feed" else getattr(state, name) for name in FIELDS}


def _progress(standing: Standing) -> Text:
    published = PUBLISHED.format(local(standing.published_at)) if standing.published_at else NOT_PUBLISHED
    if standing.run_state == "BUILDING" and standing.started_at:
        return BUILDING.format(published, local(standing.started_at))
    return BUILD_FAILED.format(published) if standing.run_state == "FAILED" else published


def _room(room: Room | None) -> Iterable[Styled]:
    """Warn where the disk will be full before long."""
    if room and room.nights < FEW_NIGHTS:
        yield Styled(said(ROOM.format(number(room.nights))), "red" if room.nights < NO_NIGHTS else "yellow")


def _table(states: Iterable[FeedState], width: int) -> RenderableType:
    """Make the table of as many columns as the terminal has room for."""
    columns = list(COLUMNS)
    while True:
        heads = [said(column.head) for column in columns]
        rows = [[_shown(column.value(one)) for column in columns] for one in states]
        if width_of(heads, [[str(cell) for cell in row] for row in rows]) <= width or not any(
            column.goes for column in columns
        ):
            return table(heads, rows, [column.figures for column in columns])
        columns.remove(max(columns, key=attrgetter("goes")))


def _reasons(one: NeedsAttention) -> Iterable[Styled]:
    """Tell what is amiss with a feed, since when, what was refused and why, and what rests on the old delivery."""
    yield Styled.assemble(
        (said(STATE_WORDS[one.state_word]), STYLES[one.state_word]),
        f" {one.state.name}, {said(one.duration)}: {spelled_out(said(one.why))}",
    )
    for earlier in one.earlier[:EARLIER]:
        yield _earlier(earlier)
    if len(one.earlier) > EARLIER:
        yield Styled(f"  {said(MORE_REFUSED.format(len(one.earlier) - EARLIER))}")
    yield Styled(f"  {said(one.consequence)}", style="dim")


def _earlier(refused: Refused) -> Styled:
    status = refused.delivery_status
    return Styled.assemble("  ", (said(STATE_WORDS[status]), STYLES[status]), f": {spelled_out(said(refused.reason))}")


def _noticed(seen: Information) -> Iterable[Styled]:
    """List remarks, codes that nobody knows and files that were not taken, each under a word of its own."""
    for remark in seen.remarks:
        text = OF.format(remark.feed, remark.business_date, remark.detail)
        yield Styled.assemble((said(NOTICED), "cyan"), spelled_out(said(text)))
    for code in seen.unmapped[:LISTED]:
        yield Styled.assemble((said(UNKNOWN), "cyan"), f" {said(code.line)}")
    if len(seen.unmapped) > LISTED:
        yield Styled(
            said(MORE_CODES.format(len(seen.unmapped) - LISTED, f"{this_command()} sql 'table unmapped_codes'"))
        )
    for file in seen.ignored[:LISTED]:
        text = FILE.format(file.feed, shown(file.name), file.reason)
        yield Styled.assemble((said(NOT_TAKEN), "yellow"), spelled_out(said(text)))
    if len(seen.ignored) > LISTED:
        yield Styled(said(MORE_FILES.format(len(seen.ignored) - LISTED)))


def _received(one: FeedState) -> str | None:
    return local(one.received_at).removesuffix(" WIB") if one.received_at else None


def _state(one: FeedState) -> Styled:
    return Styled(said(STATE_WORDS[one.state]), STYLES[one.state])


def _shown(value: Any) -> str | Styled:
    if value is None:
        return "-"
    if isinstance(value, Styled):
        return value
    return said(number(value)) if isinstance(value, int) else str(value)


class Column(NamedTuple):
    """A column of the table."""

    head: Text
    value: Callable[[FeedState], Any]
    figures: bool = False
    goes: int = 0
    """The highest goes first where a terminal has no room; 0 stays."""


COLUMNS = (
    Column(Text("sumber", "feed"), attrgetter("name")),
    Column(Text("keadaan", "state"), _state),
    Column(Text("terbaru", "newest"), attrgetter("business_date")),
    Column(Text("diterima pada", "received"), _received, goes=6),
    Column(Text("umur", "age"), attrgetter("age_days"), figures=True, goes=3),
    Column(Text("dikirim", "delivered"), attrgetter("delivered_rows"), figures=True, goes=2),
    Column(Text("diterima", "accepted"), attrgetter("accepted_rows"), figures=True),
    Column(Text("karantina", "quarantined"), attrgetter("quarantined_rows"), figures=True, goes=1),
    Column(Text("berulang", "repeated"), attrgetter("duplicate_rows"), figures=True, goes=4),
    Column(Text("berlaku", "in force"), attrgetter("in_force")),
    Column(Text("berikutnya", "next"), lambda one: one.next_expected or said(ON_CHANGE), goes=5),
)
