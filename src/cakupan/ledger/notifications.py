"""Notifications: what the offices and the data team were told, and what became of each message."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from psycopg import Connection


class Notification(NamedTuple):
    """A message as the ledger keeps it."""

    as_of_date: date
    recipient: str
    topics: list[str]
    subject: str
    file_name: str
    state: str
    detail: str | None


def lock_recipient(connection: Connection[Any], recipient: str) -> None:
    """Wait for and hold, to the end of the transaction, the right to tell a recipient something."""
    connection.execute("select pg_advisory_xact_lock(hashtext('cakupan.notification'), hashtext(%s))", (recipient,))


def topics_told(connection: Connection[Any], recipient: str) -> frozenset[str]:
    """Return the topics that the recipient was told, by mail or in the outbox."""
    rows = connection.execute(
        "select distinct unnest(topics) from ledger.notification where recipient = %s and state in ('SENT', 'KEPT')",
        (recipient,),
    )
    return frozenset(topic for (topic,) in rows)


def note_notification(connection: Connection[Any], message: Notification) -> None:
    """Note what became of a message; those that failed and said no more than it are replaced. The caller commits."""
    connection.execute(
        "update ledger.notification set state = 'REPLACED', noted_at = clock_timestamp()"
        " where recipient = %s and state = 'FAILED' and topics <@ %s and file_name <> %s",
        (message.recipient, message.topics, message.file_name),
    )
    connection.execute(
        "insert into ledger.notification (as_of_date, recipient, topics, subject, file_name, state, detail)"
        " values (%s, %s, %s, %s, %s, %s, %s)"
        " on conflict (file_name) do update set state = excluded.state, detail = excluded.detail,"
        " noted_at = excluded.noted_at",
        message,
    )
