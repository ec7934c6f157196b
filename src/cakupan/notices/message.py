"""A message, and how what an agency named is shown in one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import jinja2

from cakupan import bilingual
from cakupan.bilingual import Language, Text

DATA_TEAM = "data_team"
_LONG_NUMBER = re.compile(r"\d{11,}")
_NAME_LENGTH = 120


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """What one recipient is told of a night."""

    night: date
    recipient: str
    """An agency, or DATA_TEAM."""
    topics: tuple[str, ...]
    """What it tells; each is told to a recipient once."""
    subject: str
    text: str
    html: str
    to: str | None = None
    """The address; None where nobody configured one."""
    attachments: tuple[Attachment, ...] = ()

    @property
    def stem(self) -> str:
        """The name of its files in the outbox: the same whenever the same is told."""
        told = hashlib.sha256("\n".join(self.topics).encode()).hexdigest()[:8]
        return f"{self.night}-{self.recipient}-{told}"


def shown(name: str) -> str:
    """Return a name that an agency gave to a file or a sheet, on one line and without what could be a NIK or KPJ."""
    plain = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)
    plain = _LONG_NUMBER.sub("…", plain)
    return plain if len(plain) <= _NAME_LENGTH else plain[:_NAME_LENGTH] + "…"


def render(template: str, language: Language, **values: Any) -> str:
    """Render a template of this folder in a language; what goes into an .html.j2 is escaped.

    In a template `say` chooses from a Text, or of the Indonesian and the English.
    """

    def say(text: Text | str, english: str = "") -> str:
        return (Text(text, english) if isinstance(text, str) else text).in_language(language)

    return _ENVIRONMENT.get_template(template).render(language=language, say=say, **values)


def _day(night: date, language: Language) -> str:
    return bilingual.day(night).in_language(language)


def _number(value: int, language: Language) -> str:
    return bilingual.number(value).in_language(language)


def _sentence(text: str) -> str:
    """Return the text as a sentence that another may follow."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
    undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_ENVIRONMENT.filters |= {
    "shown": shown,
    "local": bilingual.local,
    "day": _day,
    "number": _number,
    "sentence": _sentence,
}
