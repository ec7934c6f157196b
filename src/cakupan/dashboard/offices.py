"""The page *Perangkat daerah* and one for each office: its workers, its pledge, what it answers for, its deliveries."""

from __future__ import annotations

from collections.abc import Sequence

from cakupan.bilingual import Text, same
from cakupan.dashboard.cells import counted, shown, total
from cakupan.dashboard.charts import bars
from cakupan.dashboard.content import Basis, Card, Page, Rows, Section
from cakupan.dashboard.deliveries import DELIVERY_COLUMNS, of_delivery
from cakupan.dashboard.duties import aid, construction, outreach
from cakupan.dashboard.figures import Figures, Row
from cakupan.dashboard.shares import by_roster, of_roster
from cakupan.dashboard.wording import ALL, category, small_cells
from cakupan.lineage.figure_feeds import figure_feeds
from cakupan.quality.report import FeedLine
from cakupan.reports.content import Cell, Column

PLEDGE_COLUMNS = (
    Column(Text("Komitmen", "Pledge")),
    Column(Text("Indikator", "Indicator")),
    Column(Text("Capaian", "Reached"), "count"),
    Column(Text("dari target", "of target"), "count"),
    Column(Text("Kemajuan", "Progress"), "share"),
    Column(Text("Batas waktu", "Due"), "date"),
)


def offices_page(figures: Figures) -> Page:
    """Make the page that leads to each office."""
    pledged = [[figures.agency_name(row["agency_code"]), *_pledge(row)] for row in figures.commitments]
    return Page(
        "perangkat-daerah",
        Text("Perangkat daerah", "Offices"),
        sections=[
            Section(
                "semua",
                Text("Halaman tiap perangkat daerah", "A page for each office"),
                points=[
                    (same(str(agency["agency_name"])), f"{page_name(code)}.html")
                    for code, agency in sorted(figures.agencies.items(), key=lambda one: str(one[1]["agency_name"]))
                ],
            ),
            by_roster(figures),
            Section(
                "komitmen",
                Text("Komitmen rapat koordinasi", "Pledges of the coordination meeting"),
                words=[
                    Text(
                        "Yang paling jauh dari target lebih dulu. Indikator berbeda-beda: bukan peringkat.",
                        "The furthest from its target first. Indicators differ: this is no ranking.",
                    )
                ],
                tables=[
                    Rows(
                        (Column(Text("Perangkat daerah", "Office")), *PLEDGE_COLUMNS),
                        pledged,
                        links=[f"{page_name(row['agency_code'])}.html" for row in figures.commitments],
                    )
                ],
                basis=[_basis_of_pledge(figures.commitments)],
            ),
        ],
    )


def page_name(agency: str) -> str:
    """Return the name of an office's page."""
    return f"perangkat-daerah-{agency}"


def office_pages(figures: Figures, feeds: Sequence[FeedLine]) -> list[Page]:
    """Make a page for each office that delivers, pledged or has a roster."""
    return [
        Page(
            page_name(code),
            same(figures.agency_name(code)),
            sections=[section for section in _sections(figures, feeds, code) if section],
            parent="perangkat-daerah",
        )
        for code in figures.agencies
    ]


def _sections(figures: Figures, feeds: Sequence[FeedLine], code: str) -> list[Section | None]:
    skpd = figures.agencies[code]["skpd_code"]
    counted_by = {
        mart: figure_feeds().marts[mart].figures[column][0].partition(".")[0]
        for mart, column in (
            ("aid_eligibility", "application_no"),
            ("outreach_conversion", "event_id"),
            ("construction_compliance", "project_id"),
        )
    }
    projects = [
        row for row in figures.projects
        if code == counted_by["construction_compliance"] or (skpd and row["owner_agency"] == skpd)
    ]  # fmt: skip
    return [
        _roster(figures, code),
        _pledges(figures, code),
        _money(figures, skpd),
        aid(figures) if code == counted_by["aid_eligibility"] else None,
        construction(projects, figures) if projects else None,
        outreach(figures) if code == counted_by["outreach_conversion"] else None,
        _deliveries(figures, feeds, code),
    ]


def _roster(figures: Figures, code: str) -> Section | None:
    roster = next((row for row in figures.rosters if row["agency_code"] == code), None)
    if roster is None:
        return None
    categories = [row for row in figures.categories if row["agency_code"] == code]
    names = [category(row["worker_category"]) for row in categories]
    return Section(
        "pekerja",
        Text("Pekerja dalam daftar", "Workers on the roster"),
        words=[
            Text("{} dari {} pekerja terlindungi, {} belum.", "{} of {} workers are covered, {} are not.").format(
                *(
                    _said(cell)
                    for cell in (
                        shown(roster, "active_participants"),
                        shown(roster, "registered_workers"),
                        shown(roster, "not_covered", "active_participants"),
                    )
                )
            ),
            small_cells(),
        ],
        cards=[
            Card(
                Text("Cakupan daftar", "Coverage of the roster"),
                shown(roster, "coverage_rate", "active_participants"),
                "share",
                Text("dari {} pekerja dalam daftar", "of {} workers on the roster").format(
                    _said(shown(roster, "registered_workers"))
                ),
            ),
            Card(
                Text("Belum terlindungi", "Not covered"),
                shown(roster, "not_covered", "active_participants"),
                "count",
                Text("pekerja untuk didaftarkan", "workers to be registered"),
                tone="bad",
            ),
        ],
        chart=bars(
            "pekerja",
            Text("Pekerja terlindungi dan belum menurut kategori", "Workers covered and not, by category"),
            names,
            [
                (Text("Terlindungi", "Covered"), [row["active_participants"] for row in categories]),
                (Text("Belum terlindungi", "Not covered"), [row["not_covered"] for row in categories]),
            ],
            stacked=True,
        )
        if any(row["active_participants"] is not None for row in categories)
        else None,
        tables=[
            Rows(
                [
                    Column(Text("Kategori", "Category")),
                    Column(Text("Dalam daftar", "On the roster"), "count"),
                    Column(Text("Terlindungi", "Covered"), "count"),
                    Column(Text("Belum", "Not covered"), "count"),
                    Column(Text("Cakupan", "Coverage"), "share"),
                ],
                [[name, *of_roster(row)] for name, row in zip(names, categories, strict=True)],
                [ALL, *of_roster(roster)],
            )
        ],
        basis=[Basis("coverage_by_agency", f"{code}|{categories[0]['worker_category']}")],
    )


def _said(cell: Cell) -> Text:
    return cell if isinstance(cell, Text) else counted(cell if isinstance(cell, int) else None)


def _pledge(row: Row) -> list[Cell]:
    return [
        row["commitment"],
        row["indicator"],
        shown(row, "actual"),
        row["target"],
        shown(row, "progress", "actual"),
        row["due_date"],
    ]


def _basis_of_pledge(rows: Sequence[Row]) -> Basis:
    return Basis("commitment_progress", f"{rows[0]['agency_code']}|{rows[0]['commitment']}" if rows else "")


def _pledges(figures: Figures, code: str) -> Section | None:
    rows = [row for row in figures.commitments if row["agency_code"] == code]
    if not rows:
        return None
    return Section(
        "komitmen",
        Text("Komitmen dan kemajuannya", "Its pledge and progress"),
        words=[Text("Capaian kosong: tidak ada kiriman yang mengukurnya.", "Nothing reached: no delivery measures it.")]
        if any(row["actual"] is None and not row["actual_hidden"] for row in rows)
        else [],
        tables=[Rows(PLEDGE_COLUMNS, [_pledge(row) for row in rows])],
        basis=[_basis_of_pledge(rows)],
    )


def _money(figures: Figures, skpd: str | None) -> Section | None:
    lines = [line for line in figures.lines if skpd and line["skpd_code"] == skpd]
    if not lines:
        return None
    names = ("budget_idr", "disbursed_idr", "posted_idr", "unposted_idr", "remaining_idr")
    first = lines[0]
    return Section(
        "dbhcht",
        Text("Uang DBHCHT tahun {}", "DBHCHT money of {}").format(str(figures.year)),
        tables=[
            Rows(
                [
                    Column(Text("Sub kegiatan", "Sub-activity")),
                    Column(Text("Pagu", "Budget"), "rupiah"),
                    Column(Text("Cair", "Paid out"), "rupiah"),
                    Column(Text("Dibukukan BPJS", "Posted by BPJS"), "rupiah"),
                    Column(Text("Belum dibukukan", "Not posted"), "rupiah"),
                    Column(Text("Sisa", "Left"), "rupiah"),
                ],
                [
                    [line["sub_activity_name"] or line["sub_activity_code"], *(line[name] for name in names)]
                    for line in lines
                ],
                [ALL, *(total(line[name] for line in lines) for name in names)],
            )
        ],
        basis=[
            Basis(
                "dbhcht_reconciliation",
                f"{figures.year}|{first['skpd_code']}|{first['sub_activity_code']}|{first['account_code']}",
            )
        ],
    )


def _deliveries(figures: Figures, feeds: Sequence[FeedLine], code: str) -> Section | None:
    lines = [line for line in feeds if line.feed.agency == code]
    if not lines:
        return None
    return Section(
        "kiriman",
        Text("Kirimannya", "Its deliveries"),
        tables=[
            Rows(
                DELIVERY_COLUMNS,
                [of_delivery(figures, line) for line in lines],
                links=[f"mutu-data.html#{line.feed.name}" for line in lines],
            )
        ],
        basis=[Basis("data_quality_scorecard", next((f"{code}|{one.feed.feed}" for one in lines if one.facts), ""))],
    )
