"""Whom DBHCHT protects, and what the rules found: by status, by code and office."""

from __future__ import annotations

from collections.abc import Sequence

from cakupan.bilingual import Text, same
from cakupan.dashboard.cells import shown
from cakupan.dashboard.charts import bars
from cakupan.dashboard.content import Basis, Card, Rows, Section
from cakupan.dashboard.figures import Figures, Row
from cakupan.dashboard.wording import ALL, NO_OFFICE, PROTECTION, SEVERITY, called, small_cells
from cakupan.reports.content import Cell, Column


def protection(figures: Figures) -> Section:
    """Show how many workers and months are protected, and what of the others."""
    return Section(
        "perlindungan",
        Text("Siapa yang terlindungi", "Who is protected"),
        words=[small_cells()],
        tables=[
            Rows(
                [
                    Column(Text("Keadaan", "State")),
                    Column(Text("Bulan-pekerja", "Worker-months"), "count"),
                    Column(Text("Pekerja", "Workers"), "count"),
                    Column(Text("Terutang", "Due"), "rupiah"),
                    Column(Text("Dibukukan", "Posted"), "rupiah"),
                ],
                [
                    [
                        called(PROTECTION, row["protection_status"]),
                        shown(row, "worker_months"),
                        *(shown(row, name, "worker_months") for name in ("workers", "due_idr", "posted_amount_idr")),
                    ]
                    for row in figures.protection
                ],
            )
        ],
        basis=[Basis("dbhcht_lineage")],
    )


def findings(figures: Figures) -> Section:
    """Show findings and observations by rule and office."""
    totals = [row for row in figures.findings if row["is_total"] and row["mart"] == "audit_findings"]
    return Section(
        "temuan",
        Text("Temuan menurut kode dan perangkat daerah", "Findings by code and office"),
        words=[
            Text(
                "Temuan adalah pertanyaan kepada perangkat daerah, bukan putusan. Beberapa aturan dapat menunjuk"
                " rupiah yang sama: jumlahnya tidak boleh ditambahkan.",
                "A finding is a question to the office, not a verdict. Several rules can point at the same rupiah:"
                " amounts must not be added up over rules.",
            ),
            small_cells(),
        ],
        chart=bars(
            "temuan",
            Text("Banyaknya temuan menurut aturan", "Findings by rule"),
            [row["finding_code"] for row in totals],
            [(Text("Temuan", "Findings"), [row["findings"] for row in totals])],
        )
        if totals
        else None,
        tables=[
            _rules(figures, "audit_findings", Text("Temuan", "Findings")),
            _rules(
                figures, "audit_observations", Text("Pengamatan, bukan penyimpangan", "Observations, no irregularities")
            ),
        ],
        basis=[Basis("audit_findings")],
    )


def _rules(figures: Figures, mart: str, caption: Text) -> Rows:
    rows: list[list[Cell]] = []
    for row in figures.findings:
        if row["mart"] != mart:
            continue
        alone = row["is_total"] and _only_across_offices(figures.findings, row)
        if row["is_total"]:
            where: Text = ALL
        elif row["skpd_code"]:
            where = same(figures.office_name(row["skpd_code"]))
        else:
            where = NO_OFFICE
        if not alone:
            rows.append(
                [
                    Text(row["sentence_id"], row["sentence_en"]),
                    row["finding_code"],
                    called(SEVERITY, row["severity"]),
                    where,
                    shown(row, "findings"),
                    shown(row, "amount_idr", "findings"),
                ]
            )
    return Rows(
        [
            Column(Text("Aturan", "Rule")),
            Column(Text("Kode", "Code"), "code"),
            Column(Text("Tingkat", "Severity")),
            Column(Text("Perangkat daerah", "Office")),
            Column(Text("Temuan", "Findings"), "count"),
            Column(Text("Rupiah", "Rupiah"), "rupiah"),
        ],
        rows,
        caption=caption,
    )


def _only_across_offices(findings: Sequence[Row], every: Row) -> bool:
    """Tell whether a rule's total would only repeat its one row."""
    same_rule = [
        row for row in findings
        if (row["finding_code"], row["fiscal_year"]) == (every["finding_code"], every["fiscal_year"])
    ]  # fmt: skip
    return len(same_rule) == 2


def lapsed(figures: Figures) -> Section | None:
    """Show how many lapsed once DBHCHT paid no longer."""
    row = next(
        (one for one in figures.findings if one["finding_code"] == "LAPSED_AFTER_FUNDING" and one["is_total"]), None
    )
    if row is None:
        return None
    return Section(
        "sesudah",
        Text("Putus sesudah pembiayaan berakhir", "Lapsed after the funding ended"),
        cards=[
            Card(
                Text("Putus sesudah DBHCHT berakhir", "Lapsed after DBHCHT ended"),
                shown(row, "findings"),
                "count",
                Text("peserta; {}", "participants; {}").format(Text(row["sentence_id"], row["sentence_en"])),
            )
        ],
        basis=[Basis("audit_observations")],
    )
