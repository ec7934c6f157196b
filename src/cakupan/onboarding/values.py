"""What the cells of a column have in common: dates, months, numbers, and how they are spelled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from cakupan.feeds import Spelling
from cakupan.quality import cells as reading

_DECORATION = re.compile(r"^(?:[Rr][Pp]|IDR)[.]? *|[,.] *-{1,2}$| *%$")
_PLAIN = re.compile(r"^-?[0-9]+$")
_MONTH_FIRST = re.compile(r"^([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{2,4})$")


class Dates(NamedTuple):
    """How a column's dates are spelled, and how many cells are none."""

    spelling: Spelling | None
    """None where a sheet or nothing at all says so."""
    misfits: int


class Numbers(NamedTuple):
    """How a column's numbers are spelled."""

    spelling: Spelling | None
    whole: bool
    negative: bool
    decorated: bool
    largest: float
    rounded: bool
    """Most end in 00, as amounts do."""
    misfits: int


def texts(cells: Iterable[Any]) -> list[str]:
    """Return the cells as normalised text, as a reader would land them; numbers without an exponent."""
    return [text for cell in cells if (text := reading.normal(as_text(cell)))]


def as_text(cell: Any) -> str:
    """Turn one cell into text."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell)


def find_dates(cells: Sequence[Any], kind: str = "date") -> Dates | None:
    """Return the narrowest spelling that reads nine of ten cells as `date` or `month`; None where none does."""
    typed = sum(isinstance(cell, date) for cell in cells)
    written = texts(cell for cell in cells if not isinstance(cell, date | int | float))
    numbers = len(cells) - typed - len(written)
    if typed and not written:
        return Dates(None, numbers) if typed >= 0.9 * len(cells) else None
    found: list[tuple[int, Spelling]] = []
    spelled: tuple[Spelling, ...] = ("iso", "id", "loose")
    source = written if kind == "date" else texts(cell for cell in cells if not isinstance(cell, date))
    for spelling in spelled:
        misfits = sum(not reading.parses(text, kind, spelling) for text in source)
        found.append((misfits, spelling))
    misfits, spelling = min(found, key=lambda pair: pair[0])
    fits = len(cells) - misfits - (numbers if kind == "date" else 0)
    return Dates(spelling, len(cells) - fits) if source and fits >= 0.9 * len(cells) else None


def times_of_day(cells: Sequence[Any]) -> bool:
    """Tell whether the cells tell the time of day, not midnight alone."""
    found = [re.search(r"[T ]([0-9]{1,2}:[0-9]{2})", cell) for cell in cells if isinstance(cell, str)]
    return any(match and match[1] not in {"00:00", "0:00"} for match in found)


def month_first(cells: Sequence[Any]) -> bool:
    """Tell whether dates put the month before the day, which no spelling of a feed does."""
    parts = [match for cell in texts(cells) if (match := _MONTH_FIRST.match(cell))]
    return len(parts) >= 0.9 * len(cells) > 0 and any(int(part[2]) > 12 for part in parts)


def find_numbers(cells: Sequence[Any]) -> Numbers | None:
    """Tell how the column's numbers are spelled; None where fewer than nine of ten cells are numbers."""
    typed = [float(cell) for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
    written = texts(cell for cell in cells if isinstance(cell, str))
    bare = [_DECORATION.sub("", _DECORATION.sub("", text)) for text in written]
    decorated = sum(a != b for a, b in zip(written, bare, strict=True)) + sum(text in {"-", ""} for text in bare)
    candidates: list[tuple[int, Spelling]] = []
    options: tuple[Spelling, ...] = ("iso", "id", "en")
    for spelling in options:
        misfits = sum(not _reads(text, spelling) for text in bare)
        if _contradicts(bare, spelling):
            misfits += len(bare)
        candidates.append((misfits, spelling))
    misfits, spelling = min(candidates, key=lambda pair: pair[0])
    misfits += len(cells) - len(typed) - len(written)
    if misfits > 0.1 * len(cells) or not cells:
        return None
    marks = any("." in text or "," in text for text in bare)
    said: Spelling | None = spelling if marks else None
    if decorated > len(written) * 0.5 or any(text in {"-", ""} for text in bare) or (decorated and said is None):
        said = "en" if said == "en" or (said == "iso" and marks) else "loose"
    elif decorated and said != "en":
        said = "loose"
    if not typed and not any(character.isdigit() for text in bare for character in text):
        return None
    values = typed + [value for text in bare if (value := _value(text, spelling)) is not None]
    return Numbers(
        said,
        whole=all(value.is_integer() for value in values),
        negative=any(value < 0 for value in values),
        decorated=bool(decorated),
        largest=max(map(abs, values), default=0),
        rounded=sum(value % 100 == 0 for value in values if value) > 0.7 * len([v for v in values if v]),
        misfits=misfits,
    )


def _reads(text: str, spelling: Spelling) -> bool:
    return text in {"", "-"} or reading.parses(text, "decimal", spelling)


def _contradicts(bare: Sequence[str], spelling: Spelling) -> bool:
    """Tell whether marks that all stand before three digits are read as decimal marks, or the other way round."""
    marked = [text for text in bare if "." in text or "," in text]
    point = {"iso": ".", "id": ",", "en": "."}[spelling]
    pointed = [text for text in marked if point in text]
    if not pointed:
        return False
    grouped = [re.fullmatch(rf"-?[1-9][0-9]{{0,2}}(?:[{point}][0-9]{{3}})+", text) for text in pointed]
    other = "," if point == "." else "."
    return all(grouped) and not any(other in text for text in marked) and len(pointed) == len(marked)


def _value(text: str, spelling: Spelling) -> float | None:
    group, point = {"iso": ("", "."), "id": (".", ","), "en": (",", ".")}[spelling]
    plain = text.replace(group, "") if group else text
    try:
        return float(plain.replace(point, "."))
    except ValueError:
        return None


def all_digits(written: Sequence[str]) -> bool:
    """Tell whether nothing but digits is written."""
    return bool(written) and all(_PLAIN.match(text) for text in written)
