"""What an office is told of a feed before it sends: how, when, what each column holds, what is not let in.

All of it is made from the feed's declaration and its rules; a sheet of the template and a page per agency show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cakupan import settings
from cakupan.bilingual import NOTHING, Text, joined, listed, same
from cakupan.feeds import Column, CsvFormat, Feed, XlsxFormat
from cakupan.onboarding.examples import bad_example, good_example, rules_of
from cakupan.quality.declared import GIVEN
from cakupan.quality.rule import IN_SET, Rule
from cakupan.quality.suite import Suite, load_suite

ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "Unicode (UTF-16)", "cp1252": "Windows-1252 (ANSI)"}
SIGNS = {"\t": Text("tab", "tab"), ",": Text("koma (,)", "comma (,)"), ";": Text("titik koma (;)", "semicolon (;)"),
         "|": Text("garis tegak (|)", "bar (|)")}  # fmt: skip
CADENCES = {
    "snapshot": Text(
        "Setiap malam, selalu seluruh isi: kiriman baru menggantikan kiriman sebelumnya.",
        "Every night, always the whole of it: a delivery takes the place of the one before.",
    ),
    "increment": Text(
        "Setiap malam, hanya yang baru sejak kiriman sebelumnya; semua kiriman dihitung bersama.",
        "Every night, only what is new since the delivery before; all deliveries count together.",
    ),
    "occasional": Text(
        "Hanya bila isinya berubah, dan selalu seluruh isi.",
        "Only when it changes, and always the whole of it.",
    ),
}


@dataclass(frozen=True)
class ColumnGuide:
    """What an office is told of one column."""

    header: str
    about: Text
    required: bool
    rules: tuple[Text, ...]
    choices: tuple[str, ...]
    """The values of its list, where it has one."""
    open_list: bool
    """A value that is not on the list is kept and reported."""
    good: str
    bad: Text
    """A cell that would not be let in; nothing where the column takes anything."""
    why: Text
    """The rule that the bad cell breaks."""


@dataclass(frozen=True)
class Guide:
    """What an office is told of one feed."""

    feed: Feed
    sending: tuple[tuple[Text, Text], ...]
    """What is asked about sending, each with its answer."""
    refused: tuple[Text, ...]
    """What makes the whole delivery be refused."""
    held: tuple[Text, ...]
    """What makes it wait for a person."""
    on_rows: tuple[Text, ...]
    """Rules that are on no single column."""
    columns: tuple[ColumnGuide, ...]


def guide(feed: Feed) -> Guide:
    """Make the guide of a feed. Raises ValueError naming the file of rules that is wrong."""
    suite = load_suite(feed)
    good = good_example(feed, suite)
    return Guide(
        feed=feed,
        sending=tuple(_sending(feed)),
        refused=tuple(_refused(feed)),
        held=tuple(rule.meta.sentence for rule in suite.delivery_rules if _holds(feed, rule)),
        on_rows=(suite.key_rule.meta.sentence, *_across(feed, suite)),
        columns=tuple(_column(suite, column, good[column.name]) for column in feed.columns),
    )


def _holds(feed: Feed, rule: Rule) -> bool:
    """Tell whether an office can do something about the rule: counting rows twice is the house's own affair."""
    others = {"delivery.rows", "delivery.counts_agree", *(() if feed.period else ("delivery.period",))}
    return rule.severity == "critical" and rule.rule_id not in others


def _across(feed: Feed, suite: Suite) -> Iterator[Text]:
    yield Text(
        "Kode dan nomor ditulis dengan huruf dan angka biasa, tanpa karakter yang hanya mirip",
        "Codes and numbers are written in plain letters and digits, without signs that only look like them",
    )
    if any(column.type == "nik" for column in feed.columns):
        yield Text("NIK hanya ada di kolomnya sendiri", "A NIK stands in its own column alone")
    names = {column.name for column in feed.columns}
    for rule in suite.row_rules:
        if rule != suite.readable_rule and rule.rule_id.split(".")[2] not in names:
            yield rule.meta.sentence


def _sending(feed: Feed) -> Iterator[tuple[Text, Text]]:
    yield Text("Kapan", "When"), joined([CADENCES[feed.cadence], _until()])
    yield Text("Bagaimana", "How"), _how(feed)
    yield Text("Bentuk", "Form"), _form(feed)


def _until() -> Text:
    hours = settings.hours()
    return Text(
        "Paling lambat pukul {opening:%H.%M} WIB pada tanggal data; yang datang setelah pukul {cut_off:%H.%M} ikut"
        " malam berikutnya.",
        "By {opening:%H:%M} WIB on the date of the data; what comes after {cut_off:%H:%M} is taken in the next night.",
    ).format(opening=hours.opening, cut_off=hours.cut_off)


def _how(feed: Feed) -> Text:
    if feed.sql:
        return Text(
            "Tidak ada berkas yang dikirim: isi tabel {} dibaca dari basis data Anda. Perbaikan dilakukan di sana.",
            "No file is sent: the table {} is read from your database. Mend it there.",
        ).format(feed.sql.table)
    if feed.rest:
        return Text(
            "Tidak ada berkas yang dikirim: data diambil dari layanan Anda, {}. Perbaikan dilakukan di sistem asal.",
            "No file is sent: the data are asked of your service, {}. Mend them in the system they come from.",
        ).format(feed.rest.path)
    return Text(
        "Taruh berkas di tempat kiriman Anda sebagai {0}/{1}/{1}_TTTTBBHH.{2}; TTTTBBHH adalah tanggal data,"
        " misalnya 20250909. Kiriman ulang memakai nama yang sama dan selalu berisi semua baris.",
        "Put the file where your deliveries go, as {0}/{1}/{1}_YYYYMMDD.{2}; YYYYMMDD is the date of the data, such"
        " as 20250909. What is sent again has the same name and always all rows.",
    ).format(feed.agency, feed.feed, feed.format.extension)


def _form(feed: Feed) -> Text:
    if isinstance(feed.format, CsvFormat):
        zipped = Text(", dimampatkan dengan gzip", ", compressed by gzip") if feed.format.compression else NOTHING
        return Text(
            "Teks CSV, kolom dipisahkan {}, huruf {}{}; baris pertama menyebut nama kolom.",
            "CSV text, columns separated by {}, in {}{}; the first row names the columns.",
        ).format(separator(feed.format), ENCODINGS[feed.format.encoding], zipped)
    if isinstance(feed.format, XlsxFormat):
        sheets = (
            Text("setiap lembar yang terlihat adalah data", "every visible sheet is data")
            if feed.format.sheets == "all"
            else Text("lembar pertama yang terlihat adalah data", "the first visible sheet is the data")
        )
        return Text(
            "Buku kerja XLSX; {}. Judul di atas nama kolom boleh ada.",
            "An XLSX workbook; {}. Titles may stand above the names of the columns.",
        ).format(sheets)
    return Text("Larik JSON dari objek.", "A JSON array of objects.")


def separator(format_: CsvFormat) -> Text:
    """Name the sign between two columns."""
    return SIGNS.get(format_.delimiter, same(format_.delimiter))


def _refused(feed: Feed) -> Iterator[Text]:
    yield Text(
        "Berkas tidak dapat dibaca sampai akhir: terpotong, rusak, dilindungi kata sandi, atau berjenis lain.",
        "The file cannot be read to its end: cut short, damaged, protected by a password, or of another kind.",
    )
    yield Text("Salah satu kolom wajib tidak ada: {}.", "A required column is missing: {}.").format(
        listed([same(column.header) for column in feed.columns if column.required])
    )
    if isinstance(feed.format, CsvFormat):
        yield Text("Hurufnya bukan {}.", "Its letters are not {}.").format(ENCODINGS[feed.format.encoding])
    if not feed.may_be_empty:
        yield Text("Tidak ada satu pun baris data.", "There is not a single row of data.")


def _column(suite: Suite, column: Column, good: str) -> ColumnGuide:
    rules = rules_of(suite, column)
    choices = next((rule for rule in rules if rule.type == IN_SET), None)
    bad = bad_example(suite, column)
    return ColumnGuide(
        header=column.header,
        about=column.told,
        required=column.required,
        rules=tuple(rule.meta.sentence for rule in rules if not rule.rule_id.endswith(f".{GIVEN}")),
        choices=tuple(choices.kwargs["value_set"]) if choices else (),
        open_list=bool(choices and choices.severity == "info"),
        good=good,
        bad=joined([bad[0] if isinstance(bad[0], Text) else same(bad[0])]) if bad else NOTHING,
        why=bad[1].meta.sentence if bad else NOTHING,
    )
