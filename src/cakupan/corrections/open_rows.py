"""What is open: for each office and feed the deliveries with quarantined rows, since when, and what they break."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from cakupan.feeds import Feed
from cakupan.notices.faults import Fault, faults

OPEN_SINCE = """
    select min(business_date)
    from ledger.current_validation as v
    where v.agency = %(agency)s and v.feed = %(feed)s and v.business_date <= %(date)s and v.quarantined_rows > 0
        and v.business_date > coalesce((
            select max(clean.business_date)
            from ledger.current_validation as clean
            where clean.agency = %(agency)s and clean.feed = %(feed)s and clean.business_date < %(date)s
                and clean.delivery_status = 'ACCEPTED' and clean.quarantined_rows = 0
        ), '-infinity')
"""


@dataclass(frozen=True)
class OpenDelivery:
    """A delivery with rows that its office has to mend."""

    feed: Feed
    fault: Fault
    open_since: date
    """The first of the deliveries, without a clean one between, that had quarantined rows."""

    @property
    def rows(self) -> int:
        """How many are set aside."""
        return self.fault.facts.quarantined_rows

    def age_days(self, night: date) -> int:
        """Count the days since then."""
        return (night - self.open_since).days


def open_deliveries(connection: psycopg.Connection[Any], feeds: Sequence[Feed], night: date) -> Iterator[OpenDelivery]:
    """Yield the feeds' deliveries, dated not after the night, of which rows are to be mended."""
    for fault in faults(connection, feeds, night):
        if not fault.facts.quarantined_rows:
            continue
        asked = {"agency": fault.feed.agency, "feed": fault.feed.feed, "date": fault.facts.business_date}
        (since,) = connection.execute(OPEN_SINCE, asked).fetchone() or (None,)
        yield OpenDelivery(fault.feed, fault, since or fault.facts.business_date)
