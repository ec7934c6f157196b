"""What a text holds that nobody sees, and what nobody who is shown the text should see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TypeGuard

DEFAULT_IGNORABLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Unicode's Default_Ignorable_Code_Point: first and last of each run."""
INVISIBLE = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in DEFAULT_IGNORABLE) + "]+")

_DATE, _REGION = r"(?:19|20)\d\d-?[01]\d-?[0-3]\d", r"\d\d(?:\.\d\d){2}\.\d{4}"
_LONG_NUMBER = re.compile(rf"(?<![\d.])(?!(?:{_DATE}|{_REGION})(?!\d))\d(?:[ .-]?\d){{8,}}")
"""Nine digits and more, also in groups, that begin with no date and no region: a NIK, a KPJ, a telephone number."""
_SIXTEEN_DIGITS = re.compile(r"(?<!\d)\d{16}(?!\d)")


def visible(text: str) -> str:
    """Strip a text of the characters that nobody sees."""
    return text if text.isascii() else INVISIBLE.sub("", text)


def spelled_out(text: str, keep: str = "") -> str:
    """Spell a text so that it steers no terminal and hides nothing: control and direction characters as their code."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign in keep else code_of(sign) for sign in text)


def code_of(sign: str) -> str:
    """Return the code of a character, as JSON and Python write it."""
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def is_filled(cell: str | None) -> TypeGuard[str]:
    """Tell whether anything is left of a cell once it is normalised: blanks and Excel's text mark alone are nothing."""
    if not cell:
        return False
    # Trimmed again: what nobody sees may stand between blanks.
    return visible(cell).strip().removeprefix("'").strip() != ""


def is_personal_number(digits: str) -> bool:
    """Tell whether these 16 digits are a valid NIK."""
    if int(digits[12:]) == 0:
        return False
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    return any(_is_day(century + year, month, day - 40 if day > 40 else day) for century in (1900, 2000))


def mask_personal_numbers(text: str) -> str:
    """Replace each run of exactly 16 digits that is a valid NIK by 16 X."""
    return _SIXTEEN_DIGITS.sub(lambda run: "X" * 16 if is_personal_number(run[0]) else run[0], text)


def shown(name: str) -> str:
    """Spell the name of a sheet, a column or a file as it may be shown to anybody, its long numbers crossed out."""
    return _LONG_NUMBER.sub(lambda number: re.sub(r"\d", "X", number[0]), visible(name))


def shown_apart(names: Iterable[str]) -> list[str]:
    """Spell names as they may be shown; what would look alike has a number behind it, by its place."""
    taken: set[str] = set()
    found = []
    for name in names:
        plain = candidate = shown(name)
        number = 1
        while candidate in taken:
            number += 1
            candidate = f"{plain} ({number})"
        taken.add(candidate)
        found.append(candidate)
    return found


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
