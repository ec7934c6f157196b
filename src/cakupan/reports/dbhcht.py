"""The DBHCHT audit report of a fiscal year: from the figures of a night to sections of words and tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from cakupan.bilingual import Language, Text, day, same
from cakupan.reports.content import Bar, Cell, Column, Report, Section, Table, Words
from cakupan.reports.dbhcht_figures import DbhchtFigures, Row
from cakupan.reports.evidence import evidence, rules_of, unlinked, unmapped
from cakupan.reports.spelling import month, spell
from cakupan.reports.texts import LIMITS, PROTECTION, WORDS

NEWEST_ON_PAPER = 4
"""Deliveries of a feed that a page lists; the workbook lists all."""


def dbhcht_report(figures: DbhchtFigures, year: int, language: Language, known_at: str | None = None) -> Report:
    """Make the report in the language; `known_at` is the moment it was asked for, an ISO time, or None for now."""
    found = sum(rule["cases"] for rule in figures.rules if rule["mart"] == "audit_findings")
    observed = sum(rule["cases"] for rule in figures.rules if rule["mart"] == "audit_observations")
    total = _total(figures.lines)
    return Report(
        name=f"dbhcht-{year}-{figures.night}" + ("-en" if language == "en" else ""),
        language=language,
        title=Text("Laporan audit DBHCHT", "DBHCHT audit report"),
        subtitle=Text(
            f"Iuran Jaminan Sosial Ketenagakerjaan dari Dana Bagi Hasil Cukai Hasil Tembakau, tahun anggaran {year}",
            f"Employment social security contributions paid from the tobacco excise share, fiscal year {year}",
        ),
        facts=_facts(figures, known_at),
        cards=(
            (Text("Pagu", "Budget"), total["budget_idr"], "rupiah"),
            (Text("Realisasi (SP2D)", "Paid out (SP2D)"), total["disbursed_idr"], "rupiah"),
            (Text("Dibukukan BPJS", "Posted by BPJS"), total["posted_idr"], "rupiah"),
            (Text("Belum dibukukan", "Not posted"), total["unposted_idr"], "rupiah"),
            (Text("Sisa pagu", "Budget left"), total["remaining_idr"], "rupiah"),
            (Text("Serapan", "Absorption"), total["absorption_rate"], "share"),
            (Text("Temuan", "Findings"), found, "count"),
            (Text("Pengamatan", "Observations"), observed, "count"),
        ),
        sections=(
            _money(figures, total),
            _orders(figures),
            unlinked(figures),
            unmapped(figures),
            _protection(figures),
            rules_of(figures, "audit_findings"),
            rules_of(figures, "audit_observations"),
            *evidence(figures),
            _restated(figures),
            _deliveries(figures),
            Section(
                Text("Untuk apa laporan ini tidak boleh dipakai", "What this report must not be used for"),
                points=LIMITS,
            ),
        ),
        footer=Text(
            f"Laporan audit DBHCHT {year} · malam {figures.night:%d-%m-%Y} · run {figures.run_id}",
            f"DBHCHT audit report {year} · night of {figures.night} · run {figures.run_id}",
        ),
    )


def _facts(figures: DbhchtFigures, known_at: str | None) -> list[tuple[Words, Words]]:
    signed = figures.checkpoint
    known = spell(datetime.fromisoformat(known_at), "moment") if known_at else Text("saat ini", "now")
    return [
        (Text("Malam", "Night"), day(figures.night)),
        (
            Text("Terbit", "Published"),
            same("{} · run {}").format(spell(figures.published_at, "moment"), figures.run_id),
        ),
        (Text("Sebagaimana diketahui", "As known"), known),
        (
            Text("Titik periksa bertanda tangan", "Signed checkpoint"),
            same("{} · {} · {} · {}").format(
                signed["origin"], signed["size"], signed["root"], spell(signed["signed_at"], "moment")
            )
            if signed
            else Text("belum ada titik periksa", "no checkpoint yet"),
        ),
        *((Text("Angka kosong, bukan nol", "Empty, not zero"), _reason(row)) for row in figures.undelivered),
    ]


def _reason(undelivered: Row) -> Text:
    """Tell why the figures that need a feed are empty."""
    return Text(undelivered["reason_id"], undelivered["reason_en"])


def _total(lines: list[Row]) -> Row:
    names = ("budget_idr", "disbursed_idr", "posted_idr", "unposted_idr", "remaining_idr")
    total: Row = {name: _sum(line[name] for line in lines) for name in names}
    paid, budget = total["disbursed_idr"], total["budget_idr"]
    total["absorption_rate"] = round(paid / budget, 6) if budget and paid is not None else None
    return total


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Return the sum, empty where one of the amounts is: a part that nobody delivered makes no total."""
    known = list(amounts)
    return None if not known or None in known else sum(amount for amount in known if amount is not None)


def _money(figures: DbhchtFigures, total: Row) -> Section:
    columns = (
        Column(Text("Perangkat daerah", "Office"), width=34),
        Column(Text("Kode SKPD", "Office code"), "code", 24, under=True),
        Column(Text("Sub kegiatan", "Sub-activity"), "code", 20, under=True),
        Column(Text("Nama sub kegiatan", "Name of the sub-activity"), width=44, under=True),
        Column(Text("Rekening", "Account"), "code", 20, under=True),
        Column(Text("Pagu", "Budget"), "rupiah", 18),
        Column(Text("Realisasi", "Paid out"), "rupiah", 18),
        Column(Text("Dibukukan", "Posted"), "rupiah", 18),
        Column(Text("Belum dibukukan", "Not posted"), "rupiah", 18),
        Column(Text("Sisa pagu", "Budget left"), "rupiah", 18),
        Column(Text("Serapan", "Absorption"), "share", 11),
    )
    amounts = ("budget_idr", "disbursed_idr", "posted_idr", "unposted_idr", "remaining_idr", "absorption_rate")
    names = ("skpd_code", "sub_activity_code", "sub_activity_name", "account_code")
    rows = [[figures.office(line), *(line[n] for n in names), *(line[n] for n in amounts)] for line in figures.lines]
    return Section(
        Text("Uang per perangkat daerah dan baris anggaran", "The money by office and budget line"),
        words=[WORDS["money"], *(same("{}.").format(_reason(row)) for row in figures.undelivered)],
        tables=[
            Table(
                columns,
                rows,
                [Text("Jumlah", "Total"), "", "", "", "", *(total[n] for n in amounts)],
                Text("Pagu", "Budget"),
            )
        ],
        bars=[
            Bar(
                figures.office(row),
                row["absorption_rate"],
                Text("belum diketahui", "not known")
                if None in (row["budget_idr"], row["disbursed_idr"])
                else Text("tanpa pagu", "without budget"),
            )
            for row in figures.lines
        ],
        bars_caption=Text("Realisasi terhadap pagu per baris anggaran", "Paid out of the budget, by budget line"),
    )


def _orders(figures: DbhchtFigures) -> Section:
    columns = (
        Column("SP2D", "code", 58),
        Column(Text("Perangkat daerah", "Office"), width=34, under=True),
        Column(Text("SK", "Decree"), "code", 26, under=True),
        Column(Text("Kode iuran", "Billing code"), "code", 16, under=True),
        Column(Text("Kode temuan", "Finding codes"), "code", 50, under=True),
        Column(Text("Tanggal", "Date"), "date", 12),
        Column(Text("Periode", "Period"), "date", 18),
        Column(Text("Nilai", "Amount"), "rupiah", 18),
        Column(Text("Dibukukan", "Posted"), "rupiah", 18),
        Column(Text("Selisih", "Difference"), "rupiah", 18),
        Column(Text("Orang-bulan SK", "Person-months"), "count", 12),
    )

    def row(order: Row) -> list[Cell]:
        period = f"{month(order['first_month'])}\N{EN DASH}{month(order['last_month'])}"
        return [
            order["sp2d_no"], figures.office(order), order["decree_no"], order["billing_code"], order["codes"],
            order["sp2d_date"], period, *(order[name] for name in amounts),
        ]  # fmt: skip

    amounts = ("amount_idr", "posted_idr", "difference_idr", "person_months")
    paid, months = (sum(order[name] for order in figures.orders) for name in ("amount_idr", "person_months"))
    # What is posted has no total here: orders that share a billing code show the same postings.
    total: list[Cell] = [Text("Jumlah", "Total"), *[""] * 6, paid, "", "", months]
    return Section(
        Text("SP2D dan selisihnya", "Payment orders and their differences"),
        words=[WORDS["orders"]],
        tables=[
            Table(
                columns,
                [row(order) for order in figures.orders],
                total,
                "SP2D",
            )
        ],
    )


def _protection(figures: DbhchtFigures) -> Section:
    columns = (
        Column(Text("Keadaan", "State"), width=46),
        Column(Text("Kode", "Code"), "code", 16, under=True),
        Column(Text("Orang-bulan", "Person-months"), "count"),
        Column(Text("Pekerja", "Workers"), "count"),
        Column(Text("Seharusnya", "Due"), "rupiah", 18),
        Column(Text("Dibukukan", "Posted"), "rupiah", 18),
    )
    rows: list[list[Cell]] = [
        [
            PROTECTION[row["protection_status"]], row["protection_status"], row["person_months"],
            row["workers"],
            row["due_idr"], row["posted_idr"],
        ]
        for row in figures.protection
    ]  # fmt: skip
    return Section(
        Text("Apa yang terjadi pada setiap pekerja dan bulan", "What became of each worker and month"),
        words=[WORDS["protection"]],
        tables=[Table(columns, rows, sheet=Text("Perlindungan", "Protection"))],
    )


def _restated(figures: DbhchtFigures) -> Section:
    columns = (
        Column(Text("Angka", "Figure"), "code", 22),
        Column(Text("Relasi", "Mart"), "code", 24, under=True),
        Column(Text("Baris", "Row"), "code", 60, under=True),
        Column(Text("Sebelum", "Before"), width=18),
        Column(Text("Sesudah", "After"), width=18),
        Column(Text("Terbit", "Published"), "moment", 20),
        Column(Text("Karena kiriman", "Because of"), width=50),
    )
    shown = [row for row in figures.restated if row["relation"] == "dbhcht_reconciliation"]
    rows = [
        [
            row["figure"], row["relation"], row["row_key"], row["value_before"], row["value_after"],
            row["published_at"], "; ".join(row["deliveries"]),
        ]
        for row in shown
    ]  # fmt: skip
    others = {name: len(list(rows)) for name, rows in groupby(sorted(r["relation"] for r in figures.restated))}
    beside = ", ".join(f"{name} {count}" for name, count in others.items() if name != "dbhcht_reconciliation")
    also = Text(f"Selain itu berubah: {beside}.", f"Changed as well: {beside}.") if beside else ""
    return Section(
        Text("Angka yang dinyatakan ulang", "Restated figures"),
        words=[also] if also else [] if figures.restated else [WORDS["restated"]],
        tables=[Table(columns, rows, sheet=Text("Dinyatakan ulang", "Restated"))] if rows else [],
    )


def _deliveries(figures: DbhchtFigures) -> Section:
    columns = (
        Column(Text("Sumber", "Feed"), "code", 28),
        Column("SHA-256", "code", 66, under=True),
        Column(Text("Kiriman", "Delivery"), "code", 10),
        Column(Text("Tanggal", "Date"), "date", 12),
        Column(Text("Diterima", "Accepted"), "count", 12),
        Column(Text("Karantina", "Quarantined"), "count", 12),
        Column(Text("Berulang", "Repeated"), "count", 12),
    )
    rows: list[list[Cell]] = [
        [
            row["feed"], row["sha256"], str(row["delivery_id"]), row["business_date"], row["accepted_rows"],
            row["quarantined_rows"], row["duplicate_rows"],
        ]
        for row in figures.deliveries
    ]  # fmt: skip
    newest = [row for _, of_feed in groupby(rows, key=lambda row: row[0]) for row in list(of_feed)[-NEWEST_ON_PAPER:]]
    more = len(rows) - len(newest)
    earlier = Text(f"… dan {more} kiriman terdahulu di buku kerja.", f"… and {more} earlier ones in the workbook.")
    return Section(
        Text("Kiriman yang menjadi dasar", "Deliveries that the figures rest on"),
        words=[WORDS["deliveries"]],
        tables=[
            Table(columns, newest, note=earlier if more else ""),
            Table(columns, rows, sheet=Text("Kiriman", "Deliveries"), on_paper=False),
        ],
    )
