"""Telling: every message is kept as a page one can open, sent, and what became of it noted in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from cakupan import settings
from cakupan.files import write_whole
from cakupan.ledger.notifications import Notification, lock_recipient, note_notification, topics_told
from cakupan.ledger.written import note_written
from cakupan.notices.message import Message

Send = Callable[[Message, Sequence[Path]], str | None]
"""Sends a message with the files attached to it.

Answers None when it was sent, and a reason when one way of sending did not work but another did; raises Kept when there
is nobody to send to, and NotSent when nothing worked.
"""


class Kept(Exception):
    """There is no address or no server: the message stays in the outbox."""


class NotSent(RuntimeError):
    """The message could not be sent; says why."""


def outbox() -> Path:
    """Return the folder with the messages."""
    return settings.home() / "outbox"


def tell(
    connection: psycopg.Connection[Any],
    recipient: str,
    compose: Callable[[frozenset[str]], Message | None],
    send: Send,
) -> Path | None:
    """Compose what the recipient was not told yet, keep it in the outbox, send it, and note what became of it.

    `compose` is given the topics that were told. Returns the page, or None when there is nothing to tell. Two at once
    tell one after the other; killed before it is noted, a message is sent again. Raises OSError when the outbox cannot
    be written; a message that cannot be sent is noted as FAILED and tried again with the next call.
    """
    with connection.transaction():
        lock_recipient(connection, recipient)
        told = topics_told(connection, recipient)
        message = compose(told)
        if message is None or told.issuperset(message.topics):
            return None
        page, attached = _keep(message)
        state, detail = _send(message, attached, send)
        topics = list(message.topics)
        note_notification(
            connection,
            Notification(message.night, message.recipient, topics, message.subject, page.name, state, detail),
        )
        note_written(connection, [page, *attached])
    return page


def _keep(message: Message) -> tuple[Path, list[Path]]:
    folder = outbox()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    page = folder / f"{message.stem}.html"
    write_whole(page, message.html)
    attached = []
    for attachment in message.attachments:
        attached.append(folder / f"{message.stem}-{attachment.name}")
        write_whole(attached[-1], attachment.content)
    return page, attached


def _send(message: Message, attached: Sequence[Path], send: Send) -> tuple[str, str | None]:
    try:
        return "SENT", send(message, attached)
    except Kept:
        return "KEPT", None
    except NotSent as failure:
        return "FAILED", str(failure)
