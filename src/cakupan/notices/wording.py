"""How days, numbers and rules are said in Indonesian and in English."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from cakupan import settings
from cakupan.feeds import Feed
from cakupan.quality.derived import AS_TYPED, NO_ERROR, NO_PERSONAL_NUMBER, PLAIN_LETTERS
from cakupan.quality.rule import COMPOUND_UNIQUE, IN_SET, PARSE, UNIQUE, Rule
from cakupan.quality.strict import MONTHS_ID

Language = Literal["id", "en"]


def day(night: date, language: Language) -> str:
    """9 September 2025, with the month's name in the language."""
    month = MONTHS_ID[night.month - 1] if language == "id" else f"{night:%B}"
    return f"{night.day} {month} {night.year}"


def local(moment: datetime) -> str:
    """A moment in the city's time, to the minute."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%d %H:%M WIB")


def number(value: int, language: Language) -> str:
    """A number with its thousands grouped as the language does."""
    return f"{value:,}".replace(",", "." if language == "id" else ",")


def headings(feed: Feed, rule_id: str) -> str:
    """The columns a rule is about, as the agency's file heads them; '' for a rule on whole records."""
    part = rule_id.removeprefix(f"{feed.name}.").split(".")[0]
    names = feed.key if rule_id == f"{feed.name}.key" else (part,)
    return ", ".join(column.header for column in feed.columns if column.name in names)


def says(rule: Rule | None, rule_id: str, language: Language) -> str:
    """The rule's sentence; of a rule that was withdrawn since, its id."""
    if rule is None:
        return rule_id
    return rule.meta.says_id if language == "id" else rule.meta.says


def figure(rule: Rule | None, observed: str, language: Language) -> str:
    """What a rule on the whole delivery saw, where that is a share: 41.67 %; else ''."""
    if rule is None or not str(rule.column).endswith("_share"):
        return ""
    return f"{100 * float(observed):.2f} %".replace(".", "," if language == "id" else ".")


def remedy(feed: Feed, rule: Rule | None, rule_id: str, language: Language) -> str:
    """What an office does about rows that break the rule; '' where the rule's sentence says it all."""
    where = headings(feed, rule_id)
    indonesian, english = _remedy(rule, where, rule_id)
    return indonesian if language == "id" else english


_OF_A_WORD = {
    "readable": (
        "Periksa jumlah kolom, tanda kutip, dan pengodean huruf pada baris itu.",
        "Check the number of columns, the quotes and the encoding of the row.",
    ),
    "as_text": (
        "Format kolomnya sebagai Teks, lalu salin ulang dari sumber asli.",
        "Format the column as Text, then copy it again from the original source.",
    ),
    NO_ERROR: (
        "Perbaiki rumus atau rujukan pada sel itu, lalu isi nilainya.",
        "Mend the formula or the reference in the cell, then fill in its value.",
    ),
    AS_TYPED: (
        "Format kolomnya sebagai Teks, lalu ketik ulang isinya dari sumber asli.",
        "Format the column as Text, then type it again from the original source.",
    ),
    PLAIN_LETTERS: (
        "Hapus karakter yang disebut dan ketik ulang dengan papan ketik biasa.",
        "Remove the character named and type it again on a plain keyboard.",
    ),
    NO_PERSONAL_NUMBER: (
        "Hapus NIK dari kolom itu; NIK hanya boleh di kolomnya sendiri.",
        "Take the NIK out of the column; it belongs in its own column alone.",
    ),
}


def _remedy(rule: Rule | None, where: str, rule_id: str) -> tuple[str, str]:
    kind = rule.type if rule else ""
    if said := _OF_A_WORD.get(rule_id.rpartition(".")[2]):
        return said
    if rule and kind == IN_SET:
        values = ", ".join(map(str, rule.kwargs["value_set"]))
        return f"Isi dengan salah satu dari: {values}.", f"Use one of: {values}."
    if rule and kind == PARSE and rule.kwargs["kind"] == "nik":
        return "Cocokkan dengan KTP atau kartu keluarga.", "Check it against the identity card."
    if kind in (UNIQUE, COMPOUND_UNIQUE):
        return (
            f"Sisakan satu baris untuk setiap {where}; perbaiki atau hapus yang lain.",
            f"Keep one row for each {where}; correct or remove the others.",
        )
    return "", ""
