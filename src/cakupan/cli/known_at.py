"""What readers saw at an earlier moment: the option --as-known-at."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cakupan import settings


def _moment(text: str) -> str:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is neither a date like 2025-10-01 nor a time like 2025-10-01T08:00"
        ) from None
    if len(text) == len("2025-10-01"):
        given = datetime.combine(given, time.max)
    return (given if given.tzinfo else given.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))).isoformat()


AsKnownAt = Annotated[
    str | None,
    typer.Option(
        "--as-known-at", parser=_moment, metavar="DATE", help="As published by the end of that day or moment."
    ),
]


def as_known(moment: str | None) -> str:
    """Return options of a connection to which the marts show what was published by the moment; nothing for now."""
    return f"-c cakupan.as_known_at={moment}" if moment else ""
