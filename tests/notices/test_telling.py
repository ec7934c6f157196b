"""What is told is kept where one can read it, sent once, and tried again where it could not be sent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cakupan.notices import Message, tell
from cakupan.notices.message import Attachment
from tests.notices.conftest import Ledger, Post

NIGHT = date(2025, 9, 9)


def message(*topics: str, to: str | None = "office@example.go.id") -> Message:
    return Message(NIGHT, "sipd", topics, "Subject", "text", "<p>page</p>", to, (Attachment("list.csv", b"a;b"),))


def noted(ledger: Ledger) -> list[tuple[str, list[str], str | None]]:
    return ledger.connection.execute(
        "select state, topics, detail from ledger.notification order by notification_id"
    ).fetchall()


def test_a_message_is_kept_with_what_is_attached(ledger: Ledger, outbox: Path) -> None:
    page = tell(ledger.connection, "sipd", lambda _: message("a"), post := Post())
    assert page and page.read_text() == "<p>page</p>"
    assert sorted(path.suffix for path in outbox.iterdir()) == [".csv", ".html"]
    assert [one.topics for one in post.sent] == [("a",)]
    assert noted(ledger) == [("SENT", ["a"], None)]


def test_without_an_address_it_stays_in_the_outbox_and_counts_as_told(ledger: Ledger, outbox: Path) -> None:
    seen = []
    for _ in range(2):
        tell(ledger.connection, "sipd", lambda told: seen.append(told) or message("a", to=None), Post())
    assert noted(ledger) == [("KEPT", ["a"], None)]
    assert seen == [frozenset(), frozenset("a")]
    assert len(list(outbox.glob("*.html"))) == 1


def test_nothing_is_sent_twice(ledger: Ledger, outbox: Path) -> None:
    post = Post()
    assert tell(ledger.connection, "sipd", lambda _: message("a"), post)
    assert tell(ledger.connection, "sipd", lambda _: message("a"), post) is None
    assert tell(ledger.connection, "sipd", lambda _: None, post) is None
    assert len(post.sent) == 1


def test_one_recipients_letter_is_not_anothers(ledger: Ledger, outbox: Path) -> None:
    tell(ledger.connection, "sipd", lambda _: message("a"), Post())
    seen = []
    tell(ledger.connection, "pupr", seen.append, Post())
    assert seen == [frozenset()]


def test_what_could_not_be_sent_is_kept_and_tried_again(ledger: Ledger, outbox: Path) -> None:
    page = tell(ledger.connection, "sipd", lambda _: message("a"), Post(fails="refused"))
    assert page and page.exists()
    assert noted(ledger) == [("FAILED", ["a"], "refused")]
    tell(ledger.connection, "sipd", lambda _: message("a"), post := Post())
    assert len(post.sent) == 1
    assert noted(ledger) == [("SENT", ["a"], None)]


def test_a_longer_letter_takes_the_place_of_one_that_failed(ledger: Ledger, outbox: Path) -> None:
    tell(ledger.connection, "sipd", lambda _: message("a"), Post(fails="refused"))
    tell(ledger.connection, "sipd", lambda _: message("a", "b"), Post())
    assert noted(ledger) == [("REPLACED", ["a"], "refused"), ("SENT", ["a", "b"], None)]
