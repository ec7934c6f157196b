"""Sending: messages go out through Airflow's notifiers, by mail where a connection `smtp_default` is there.

CAKUPAN_NOTIFIERS adds others: a JSON list of {"class": dotted path of a notifier, "arguments": {…},
"for": "data_team" or "offices", or left out}. Arguments are Jinja templates that may use `message` (subject, text,
html, to, night).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from smtplib import SMTPConnectError, SMTPServerDisconnected
from socket import gaierror
from typing import Any, NamedTuple

from cakupan import for_readers, notices
from cakupan.bilingual import Language
from cakupan.notices import Kept, Message, NotSent
from cakupan.orchestration.tasks import night_of
from cakupan.outward import Allowance, NoAnswer, within

MAIL = "airflow.providers.smtp.notifications.smtp.SmtpNotifier"
PATIENCE = 8.0  # seconds for one message to go out
SILENCE = 600.0  # seconds for which who did not answer is not asked again
AWAY = (NoAnswer, ConnectionError, TimeoutError, gaierror, SMTPServerDisconnected, SMTPConnectError)
AWAY_NAMES = ("ConnectionError", "ConnectError", "ConnectTimeout", "ReadTimeout", "Timeout", "ClientConnectorError")
"""The same of the HTTP clients that notifiers of others use, which have a ConnectionError of their own."""
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


class Way(NamedTuple):
    """A way to send: a notifier and its arguments."""

    path: str
    arguments: dict[str, Any]


def tell_office(agency: str, dag_run: Any) -> str:
    """Tell an agency's office what was wrong with its deliveries; returns where the letter is, '' without one."""
    language: Language = "en" if os.environ.get("CAKUPAN_OFFICE_LANGUAGE") == "en" else "id"
    return for_readers.tell_office(agency, night_of(dag_run), send, to=_address_of(agency), language=language)


def tell_data_team(dag_run: Any) -> str:
    """Tell the data team how the night went; returns where the summary is."""
    return for_readers.tell_data_team(night_of(dag_run), dag_run.start_date, send, to=_team())


def tell_late_marts(as_of: str) -> None:
    """Tell the data team that the marts of the night (YYYY-MM-DD) are not there when they are due."""
    for_readers.tell_late_marts(date.fromisoformat(as_of), send, to=_team())


def send(message: Message, attached: Sequence[Path]) -> str | None:
    """Send through every way there is; see cakupan.notices.Send."""
    ways = [*_by_mail(message, attached), *_configured(message)]
    if not ways:
        raise Kept
    failed = []
    for way in ways:
        try:
            _ask(way, message)
        except Exception as error:  # whatever a notifier raises must not fail the night
            failed.append(f"{way.path.rpartition('.')[2]}: {_said(error)}")
    if len(failed) == len(ways):
        raise NotSent("; ".join(failed))
    return "; ".join(failed) or None


def _ask(way: Way, message: Message) -> None:
    """Have the message sent; who does not answer is not waited for long, nor asked again by the night's next tasks."""
    silence = Allowance(notices.outbox() / f".silence-{way.path.rpartition('.')[2]}", PATIENCE, SILENCE)
    if not silence.left:
        raise NoAnswer(
            "did not answer some minutes ago and was not asked again; the message is sent with the next night"
        )
    notifier = _notifier(way)
    try:
        within(PATIENCE, lambda: notifier({"message": message}))
    except Exception as error:
        if isinstance(error, AWAY) or type(error).__name__ in AWAY_NAMES:
            silence.exhaust()
        raise


def _by_mail(message: Message, attached: Sequence[Path]) -> Iterator[Way]:
    if message.to and _connection("smtp_default"):
        # Templates, so that nothing an agency named is itself taken for one.
        yield Way(
            MAIL,
            {
                "to": "{{ message.to }}",
                "subject": "{{ message.subject }}",
                "html_content": "{{ message.html }}",
                "files": [str(path) for path in attached],
            },
        )


def _configured(message: Message) -> Iterator[Way]:
    audience = "data_team" if message.recipient == notices.DATA_TEAM else "offices"
    try:
        for way in json.loads(os.environ.get("CAKUPAN_NOTIFIERS") or "[]"):
            if way.get("for", audience) == audience:
                yield Way(way["class"], dict(way.get("arguments", {})))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NotSent("CAKUPAN_NOTIFIERS is no JSON list of {class, arguments, for}; see docs/running.md") from None


def _notifier(way: Way) -> Any:
    module, _, name = way.path.rpartition(".")
    return getattr(import_module(module), name)(**way.arguments)


def _said(error: Exception) -> str:
    """Say an error on one line and not at length."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


def _address_of(agency: str) -> str | None:
    """Find the office's address, `email` in the extra of its connection."""
    connection = _connection(f"agency_{agency}")
    return _checked(connection.extra_dejson.get("email")) if connection else None


def _team() -> str | None:
    return _checked(os.environ.get("CAKUPAN_DATA_TEAM_EMAIL"))


def _checked(address: Any) -> str | None:
    return address if isinstance(address, str) and _ADDRESS.fullmatch(address) else None


@cache
def _connection(name: str) -> Any:
    """Find the Airflow connection, or None; asked for once in a task."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return BaseHook.get_connection(name)
    except AirflowNotFoundException:
        return None
