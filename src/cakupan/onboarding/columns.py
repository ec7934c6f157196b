"""Drafts the declaration of one column from its heading and its cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from cakupan.feeds import ColumnType, Spelling
from cakupan.onboarding import words
from cakupan.onboarding.values import (
    Numbers,
    all_digits,
    as_text,
    find_dates,
    find_numbers,
    month_first,
    texts,
    times_of_day,
)  # fmt: skip
from cakupan.quality import cells as reading

REGION = re.compile(r"^[0-9]{2}[.][0-9]{2}[.][0-9]{2}[.][0-9]{4}$")
FLAGS = ({"ya", "tidak"}, {"y", "t"}, {"y", "n"}, {"true", "false"}, {"yes", "no"})
LISTED = 12
"""Most categories a closed list is drafted with."""


@dataclass
class Drafted:
    """A column as drafted."""

    name: str
    header: str
    type: ColumnType
    personal: bool
    filled: int
    """Filled cells in the sample."""
    distinct: int
    spelling: Spelling | None = None
    required: bool = False
    running_number: bool = False
    values: tuple[str, ...] = ()
    """A closed list; never of a personal column."""
    closed: bool = False
    """Another value would be misread, so its row is quarantined; else a new value is kept and reported."""
    regex: str | None = None
    digits: int | None = None
    doubts: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """The words of its heading."""
        return words.tokens(self.header)


def draft_column(header: str, name: str, cells: Sequence[Any], total: int) -> Drafted:
    """Return the column's declaration; `cells` are its cells in the order of the rows, None where empty."""
    filled = [cell for cell in cells if cell is not None]
    written = texts(filled)
    found = words.tokens(header)
    drafted = Drafted(name, header, "text", words.is_personal(found), len(written), len(set(written)))
    if not written:
        drafted.doubts.append("has no value in the sample: which type is it?")
        return drafted
    countable = set(found) & words.COUNTED and not set(found) & words.CODES
    if countable and all(re.fullmatch("[0-9]{1,6}", text) for text in written):
        drafted.personal = False  # how many there are, not who they are
    _decide(drafted, found, filled, written)
    if not drafted.personal and drafted.type == "text" and _looks_personal(written):
        drafted.personal = True
        drafted.doubts.append("holds what looks like telephone numbers, e-mail addresses or NIKs: personal?")
    drafted.required = len(written) == total and not drafted.running_number and not set(found) & words.FREE
    if drafted.type in ("text", "flag") and not drafted.personal and not drafted.running_number:
        _list_values(drafted, found, written)
    return drafted


def _decide(drafted: Drafted, found: list[str], filled: Sequence[Any], written: list[str]) -> None:
    """Set the type, and what goes with it."""
    known = set(found)
    if any(isinstance(cell, dict | list) for cell in filled):
        drafted.type = "json"
        keys = {key for cell in filled for key in _keys(cell)}
        drafted.personal = drafted.personal or any(words.is_personal(words.tokens(key)) for key in keys)
        drafted.doubts.append("holds nested values, which land as JSON text: does staging need one of them?")
    elif _is_running(found, filled, written):
        drafted.running_number = True
    elif _is_nik(known, written):
        drafted.type, drafted.personal = "nik", True
        _doubt_nik(drafted, filled, written)
    elif _share(written, lambda text: re.fullmatch("[0-9]{11}", text)) >= 0.9 and (
        "kpj" in known or known & {"kepesertaan", "peserta", "bpjs", "jamsostek", "bpjstk"}
    ):
        drafted.type, drafted.personal = "kpj", True
    elif "kpj" in known and _share(written, lambda text: re.fullmatch("[0-9]{11}", text)) >= 0.5:
        drafted.type, drafted.personal = "kpj", True
        drafted.doubts.append("has cells that are not 11 digits; their rows will be quarantined")
    elif not (_is_flag(drafted, filled, written) or _is_time(drafted, known, filled, written)):
        _decide_number(drafted, known, filled, written)


def _is_running(found: list[str], filled: Sequence[Any], written: list[str]) -> bool:
    """Tell whether the column only counts the rows; it may begin anew on each sheet."""
    if " ".join(found) not in {"no", "no urut", "urut", "no baris", "id", "num", "", "row", "index", "urutan", "no id"}:
        return False
    if not all_digits(written) or len(written) < 2:
        return False
    numbers = [int(text) for text in written]
    steps = sum(b in (a + 1, 1) for a, b in pairwise(numbers))
    return steps >= 0.9 * (len(numbers) - 1)


def _is_nik(known: set[str], written: list[str]) -> bool:
    valid = _share(written, lambda text: reading.parses(reading.normal_nik(text) or "", "nik"))
    named = "nik" in known or {"induk", "kependudukan"} <= known or ("ktp" in known and not known & {"nama", "alamat"})
    if named:
        sixteen = _share(written, lambda text: re.fullmatch("[0-9]{15,17}", reading.normal_nik(text) or ""))
        return max(valid, sixteen) >= 0.5 or _share(written, lambda text: re.search("[eE][+]1", text)) >= 0.3
    return valid >= 0.9 and not known & {"kk", "npwp", "keluarga", "rekening"}


def _doubt_nik(drafted: Drafted, filled: Sequence[Any], written: list[str]) -> None:
    numbers = sum(isinstance(cell, int | float) for cell in filled)
    if numbers:
        drafted.doubts.append(
            f"{numbers} cells are numbers, of which only 15 digits are sure; their rows will be quarantined."
            " Ask the office to format the column as text"
        )
    wrong = sum(not reading.parses(reading.normal_nik(text) or "", "nik") for text in written)
    if wrong:
        drafted.doubts.append(f"{wrong} of {len(written)} are no valid NIK; their rows will be quarantined")


def _is_flag(drafted: Drafted, filled: Sequence[Any], written: list[str]) -> bool:
    seen = {text.lower() for text in written}
    typed = all(isinstance(cell, bool) for cell in filled)
    pair = next((flag for flag in FLAGS if seen <= flag and (len(seen) == 2 or seen & {"ya", "tidak", "true"})), None)
    zero_one = seen <= {"0", "1"} and (drafted.name.startswith(("is_", "has_", "ada_", "apakah_")))
    if not (typed or pair or zero_one):
        return False
    drafted.type, drafted.closed = "flag", True
    return True


def _is_time(drafted: Drafted, known: set[str], filled: Sequence[Any], written: list[str]) -> bool:
    """Recognise dates, months and years; what only looks like one stays text."""
    yearly = known & {"tahun", "ta"} and not known & (words.MONEY | {"bulan", "jumlah", "lama", "masa", "usia"})
    if yearly and _share(written, lambda text: reading.parses(text, "year")) >= 0.9:
        drafted.type = "year"
        return True
    typed = any(isinstance(cell, date) for cell in filled)
    if not typed and known & (words.CODES - {"id"}) and not known & words.DATED:
        return False
    return _is_month(drafted, known, filled, written) or _is_date(drafted, filled, written)


def _is_month(drafted: Drafted, known: set[str], filled: Sequence[Any], written: list[str]) -> bool:
    monthly = bool(known & {"bulan", "periode", "masa"})
    days = [cell.day for cell in filled if isinstance(cell, date)]
    months = find_dates(filled, "month") if monthly or not days else None
    likely = monthly or known & words.DATED or _share(written, lambda text: re.search("[A-Za-z/-]", text)) > 0.9
    if not months or not likely or set(days) - {1}:
        return False
    drafted.type, drafted.spelling = "month", months.spelling
    _doubt_misfits(drafted, months.misfits, "month")
    return True


def _is_date(drafted: Drafted, filled: Sequence[Any], written: list[str]) -> bool:
    dates = find_dates(filled)
    if dates and times_of_day(filled):
        drafted.doubts.append("tells the time of day, so it stays text; is the day alone wanted? then type: date")
    elif dates:
        drafted.type, drafted.spelling = "date", dates.spelling
        _doubt_misfits(drafted, dates.misfits, "date")
        if any(re.fullmatch(r"[0-9]{1,2}[-/. ].*[^0-9][0-9]{2}", text) for text in written):
            drafted.doubts.append("has years of two digits, read as 1931 to 2030; ask for four")
    elif month_first(filled):
        drafted.doubts.append("writes dates with the month before the day, which no spelling reads; ask for 2025-09-30")
    else:
        return False
    return True


def _decide_number(drafted: Drafted, known: set[str], filled: Sequence[Any], written: list[str]) -> None:
    """Recognise amounts, counts and measures; what only looks like a number stays text."""
    plain = [text for text in written if text.isdigit()]
    coded = bool(known & words.CODES) and not known & {"jumlah", "usia"} and not known & (words.MONEY - {"dana"})
    if coded or drafted.personal or any(len(text) > 1 and text[0] == "0" for text in plain):
        _format(drafted, written)
        return
    numbers = find_numbers(filled)
    if numbers is None or numbers.largest >= 1e15:
        _format(drafted, written)
        return
    drafted.spelling = numbers.spelling
    drafted.type = _number_type(drafted, known, numbers)
    if drafted.type == "text":
        _format(drafted, written)
        drafted.spelling = None
    elif numbers.misfits:
        _doubt_misfits(drafted, numbers.misfits, "number")
    if any(text in {"-", "Rp -", "Rp-"} for text in written):
        drafted.doubts.append("has dashes, which are read as 0: is that what they mean?")


def _number_type(drafted: Drafted, known: set[str], numbers: Numbers) -> ColumnType:
    money = bool(known & words.MONEY) and not known & {"persen"}
    counted = bool(known & words.COUNTED) and "rp" not in known
    if not numbers.whole or numbers.negative or known & words.MEASURED:
        if numbers.whole and numbers.negative:
            drafted.doubts.append("has negative numbers, which no amount or count may have: are they right?")
        return "decimal"
    if (
        "rp" in known
        or (numbers.decorated and numbers.largest > 100)
        or (money and not (counted and "jumlah" in known))
    ):
        return "rupiah"
    if money and counted:
        return "rupiah" if numbers.largest >= 100_000 and numbers.rounded else "count"
    if counted or "target" in known:
        return "count" if not (numbers.largest >= 1_000_000 and numbers.rounded) else "rupiah"
    if numbers.largest >= 10_000 and numbers.rounded:
        drafted.doubts.append("looks like an amount in rupiah; or is it a count?")
        return "rupiah"
    if "jumlah" not in known:
        drafted.doubts.append("looks like a count; is it a number to add up, or a code (then drop the type)?")
    return "count"


def _format(drafted: Drafted, written: list[str]) -> None:
    """Set the form that all values of a code share."""
    if drafted.filled < 5:
        return
    if _share(written, REGION.match) >= 0.95:
        drafted.regex = REGION.pattern
    elif all(text.isdigit() for text in written) and len({len(text) for text in written}) == 1 and len(written[0]) > 5:
        if set(drafted.words) & {"hp", "rekening"}:
            return
        drafted.digits = len(written[0])
        drafted.regex = f"^[0-9]{{{drafted.digits}}}$"


def _list_values(drafted: Drafted, found: list[str], written: list[str]) -> None:
    """Set a closed list, where the heading says that values are categories; others are asked about, not quoted."""
    counted = Counter(written)
    few = len(counted) <= LISTED and (len(counted) <= 2 or len(written) >= 2.5 * len(counted))
    if drafted.type == "flag":
        drafted.values = _both(set(counted))
        return
    coded = set(found) & (words.CODES - {"sk"}) or drafted.regex
    if not few or coded or len(written) < 4 or any(len(text) > 40 for text in counted):
        return
    known = {text.upper() for text in counted}
    sex = known <= {"L", "P"} or known <= {"LAKI-LAKI", "PEREMPUAN"} or known <= {"PRIA", "WANITA"}
    if sex or (set(found) & words.LISTS and "nama" not in found) or found == ["l", "p"]:
        # A sample shows what there was, not what there may be: whether the list is closed is for the office to say.
        drafted.values = tuple(sorted(counted))
    elif 1 < len(counted) < len(written) / 3:
        drafted.doubts.append(f"has {len(counted)} values in {len(written)} rows: is it a closed list?")


def _both(seen: set[str]) -> tuple[str, ...]:
    """Return the spellings of yes and no, both of them where the sample has one."""
    lower = {value.lower() for value in seen}
    flag = next((flag for flag in FLAGS if lower <= flag), lower)
    like = str.upper if all(value.isupper() for value in seen) else str.title if min(seen)[0].isupper() else str
    return tuple(sorted(seen | {like(value) for value in flag - lower}))


def _looks_personal(written: list[str]) -> bool:
    pattern = re.compile(r"^(\+?62|0)8[0-9 -]{7,13}$|^[^@\s]+@[^@\s]+\.[a-z]+$")
    return _share(written, lambda text: pattern.match(text) or reading.parses(text, "nik")) >= 0.5


def _doubt_misfits(drafted: Drafted, misfits: int, kind: str) -> None:
    if misfits:
        drafted.doubts.append(f"{misfits} cells are no {kind}; their rows will be quarantined. Should they be empty?")


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {str(key) for key in value} | {key for member in value.values() for key in _keys(member)}
    return {key for member in value for key in _keys(member)} if isinstance(value, list) else set()


def _share(written: Sequence[str], test: Any) -> float:
    return sum(bool(test(text)) for text in written) / len(written) if written else 0.0


def comparable(cell: Any) -> str | None:
    """Return the cell as repeats and keys are compared."""
    return reading.normal(as_text(cell)) if cell is not None else None
