"""One at a time for each feed."""

from __future__ import annotations

from typing import Any

import psycopg


def lock_validation(connection: psycopg.Connection[Any], feed_name: str) -> None:
    """Wait to be the only one who validates the feed, until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock(hashtext('cakupan.quality'), hashtext(%s))", (feed_name,))
