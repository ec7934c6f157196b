"""Fifty BI clients look at dashboards while a night is built and published: what they see, and how long they wait."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from threading import Barrier, BrokenBarrierError, Event, Thread
from typing import LiteralString

import psycopg

from benchmarks.table import Line
from cakupan.database import Role, connect

CLIENTS = 50
THINKING = 8.0
"""Seconds, on average, until somebody opens the next page of a dashboard."""
DRAWING = 0.5
"""Seconds between the panels of a page, in one transaction: what its second one asks comes after the first is drawn."""
QUIET = 60.0
"""Seconds without a night, half before it and half after, with which those of a night are compared."""
LOOK = 0.2
"""Seconds between two looks at who waits for a lock."""
GOAL = 2
WAITING = """
    select coalesce(left(holder.query, 80), 'nobody any more')
    from pg_stat_activity as client
    left join pg_stat_activity as holder on holder.pid = (pg_blocking_pids(client.pid))[1]
    where client.usename = 'cakupan_bi' and client.wait_event_type = 'Lock'
"""
PAGES: tuple[tuple[LiteralString, LiteralString], ...] = (
    (
        "select as_of_date, denominator_code, active_participants, coverage_rate from latest.universal_coverage",
        "select as_of_date, sector_code, sector_name, active_participants, coverage_rate, gap_to_target"
        " from latest.coverage_by_sector order by gap_to_target desc nulls last",
    ),
    (
        "select as_of_date, agency_code, sum(registered_workers), sum(active_participants)"
        " from latest.coverage_by_agency group by 1, 2 order by 2",
        "select as_of_date, agency_code, feed, delivery_status, delivered_rows, quarantined_rows"
        " from latest.data_quality_scorecard order by quarantined_rows desc",
    ),
    (
        "select as_of_date, skpd_code, sum(budget_idr), sum(disbursed_idr), sum(unposted_idr)"
        " from latest.dbhcht_reconciliation group by 1, 2",
        "select as_of_date, protection_status, count(*), sum(posted_amount_idr)"
        " from latest.dbhcht_lineage group by 1, 2",
    ),
    (
        "select c.as_of_date, r.district_name, sum(c.active_participants), sum(c.by_dbhcht)"
        " from latest.coverage_by_region as c left join latest.dim_region as r using (region_code) group by 1, 2",
        "select as_of_date, lapse_month, sum(participants) from latest.lapse_calendar group by 1, 2 order by 2",
    ),
    (
        # Of all nights, for a trend; the newest is the night that it shows.
        "select max(as_of_date) over (), as_of_date, sum(active_participants) from marts.coverage_by_sector group by 2",
        "select as_of_date, sector_code, is_active_participant, count(*)"
        " from latest.fct_coverage_daily group by 1, 2, 3",
    ),
)
"""Pages of dashboards; each panel gives the night that it shows first."""


@dataclass
class Seen:
    """What clients met: of each panel when it was asked for and the seconds, of each page the nights, and errors."""

    asked: list[tuple[float, float]] = field(default_factory=list)
    pages: list[set[date]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    """What a client was waiting for that somebody else held, at each look."""

    def p95(self, during: Callable[[float], bool]) -> float:
        """Return the seconds within which 95 of 100 panels came, of those asked for at such moments."""
        return statistics.quantiles([took for at, took in self.asked if during(at)], n=20)[-1]


def measure(run_night: Callable[[], object], *, clients: int = CLIENTS, quiet: float = QUIET) -> list[Line]:
    """Have clients read in quiet and while the night is run; returns lines of the last table."""
    with _reading(clients) as seen:
        time.sleep(quiet / 2)
        began = time.perf_counter()
        run_night()
        ended = time.perf_counter()
        time.sleep(quiet / 2)
    for told in sorted({*seen.errors, *seen.waiting}):
        print(f"a client met: {told}")
    shown = sorted({as_of for page in seen.pages for as_of in page})
    if len(shown) != 2:
        raise RuntimeError(f"nothing was published while they read: clients saw {', '.join(map(str, shown))}")
    without, meanwhile = seen.p95(lambda at: not began <= at < ended), seen.p95(lambda at: began <= at < ended)
    return [
        Line("BI clients", clients),
        Line("errors of BI clients", len(seen.errors), "", 0),
        Line("pages of BI clients with two nights", sum(len(page) > 1 for page in seen.pages), "", 0),
        Line("times a BI client was seen waiting for a lock", len(seen.waiting), "", 0),
        Line("p95 of their queries, quiet", without * 1000, "ms"),
        Line("p95 of their queries, night", meanwhile * 1000, "ms"),
        Line("p95 of their queries, night / quiet", meanwhile / without, "", GOAL),
    ]


@contextmanager
def _reading(clients: int) -> Iterator[Seen]:
    """Let clients read while inside, each of which has seen every page before."""
    seen, ready, over = Seen(), Barrier(clients + 1), Event()
    threads = [Thread(target=_client, args=(seen, ready, over, random.Random(n))) for n in range(clients)]  # noqa: S311
    threads.append(Thread(target=_watch_locks, args=(seen, over)))
    for thread in threads:
        thread.start()
    try:
        with suppress(BrokenBarrierError):  # a client that met an error before it could begin, which is told
            ready.wait()
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _watch_locks(seen: Seen, over: Event) -> None:
    """Look again and again whether a client waits for a lock, and what whoever holds it is doing."""
    with connect(Role.ADMIN, autocommit=True) as connection:
        while not over.wait(LOOK):
            seen.waiting += [f"a lock, held by: {what}" for (what,) in connection.execute(WAITING)]


def _client(seen: Seen, ready: Barrier, over: Event, chance: random.Random) -> None:
    """Read one page after another through one connection, which is made anew where it was lost."""
    while not over.is_set():
        try:
            with connect(Role.BI) as connection:
                _know_pages(connection)
                with suppress(BrokenBarrierError):
                    ready.wait()
                while not over.wait(chance.expovariate(1 / THINKING)):
                    _open_page(connection, seen, chance)
        except (psycopg.Error, LookupError) as error:
            seen.errors.append(" ".join(str(error).split()))
            ready.abort()  # nobody waits for it, now or when it begins again
            over.wait(THINKING)


def _know_pages(connection: psycopg.Connection) -> None:
    for page in PAGES:
        for panel in page:
            connection.execute(panel)
    connection.rollback()


def _open_page(connection: psycopg.Connection, seen: Seen, chance: random.Random) -> None:
    """Ask the panels of a page in one transaction, as the login has it."""
    nights: set[date] = set()
    with connection.transaction():
        for number, panel in enumerate(chance.choice(PAGES)):
            if number:
                time.sleep(DRAWING)
            began = time.perf_counter()
            rows = connection.execute(panel).fetchall()
            seen.asked.append((began, time.perf_counter() - began))
            if not rows:
                raise LookupError(f"a panel was empty: {panel}")
            nights |= {row[0] for row in rows}
    seen.pages.append(nights)
