"""What an office is told of all its feeds, as one document: a page of the documentation, and a PDF to hand out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cakupan import settings
from cakupan.bilingual import Language, Text, joined, same
from cakupan.feeds import Feed, load_feeds
from cakupan.onboarding.guide import ColumnGuide, Guide, guide
from cakupan.reports.content import Column, Report, Section, Table
from cakupan.reports.spelling import said, spell

PAGES = settings.PROJECT / "docs" / "pengiriman"
COLUMNS = (
    Column(Text("Kolom", "Column"), width=20),
    Column(Text("Arti", "Meaning"), width=30),
    Column(Text("Wajib", "Required"), width=12),
    Column(Text("Aturan", "Rules"), width=40),
    Column(Text("Contoh benar", "Good example"), "code", width=22),
    Column(Text("Contoh salah", "Bad example"), "code", width=22),
)
INTRODUCTION = Text(
    "Halaman ini dibuat dari deklarasi dan aturan yang dipakai memeriksa kiriman setiap malam. Templat isian:"
    " cakupan feed template.",
    "This page is made from the declarations and rules by which deliveries are checked each night. A template to fill"
    " in: cakupan feed template.",
)


def agency_guide(feeds: Sequence[Feed], language: Language = "id") -> Report:
    """Make the guide of an office from the feeds of its agency."""
    owner, agency = feeds[0].owner, feeds[0].agency
    title = Text("Panduan mengirim data", "How to send data")
    return Report(
        name=f"panduan-{agency}" if language == "id" else f"guide-{agency}",
        language=language,
        title=title,
        subtitle=owner,
        facts=[(Text("Dasar", "Made from"), INTRODUCTION)],
        cards=[(Text("Sumber data", "Feeds"), len(feeds), "count")],
        sections=[section for feed in feeds for section in _sections(guide(feed))],
        footer=Text("{} · {}", "{} · {}").format(title, owner),
    )


def _sections(told: Guide) -> Iterator[Section]:
    feed = told.feed
    yield Section(
        title=f"{feed.title} ({feed.name})",
        points=[Text("{}: {}", "{}: {}").format(question, answer) for question, answer in told.sending],
        tables=[Table(COLUMNS, [_row(column) for column in told.columns])],
    )
    yield Section(
        title=Text("{}: yang membuatnya tidak diterima", "{}: what keeps it out").format(feed.title),
        points=[
            *(Text("Seluruh kiriman ditolak: {}", "Refused whole: {}").format(why) for why in told.refused),
            *(Text("Ditahan bila tidak terpenuhi: {}.", "Held unless: {}.").format(why) for why in told.held),
            *(
                Text("Baris masuk karantina bila tidak terpenuhi: {}.", "A row is quarantined unless: {}.").format(why)
                for why in told.on_rows
            ),
        ],
    )


def _row(column: ColumnGuide) -> list[Text | str]:
    required = Text("ya", "yes") if column.required else Text("tidak", "no")
    return [column.header, column.about, required, joined(column.rules, "; "), column.good, column.bad or same("")]


def markdown(report: Report, switch: tuple[str, str]) -> str:
    """Write the document as a page of the documentation; `switch` names its twin in the other language and where."""
    language = report.language
    lines = [
        f"# {said(report.title, language)}: {said(report.subtitle, language)}",
        "",
        f"[{switch[0]}]({switch[1]})",
        "",
    ]
    lines += [said(words, language) for _, words in report.facts]
    for section in report.sections:
        lines += ["", f"## {said(section.title, language)}", ""]
        lines += [f"- {said(point, language)}" for point in section.points]
        for table in section.tables:
            lines += ["", *_table(table, language)]
    return "\n".join(lines) + "\n"


def _table(table: Table, language: Language) -> Iterator[str]:
    yield f"| {' | '.join(said(column.title, language) for column in table.columns)} |"
    yield "|---" * len(table.columns) + "|"
    for row in table.rows:
        cells = [
            f"`{text}`" if column.kind == "code" and cell else text
            for column, cell in zip(table.columns, row, strict=True)
            for text in ["" if cell == same("") else spell(cell, column.kind).in_language(language).replace("|", "\\|")]
        ]
        yield f"| {' | '.join(cells)} |"


def pages() -> dict[Path, str]:
    """Make every agency's page in both languages, by where it lies."""
    made = {}
    for agency, feeds in by_agency().items():
        indonesian, english = PAGES / f"{agency}.md", PAGES / "en" / f"{agency}.md"
        made[indonesian] = markdown(agency_guide(feeds), ("English", f"en/{agency}.md"))
        made[english] = markdown(agency_guide(feeds, "en"), ("Bahasa Indonesia", f"../{agency}.md"))
    return made


def by_agency() -> dict[str, list[Feed]]:
    """Return the feeds of each agency."""
    found: dict[str, list[Feed]] = {}
    for feed in load_feeds(settings.FEEDS):
        found.setdefault(feed.agency, []).append(feed)
    return found
