"""How feeds stand on a night, also while it runs: what came when, how old it is, what is in force, what comes next."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cakupan.database import Role, connect
from cakupan.notices import FeedState, feed_states, local, shown

STYLES = {
    "ACCEPTED": "green", "LATE": "yellow", "AWAITED": "cyan", "ARRIVED": "cyan", "UNCHANGED": "dim", "HELD": "red",
    "REJECTED": "red", "FAILED": "red",
}  # fmt: skip
EVERY = 3.0  # seconds between two looks
NEWEST = """
    select max(as_of_date) from (
        select as_of_date from ledger.asked union all select as_of_date from ledger.run
        union all select as_of_date from ledger.failure
    ) as night
"""
PROGRESS = """
    select p.published_at, r.state, r.started_at
    from (select max(run_id) as run_id from ledger.run where as_of_date = %(night)s) as newest
    left join ledger.run as r using (run_id)
    left join ledger.published as p on p.as_of_date = %(night)s
"""


def newest_night() -> date | None:
    """The newest night that was begun, or None."""
    with connect(Role.AUDITOR) as connection:
        row = connection.execute(NEWEST).fetchone()
    return row[0] if row else None


def show(out: Console, as_of: date) -> None:
    """Print how each feed stands on the night, and why anything was refused or held."""
    out.print(_page(as_of), soft_wrap=True)


def watch(out: Console, as_of: date) -> None:
    """Show it and look again every few seconds until interrupted."""
    with Live(_page(as_of), console=out, auto_refresh=False) as live:
        try:
            while True:
                time.sleep(EVERY)
                live.update(_page(as_of), refresh=True)
        except KeyboardInterrupt:
            return


def _page(as_of: date) -> RenderableType:
    with connect(Role.AUDITOR) as connection:
        states = feed_states(connection, as_of)
        published_at, run, started_at = connection.execute(PROGRESS, {"night": as_of}).fetchone() or (None, None, None)
    return Group(
        Text(f"\nDeliveries of {as_of}", style="bold"),
        Text(_progress(published_at, run, started_at), style="dim"),
        _table(states),
        *_reasons(states),
    )


def _progress(published_at: datetime | None, run: str | None, started_at: datetime | None) -> str:
    published = f"published {local(published_at)}" if published_at else "not published"
    if run == "BUILDING" and started_at:
        return f"{published}; being built since {local(started_at)}"
    if run == "FAILED":
        return f"{published}; the last attempt to build it failed"
    return published


def _table(states: Iterable[FeedState]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("feed", "state", "newest", "received"):
        table.add_column(head, no_wrap=True)
    for head in ("age", "delivered", "accepted", "quarantined", "repeated"):
        table.add_column(head, justify="right", no_wrap=True)
    for head in ("in force", "next"):
        table.add_column(head, no_wrap=True)
    for one in states:
        counts = (one.age_days, one.delivered_rows, one.accepted_rows, one.quarantined_rows, one.duplicate_rows)
        table.add_row(
            one.name,
            f"[{STYLES[one.state]}]{one.state}[/]",
            _or_dash(one.business_date),
            local(one.received_at).removesuffix(" WIB") if one.received_at else "-",
            *map(_or_dash, counts),
            _or_dash(one.in_force),
            str(one.next_expected or "on change"),
        )
    return table


def _reasons(states: Iterable[FeedState]) -> Iterable[Text]:
    for one in states:
        if one.delivery_status in ("HELD", "REJECTED"):
            file = repr(shown(one.original_name or ""))
            yield Text.assemble(
                (one.delivery_status, STYLES[one.delivery_status]), f" {one.name}, file {file}: {one.reason_en}"
            )
        if one.state == "LATE":
            rests = f"that of {one.in_force} stays in force" if one.in_force else "none is in force"
            yield Text.assemble(
                ("LATE", STYLES["LATE"]), f" {one.name}: no whole delivery was there when asked for; {rests}."
                f" Next: ask {one.owner} to deliver, then run the night again.",
            )  # fmt: skip


def _or_dash(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else str(value)
