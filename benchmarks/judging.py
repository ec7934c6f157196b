"""What it costs that two count: the pass alone, with Great Expectations as a night has it, and over every row."""

from __future__ import annotations

import sys
import time
from datetime import date
from unittest.mock import patch

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.feeds import load_feeds
from cakupan.quality import gx_rows
from cakupan.quality.counts import Delivery
from cakupan.quality.gx_context import great_expectations
from cakupan.quality.gx_counts import count_with_gx
from cakupan.quality.row_pass import RowPass
from cakupan.quality.suite import load_suite

PASS, AS_AT_NIGHT, EVERY_ROW = "the pass", "Great Expectations", "…over every row"


def compare(as_of: date) -> dict[str, float]:
    """Return seconds of each for all deliveries of the night, judged again in transactions that are taken back."""
    great_expectations()  # importing it is paid once a night, whatever it looks at
    seconds = dict.fromkeys((PASS, AS_AT_NIGHT, EVERY_ROW), 0.0)
    with connect(Role.LOADER) as connection:
        for feed in load_feeds(settings.FEEDS):
            numbers = connection.execute(
                "select delivery_id from ledger.delivery where (agency, feed, business_date) = (%s, %s, %s)",
                (feed.agency, feed.feed, as_of),
            ).fetchall()
            suite = load_suite(feed)
            for (number,) in numbers:
                delivery = Delivery(number, as_of)
                began = time.perf_counter()
                counts = RowPass(connection, feed, suite, delivery).run()
                seconds[PASS] += time.perf_counter() - began
                for way, at_most in ((AS_AT_NIGHT, gx_rows.AT_MOST), (EVERY_ROW, sys.maxsize)):
                    began = time.perf_counter()
                    with patch.object(gx_rows, "AT_MOST", at_most):
                        gx_rows.gather_gx_rows(connection, feed, suite, delivery, counts.delivered)
                    count_with_gx(connection, suite, across=False)
                    seconds[way] += time.perf_counter() - began
                connection.rollback()
    return seconds
