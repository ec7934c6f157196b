"""How feeds stand on a night, also while it runs: what came when, how old it is, what is in force, what comes next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cakupan.bilingual import local
from cakupan.cli.messages import this_command
from cakupan.database import Role, connect
from cakupan.ledger.nights import nights_begun
from cakupan.notices import (
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
MIDDLE = 99  # characters that the columns without times and repeats take
WIDE = 139  # characters that all columns take
PROGRESS = """
    select p.published_at, r.state, r.started_at
    from (select max(run_id) as run_id from ledger.run where as_of_date = %(night)s) as newest
    left join ledger.run as r using (run_id)
    left join ledger.published as p on p.as_of_date = %(night)s
"""


def newest_night() -> date | None:
    """Return the newest night that was begun, or None."""
    with connect(Role.AUDITOR) as connection:
        return max(nights_begun(connection), default=None)


def show(out: Console, as_of: date) -> None:
    """Print how each feed stands on the night, and why anything was refused or held."""
    out.print(_page(as_of, out.width), soft_wrap=True)


def watch(out: Console, as_of: date) -> None:
    """Show it and look again every few seconds until interrupted."""
    with Live(_page(as_of, out.width), console=out, auto_refresh=False) as live:
        try:
            while True:
                time.sleep(EVERY)
                live.update(_page(as_of, out.width), refresh=True)
        except KeyboardInterrupt:
            return


def _page(as_of: date, width: int) -> RenderableType:
    with connect(Role.AUDITOR) as connection:
        states = feed_states(connection, as_of)
        amiss = feeds_needing_attention(connection, as_of, states)
        seen = read_information(connection, as_of)
        published_at, run, started_at = connection.execute(PROGRESS, {"night": as_of}).fetchone() or (None, None, None)
    return Group(
        Text(f"\nDeliveries of {as_of}", style="bold"),
        Text(_progress(published_at, run, started_at), style="dim"),
        _table(states, width),
        *(text for one in amiss for text in _reasons(one)),
        *_noticed(seen),
    )


def _progress(published_at: datetime | None, run: str | None, started_at: datetime | None) -> str:
    published = f"published {local(published_at)}" if published_at else "not published"
    if run == "BUILDING" and started_at:
        return f"{published}; being built since {local(started_at)}"
    if run == "FAILED":
        return f"{published}; the last attempt to build it failed"
    return published


def _table(states: Iterable[FeedState], width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    columns = [column for column in COLUMNS if width >= column.from_width]
    for column in columns:
        table.add_column(column.head, justify="right" if column.figures else "left", no_wrap=True)
    for one in states:
        table.add_row(*(_shown(column.value(one)) for column in columns))
    return table


def _reasons(one: NeedsAttention) -> Iterable[Text]:
    """Tell what is amiss with a feed, since when, what was refused and why, and what rests on the old delivery."""
    state = one.state
    head = ((one.state_word, STYLES[one.state_word]), f" {state.name}, {one.duration}")
    refused = list(one.refused)
    if one.state_word in ("HELD", "REJECTED"):
        yield Text.assemble(*head, _why(refused.pop(0)))
    elif one.state_word == "FAILED":
        yield Text.assemble(*head, f": {state.failure}")
    elif one.state_word == "MISSING":
        yield Text.assemble(*head, f": it was never delivered. Next: ask {state.owner} to deliver it once.")
    else:
        yield Text.assemble(
            *head, ": no whole delivery was there when asked for."
            f" Next: ask {state.owner} to deliver, then run the night again.",
        )  # fmt: skip
    for earlier in refused[:EARLIER]:
        yield Text.assemble("  ", (earlier.delivery_status, STYLES[earlier.delivery_status]), _why(earlier))
    if len(refused) > EARLIER:
        yield Text(f"  … and {len(refused) - EARLIER} more deliveries that were refused before.")
    yield Text(f"  {one.consequence}", style="dim")


def _noticed(seen: Information) -> Iterable[Text]:
    """List remarks, codes that nobody knows and files that were not taken, each under a word of its own."""
    for remark in seen.remarks:
        yield Text.assemble(("NOTICED", "cyan"), f" {remark.feed} of {remark.business_date}: {remark.detail_en}")
    for code in seen.unmapped[:LISTED]:
        yield Text.assemble(("UNKNOWN CODE", "cyan"), f" {code}")
    if len(seen.unmapped) > LISTED:
        yield Text(f"  … and {len(seen.unmapped) - LISTED} more: {this_command()} sql 'table unmapped_codes'")
    for file in seen.ignored[:LISTED]:
        yield Text.assemble(("NOT TAKEN", "yellow"), f" {file.feed}, file {shown(file.name)!r}: {file.reason_en}")
    if len(seen.ignored) > LISTED:
        yield Text(f"  … and {len(seen.ignored) - LISTED} more that were not taken")


def _why(refused: Refused) -> str:
    """Return the reason, under the file's name where it does not say it itself."""
    name = shown(refused.original_name)
    if name in (refused.reason_en or ""):
        return f": {refused.reason_en}"
    return f", file {name!r} of {refused.business_date}: {refused.reason_en}"


def _received(one: FeedState) -> str | None:
    return local(one.received_at).removesuffix(" WIB") if one.received_at else None


def _shown(value: Any) -> str | Text:
    if value is None:
        return "-"
    if isinstance(value, int):
        return f"{value:,}"
    return Text(str(value), STYLES.get(str(value), ""))


class Column(NamedTuple):
    """A column of the table."""

    head: str
    value: Callable[[FeedState], Any]
    figures: bool = False
    from_width: int = 0
    """Characters that a terminal has to have for it."""


COLUMNS = (
    Column("feed", attrgetter("name")),
    Column("state", attrgetter("state")),
    Column("newest", attrgetter("business_date")),
    Column("received", _received, from_width=WIDE),
    Column("age", attrgetter("age_days"), figures=True, from_width=MIDDLE),
    Column("delivered", attrgetter("delivered_rows"), figures=True, from_width=MIDDLE),
    Column("accepted", attrgetter("accepted_rows"), figures=True),
    Column("quarantined", attrgetter("quarantined_rows"), figures=True, from_width=MIDDLE),
    Column("repeated", attrgetter("duplicate_rows"), figures=True, from_width=WIDE),
    Column("in force", attrgetter("in_force")),
    Column("next", lambda one: one.next_expected or "on change", from_width=WIDE),
)
