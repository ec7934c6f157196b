"""Findings and observations: the rules, what each found, what proves it, and what is linked to nothing."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from cakupan.bilingual import Text, number, same
from cakupan.reports.content import Cell, Column, Section, Table
from cakupan.reports.dbhcht_figures import DbhchtFigures, Row
from cakupan.reports.spelling import month, spell
from cakupan.reports.texts import BASIS, SEVERITY, WORDS

ON_PAPER = 8
"""Cases of a rule that a page shows; the workbook holds all."""
ADDRESSES_ON_PAPER = 3
SHORT = 8
"""Digits of a pseudonym on paper, which is read; the workbook, from which one goes on, has it whole."""
ADDRESSES_IN_A_CELL = 400


def rules_of(figures: DbhchtFigures, mart: str) -> Section:
    """Return the rules of a mart, what each asks, what it rests on, how many cases it found and of how many rupiah."""
    columns = (
        Column(Text("Kode", "Code"), "code", 30),
        Column(Text("Tingkat", "Severity"), width=13, under=True),
        Column(Text("Apa yang ditemukan", "What it says"), width=70),
        Column(Text("Dasar hukum", "Legal basis"), width=50),
        Column(Text("Keadaan dasar", "State of the basis"), width=36, under=True),
        Column(Text("Banyaknya", "Cases"), "count", 11),
        Column(Text("Nilai", "Amount"), "rupiah", 18),
    )
    rows: list[list[Cell]] = [
        [
            rule["finding_code"], SEVERITY[rule["severity"]], _sentence(rule), rule["legal_basis"],
            BASIS[rule["basis_state"]], rule["cases"], rule["amount_idr"],
        ]
        for rule in figures.rules
        if rule["mart"] == mart
    ]  # fmt: skip
    title, sheet = {
        "audit_findings": (
            Text("Temuan menurut kode", "Findings by code"),
            Text("Temuan", "Findings"),
        ),
        "audit_observations": (
            Text("Pengamatan menurut kode", "Observations by code"),
            Text("Pengamatan", "Observations"),
        ),
    }[mart]
    return Section(title, words=[WORDS[mart]], tables=[Table(columns, rows, sheet=sheet)])


def unlinked(figures: DbhchtFigures) -> Section:
    """List payment orders, postings and recipients that lead nowhere."""
    columns = (
        Column(Text("Yang tidak bertaut", "What is not linked"), width=46),
        Column(Text("Nomor atau bulan", "Number or month"), "code", 58),
        Column(Text("Banyaknya", "Items"), "count", 11),
        Column(Text("Nilai", "Amount"), "rupiah", 18),
    )
    kinds = (
        ("NO_BUDGET_LINE", "sp2d_no", Text("SP2D tanpa baris anggaran", "Payment order without budget line")),
        ("SP2D_NOT_POSTED", "sp2d_no", Text("SP2D tanpa iuran dibukukan", "Payment order with nothing posted")),
        (
            "POSTED_WITHOUT_ORDER",
            "contribution_month",
            Text("Iuran DBHCHT tanpa SP2D", "Posted from DBHCHT under no payment order"),
        ),
        ("MONTHS_NEVER_PAID", "decree_no", Text("Penerima dalam SK, tidak pernah dibayar", "On a decree, never paid")),
    )
    rows: list[list[Cell]] = []
    for code, key, title in kinds:
        for name, cases in _by(key, (row for row in figures.found if row["finding_code"] == code)):
            rows.append(
                [
                    title,
                    month(name) if key == "contribution_month" else name,
                    len(cases),
                    sum(row["amount_idr"] or 0 for row in cases),
                ]
            )
    return Section(
        Text("Yang tidak bertaut", "What is not linked"),
        words=[] if rows else [WORDS["unlinked"]],
        tables=[Table(columns, rows, sheet=Text("Tidak bertaut", "Not linked"))] if rows else [],
    )


def unmapped(figures: DbhchtFigures) -> Section:
    """List codes that no reference list holds, and the rupiah under unknown sources of funds."""
    columns = (
        Column(Text("Sumber", "Feed"), "code", 28),
        Column(Text("Kolom", "Column"), "code", 20, under=True),
        Column(Text("Kode", "Code"), "code", 40),
        Column(Text("Baris", "Rows"), "count", 11),
        Column(Text("Nilai", "Amount"), "rupiah", 18),
        Column(Text("Sejak", "Since"), "date", 12),
    )
    names = ("feed", "column_name", "code", "rows", "amount_idr", "since_on")
    rows: list[list[Cell]] = [[row[name] for name in names] for row in figures.unmapped]
    hops = [
        WORDS["unknown_source"].format(
            hop=row["hop"], amount=same("Rp{}").format(spell(row["difference_idr"], "rupiah"))
        )
        for row in figures.unknown_source
    ]
    return Section(
        Text("Kode yang tidak dikenal", "Codes that nobody knows"),
        words=[WORDS["unmapped" if rows else "mapped"], *hops],
        tables=[Table(columns, rows, sheet=Text("Tidak dikenal", "Unmapped"))] if rows else [],
    )


def evidence(figures: DbhchtFigures) -> list[Section]:
    """Return what each rule found: on paper the first cases of each, in the workbook all."""
    columns = (
        Column(Text("Kode", "Code"), "code", 30),
        Column(Text("Kunci temuan", "Finding key"), "code", 36),
        Column(Text("Tingkat", "Severity"), width=13),
        Column(Text("Perangkat daerah", "Office"), width=34),
        Column("SP2D", "code", 58),
        Column(Text("SK", "Decree"), "code", 26),
        Column(Text("Pekerja (samaran)", "Worker (pseudonym)"), "code", 40),
        Column(Text("Bulan", "Month"), "code", 10),
        Column(Text("Nilai", "Amount"), "rupiah", 18),
        Column(Text("Penjelasan", "Explanation"), width=100),
        Column(Text("Bukti (kiriman:lembar:baris)", "Evidence (delivery:sheet:row)"), "code", 60),
        Column(Text("Baris anggaran", "Budget line"), "code", 64),
        Column(Text("Seharusnya", "Expected"), "rupiah", 18),
        Column(Text("Kenyataannya", "Actual"), "rupiah", 18),
        Column(Text("Kenyataannya dikurangi seharusnya", "Actual less expected"), "rupiah", 18),
    )
    everything: list[list[Cell]] = [
        [
            row["finding_code"], row["finding_key"], SEVERITY[row["severity"]], figures.office_of_case(row),
            row["sp2d_no"], row["decree_no"], _pseudonym(row),
            month(row["contribution_month"]), row["amount_idr"], row["explanation"],
            _addresses(row["evidence"], ADDRESSES_IN_A_CELL), _line(row),
            *(row.get(name) for name in ("expected_idr", "actual_idr", "difference_idr")),
        ]
        for row in figures.found
    ]  # fmt: skip
    on_paper = [
        _cases(figures, rule, [row for row in figures.found if row["finding_code"] == rule["finding_code"]])
        for rule in figures.rules
        if rule["cases"]
    ]
    words = WORDS["evidence"].format(most=ON_PAPER)
    table = Table(columns, everything, sheet=Text("Bukti", "Evidence"), on_paper=False)
    return [Section(Text("Kasus dan buktinya", "Cases and their evidence"), words=[words], tables=[*on_paper, table])]


def _cases(figures: DbhchtFigures, rule: Row, cases: list[Row]) -> Table:
    columns = (
        Column(Text("Dokumen, bulan, pekerja", "Document, month, worker"), "code", 26),
        Column("", "code", under=True),
        Column("", "code", under=True),
        Column(Text("Nilai", "Amount"), "rupiah"),
        Column(Text("Penjelasan", "Explanation"), width=50),
        Column(Text("Bukti", "Evidence"), "code", under=True),
        Column(Text("Kunci temuan", "Finding key"), "code", under=True),
    )
    rows: list[list[Cell]] = []
    for row in cases[:ON_PAPER]:
        names: list[str | None] = [
            row["sp2d_no"],
            row["decree_no"],
            month(row["contribution_month"]),
            figures.office_of_case(row),
            _line(row),
            (_pseudonym(row) or "")[:SHORT],
        ]
        first, second, *rest = [name for name in names if name] + [None, None]
        rows.append(
            [
                first, second, " · ".join(name for name in rest if name) or None, row["amount_idr"], row["explanation"],
                _addresses(row["evidence"], ADDRESSES_ON_PAPER), row["finding_key"],
            ]
        )  # fmt: skip
    more = len(cases) - len(rows)
    return Table(
        columns,
        rows,
        caption=same("{} · {}").format(rule["finding_code"], _sentence(rule)),
        note=Text("… dan {} kasus lagi.", "… and {} more cases.").format(number(more)) if more else "",
    )


def _sentence(rule: Row) -> Text:
    """Return what a rule says, in both languages."""
    return Text(rule["sentence_id"], rule["sentence_en"])


def _pseudonym(row: Row) -> str | None:
    """Return the worker's key as the marts have it, or the membership's where no worker is known."""
    key = row["worker_key"] or row["membership_key"]
    return str(key) if key else None


def _line(row: Row) -> str | None:
    """Return the budget line, where the case is about one and not about a payment order."""
    line = [str(row[name]) for name in ("skpd_code", "sub_activity_code", "account_code") if row[name]]
    if len(line) < 3 or row["sp2d_no"]:
        return None
    year = row.get("fiscal_year")
    return " · ".join([str(year), *line] if year else line)


def _addresses(addresses: list[str], most: int) -> Text:
    more = len(addresses) - most
    shown = ", ".join(addresses[:most])
    return same(shown) if more <= 0 else same("{}, … +{}").format(shown, number(more))


def _by(key: str, rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    ordered = sorted(rows, key=lambda row: row[key] or "")
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda row: row[key] or "")]
