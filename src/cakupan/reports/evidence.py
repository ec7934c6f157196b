"""Findings and observations: the rules, what each found, what proves it, and what is linked to nothing."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from cakupan.reports.content import Cell, Column, Language, Section, Table
from cakupan.reports.figures import Figures, Row
from cakupan.reports.spelling import month, spell
from cakupan.reports.texts import BASIS, SEVERITY, WORDS, Say

ON_PAPER = 8
"""Cases of a rule that a page shows; the workbook holds all."""
ADDRESSES_ON_PAPER = 3
ADDRESSES_IN_A_CELL = 400


def rules_of(figures: Figures, mart: str, language: Language, say: Say) -> Section:
    """The rules of a mart, what each asks, what it rests on, how many cases it found and of how many rupiah."""
    columns = (
        Column(say("Kode", "Code"), "code", 30),
        Column(say("Tingkat", "Severity"), width=13, under=True),
        Column(say("Apa yang ditemukan", "What it says"), width=70),
        Column(say("Dasar hukum", "Legal basis"), width=50),
        Column(say("Keadaan dasar", "State of the basis"), width=36, under=True),
        Column(say("Banyaknya", "Cases"), "count", 11),
        Column(say("Nilai", "Amount"), "rupiah", 18),
    )
    rows: list[list[Cell]] = [
        [
            rule["finding_code"], say(*SEVERITY[rule["severity"]]), rule[f"sentence_{language}"], rule["legal_basis"],
            say(*BASIS[rule["basis_state"]]), rule["cases"], rule["amount_idr"],
        ]
        for rule in figures.rules
        if rule["mart"] == mart
    ]  # fmt: skip
    title, sheet = {
        "audit_findings": (
            say("Temuan menurut kode", "Findings by code"),
            say("Temuan", "Findings"),
        ),
        "audit_observations": (
            say("Pengamatan menurut kode", "Observations by code"),
            say("Pengamatan", "Observations"),
        ),
    }[mart]
    return Section(title, words=[say(*WORDS[mart])], tables=[Table(columns, rows, sheet=sheet)])


def unlinked(figures: Figures, smallest_count: int, say: Say) -> Section:
    """Payment orders, postings and recipients that lead nowhere."""
    columns = (
        Column(say("Yang tidak bertaut", "What is not linked"), width=46),
        Column(say("Nomor atau bulan", "Number or month"), "code", 58),
        Column(say("Banyaknya", "Items"), "count", 11),
        Column(say("Nilai", "Amount"), "rupiah", 18),
    )
    kinds = (
        ("NO_BUDGET_LINE", "sp2d_no", say("SP2D tanpa baris anggaran", "Payment order without budget line")),
        ("SP2D_NOT_POSTED", "sp2d_no", say("SP2D tanpa iuran dibukukan", "Payment order with nothing posted")),
        (
            "POSTED_WITHOUT_ORDER",
            "contribution_month",
            say("Iuran DBHCHT tanpa SP2D", "Posted from DBHCHT under no payment order"),
        ),
        ("MONTHS_NEVER_PAID", "decree_no", say("Penerima dalam SK, tidak pernah dibayar", "On a decree, never paid")),
    )
    rows: list[list[Cell]] = []
    for code, key, title in kinds:
        for number, cases in _by(key, (row for row in figures.found if row["finding_code"] == code)):
            persons = key != "sp2d_no"
            count = len(cases)
            rows.append(
                [
                    title,
                    month(number) if key == "contribution_month" else number,
                    f"<{smallest_count}" if persons and count < smallest_count else count,
                    sum(row["amount_idr"] or 0 for row in cases),
                ]
            )
    return Section(
        say("Yang tidak bertaut", "What is not linked"),
        words=[] if rows else [say(*WORDS["unlinked"])],
        tables=[Table(columns, rows, sheet=say("Tidak bertaut", "Not linked"))] if rows else [],
    )


def unmapped(figures: Figures, language: Language, say: Say) -> Section:
    """Codes that no reference list holds, and the rupiah under unknown sources of funds."""
    columns = (
        Column(say("Sumber", "Feed"), "code", 28),
        Column(say("Kolom", "Column"), "code", 20, under=True),
        Column(say("Kode", "Code"), "code", 40),
        Column(say("Baris", "Rows"), "count", 11),
        Column(say("Nilai", "Amount"), "rupiah", 18),
        Column(say("Sejak", "Since"), "date", 12),
    )
    names = ("feed", "column_name", "code", "rows", "amount_idr", "since_on")
    rows: list[list[Cell]] = [[row[name] for name in names] for row in figures.unmapped]
    hops = [
        say(*WORDS["unknown_source"]).format(
            hop=row["hop"], amount=f"Rp{spell(row['difference_idr'], 'rupiah', language)}"
        )
        for row in figures.unknown_source
    ]
    return Section(
        say("Kode yang tidak dikenal", "Codes that nobody knows"),
        words=[say(*WORDS["unmapped" if rows else "mapped"]), *hops],
        tables=[Table(columns, rows, sheet=say("Tidak dikenal", "Unmapped"))] if rows else [],
    )


def evidence(figures: Figures, language: Language, say: Say) -> list[Section]:
    """What each rule found: on paper the first cases of each, in the workbook all."""
    columns = (
        Column(say("Kode", "Code"), "code", 30),
        Column(say("Tingkat", "Severity"), width=13),
        Column("SP2D", "code", 58),
        Column(say("SK", "Decree"), "code", 26),
        Column(say("Pekerja (samaran)", "Worker (pseudonym)"), "code", 18),
        Column(say("Bulan", "Month"), "code", 10),
        Column(say("Nilai", "Amount"), "rupiah", 18),
        Column(say("Penjelasan", "Explanation"), width=100),
        Column(say("Bukti (kiriman:lembar:baris)", "Evidence (delivery:sheet:row)"), "code", 60),
        Column(say("Baris anggaran", "Budget line"), "code", 64),
    )
    everything: list[list[Cell]] = [
        [
            row["finding_code"], say(*SEVERITY[row["severity"]]), row["sp2d_no"], row["decree_no"], _pseudonym(row),
            month(row["contribution_month"]), row["amount_idr"], row["explanation"],
            _addresses(row["evidence"], ADDRESSES_IN_A_CELL, language), _line(row),
        ]
        for row in figures.found
    ]  # fmt: skip
    on_paper = [
        _cases(rule, [row for row in figures.found if row["finding_code"] == rule["finding_code"]], language, say)
        for rule in figures.rules
        if rule["cases"]
    ]
    words = say(*WORDS["evidence"]).format(most=ON_PAPER)
    table = Table(columns, everything, sheet=say("Bukti", "Evidence"), on_paper=False)
    return [Section(say("Kasus dan buktinya", "Cases and their evidence"), words=[words], tables=[*on_paper, table])]


def _cases(rule: Row, cases: list[Row], language: Language, say: Say) -> Table:
    columns = (
        Column(say("Dokumen, bulan, pekerja", "Document, month, worker"), "code", 26),
        Column("", "code", under=True),
        Column("", "code", under=True),
        Column(say("Nilai", "Amount"), "rupiah"),
        Column(say("Penjelasan", "Explanation"), width=50),
        Column(say("Bukti", "Evidence"), "code", under=True),
    )
    rows: list[list[Cell]] = []
    for row in cases[:ON_PAPER]:
        names: list[str | None] = [
            row["sp2d_no"],
            row["decree_no"],
            month(row["contribution_month"]),
            _line(row),
            _pseudonym(row),
        ]
        first, second, *rest = [name for name in names if name] + [None, None]
        rows.append(
            [
                first, second, " · ".join(name for name in rest if name) or None, row["amount_idr"], row["explanation"],
                _addresses(row["evidence"], ADDRESSES_ON_PAPER, language),
            ]
        )  # fmt: skip
    more = len(cases) - len(rows)
    return Table(
        columns,
        rows,
        caption=f"{rule['finding_code']} · {rule[f'sentence_{language}']}",
        note=say(f"… dan {spell(more, 'count', language)} kasus lagi.", f"… and {more:,} more cases.") if more else "",
    )


def _pseudonym(row: Row) -> str | None:
    """The first eight digits of the worker's key, or of the membership's where no worker is known."""
    key = row["worker_key"] or row["membership_key"]
    return str(key)[:8] if key else None


def _line(row: Row) -> str | None:
    """The budget line, where the case is about one and not about a payment order."""
    line = [str(row[name]) for name in ("skpd_code", "sub_activity_code", "account_code") if row[name]]
    if len(line) < 3 or row["sp2d_no"]:
        return None
    year = row.get("fiscal_year")
    return " · ".join([str(year), *line] if year else line)


def _addresses(addresses: list[str], most: int, language: Language) -> str:
    more = len(addresses) - most
    shown = ", ".join(addresses[:most])
    return shown if more <= 0 else f"{shown}, … +{spell(more, 'count', language)}"


def _by(key: str, rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    ordered = sorted(rows, key=lambda row: row[key] or "")
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda row: row[key] or "")]
