"""How a rule is said to an office: its columns, its sentence, what it saw, and what to do about it."""

from __future__ import annotations

from cakupan.bilingual import NOTHING, Text, per_cent, same
from cakupan.feeds import Feed
from cakupan.quality.derived import AS_TYPED, NO_ERROR, NO_PERSONAL_NUMBER, PLAIN_LETTERS
from cakupan.quality.rule import COMPOUND_UNIQUE, IN_SET, PARSE, UNIQUE, Rule


def headings(feed: Feed, rule_id: str) -> str:
    """Return the columns a rule is about, as the agency's file heads them; '' for a rule on whole records."""
    part = rule_id.removeprefix(f"{feed.name}.").split(".")[0]
    names = feed.key if rule_id == f"{feed.name}.key" else (part,)
    return ", ".join(column.header for column in feed.columns if column.name in names)


def says(rule: Rule | None, rule_id: str) -> Text:
    """Return the rule's sentence; of a rule that was withdrawn since, its id."""
    return rule.meta.sentence if rule else same(rule_id)


def share_seen(rule: Rule | None, observed: str) -> Text:
    """Return the share that a rule on the whole delivery saw, 41.67 %; nothing where it is about something else."""
    if rule is None or not str(rule.column).endswith("_share"):
        return NOTHING
    return per_cent(float(observed))


_OF_A_WORD = {
    "readable": Text(
        "Periksa jumlah kolom, tanda kutip, dan pengodean huruf pada baris itu.",
        "Check the number of columns, the quotes and the encoding of the row.",
    ),
    "as_text": Text(
        "Format kolomnya sebagai Teks, lalu salin ulang dari sumber asli.",
        "Format the column as Text, then copy it again from the original source.",
    ),
    NO_ERROR: Text(
        "Perbaiki rumus atau rujukan pada sel itu, lalu isi nilainya.",
        "Mend the formula or the reference in the cell, then fill in its value.",
    ),
    AS_TYPED: Text(
        "Format kolomnya sebagai Teks, lalu ketik ulang isinya dari sumber asli.",
        "Format the column as Text, then type it again from the original source.",
    ),
    PLAIN_LETTERS: Text(
        "Hapus karakter yang disebut dan ketik ulang dengan papan ketik biasa.",
        "Remove the character named and type it again on a plain keyboard.",
    ),
    NO_PERSONAL_NUMBER: Text(
        "Hapus NIK dari kolom itu; NIK hanya boleh di kolomnya sendiri.",
        "Take the NIK out of the column; it belongs in its own column alone.",
    ),
}


def remedy(feed: Feed, rule: Rule | None, rule_id: str) -> Text:
    """Return what an office does about rows that break the rule; nothing where the rule's sentence says it all."""
    kind = rule.type if rule else ""
    if said := _OF_A_WORD.get(rule_id.rpartition(".")[2]):
        return said
    if rule and kind == IN_SET:
        return Text("Isi dengan salah satu dari: {}.", "Use one of: {}.").format(
            ", ".join(map(str, rule.kwargs["value_set"]))
        )
    if rule and kind == PARSE and rule.kwargs["kind"] == "nik":
        return Text("Cocokkan dengan KTP atau kartu keluarga.", "Check it against the identity card.")
    if kind in (UNIQUE, COMPOUND_UNIQUE):
        return Text(
            "Sisakan satu baris untuk setiap {}; perbaiki atau hapus yang lain.",
            "Keep one row for each {}; correct or remove the others.",
        ).format(headings(feed, rule_id))
    return NOTHING
