"""Texts in the two languages of offices and auditors, and how each of the two writes numbers, amounts and dates.

Indonesian comes first, English is one switch away. What both languages say is one `Text`; what is written for one
reader is chosen from it by `in_language`. Grouping, months, conjunctions and plurals are those of the CLDR.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from cakupan import settings

Language = Literal["id", "en"]


@dataclass(frozen=True)
class Text:
    """What is said, in Indonesian and in English."""

    id: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the text as a reader of the language is shown it."""
        return self.id if language == "id" else self.en

    def in_lines(self) -> str:
        """Return both, each on its line, as comments in the database have them."""
        return f"{self.id}\n{self.en}"

    def format(self, *values: Any, **named: Any) -> Text:
        """Fill in the `{}` of both texts; a value that is a Text itself is filled in by its language."""
        return in_both(
            lambda language: self.in_language(language).format(
                *(_in(language, value) for value in values),
                **{name: _in(language, value) for name, value in named.items()},
            )
        )

    def __bool__(self) -> bool:
        return bool(self.id or self.en)


NOTHING = Text("", "")


def same(text: str) -> Text:
    """Return what reads the same in both languages: a name, a code, a form to be filled in."""
    return Text(text, text)


def in_both(write: Callable[[Language], str]) -> Text:
    """Return what the function writes for each language."""
    return Text(write("id"), write("en"))


def joined(parts: Sequence[Text], separator: str = " ") -> Text:
    """Return the texts one after the other, those that say nothing left out."""
    return in_both(lambda language: separator.join(said for part in parts if (said := part.in_language(language))))


def listed(parts: Sequence[Text]) -> Text:
    """Return the texts as a list that a sentence holds: `a, b, dan c`, `a, b and c`."""
    return in_both(lambda language: format_list([part.in_language(language) for part in parts], locale=_of(language)))


def number(value: float | Decimal) -> Text:
    """Return a number with its thousands grouped: 1.234.567 and 1,234,567; decimals as many as it has."""
    return in_both(lambda language: format_decimal(value, locale=_of(language), decimal_quantization=False))


def change(value: float | Decimal) -> Text:
    """Return what a number changed by, with its sign: +3, -1.234 and -1,234; ±0."""
    return same("{}{}").format("±" if value == 0 else "+" if value > 0 else "", number(value))


def per_cent(share: float | Decimal, least: int = 2, most: int = 2) -> Text:
    """Return a share in per cent, with at least and at most so many decimals: 12,50 % and 12.50 %."""
    pattern = f"#,##0.{'0' * least}{'#' * (most - least)}"
    rounded = f"{100 * share:.{most}f}"  # as a float is rounded everywhere else: 96.745 may lie a hair above its half
    return in_both(lambda language: f"{format_decimal(rounded, pattern, _of(language))} %")


def rupiah(amount: int | Decimal) -> Text:
    """Return an amount of whole rupiah: Rp1.234.567 and Rp1,234,567."""
    return same("Rp{}").format(number(amount))


def counted(count: int, noun: Text, plural: str = "") -> Text:
    """Return a number with what it counts, in English in the singular or plural: `2 baris`, `1 row`, `2 rows`."""
    one = Locale.parse(_of("en")).plural_form(count) == "one"
    return same("{} {}").format(number(count), Text(noun.id, noun.en if one else plural or f"{noun.en}s"))


def rows(count: int) -> Text:
    """Spell how many rows: `1.234 baris` and `1,234 rows`."""
    return counted(count, Text("baris", "row"))


def day(night: date) -> Text:
    """Return a date with the month's name: 9 Mei 2025 and 9 May 2025."""
    return in_both(lambda language: format_date(night, "d MMMM y", _of(language)))


def local(moment: datetime) -> str:
    """Return a moment in the city's time, to the minute, the same in both languages: 2025-09-10 01:30 WIB."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%d %H:%M %Z")


@cache
def month_names(language: Language) -> tuple[str, ...]:
    """Return the twelve months, January first."""
    return tuple(Locale.parse(_of(language)).months["format"]["wide"][month] for month in range(1, 13))


def _in(language: Language, value: Any) -> Any:
    return value.in_language(language) if isinstance(value, Text) else value


def _of(language: Language) -> str:
    """Return the locale of a language; English writes 9 September 2025, as Indonesian does."""
    return "id" if language == "id" else "en_GB"
