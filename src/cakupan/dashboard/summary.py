"""The page *Ringkasan*: where coverage stands, what needs somebody, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cakupan.bilingual import Text, day, number
from cakupan.dashboard.cells import change, counted, money, shown, signed, spelled, total
from cakupan.dashboard.charts import lines
from cakupan.dashboard.content import Basis, Card, Page, Rows, Section
from cakupan.dashboard.figures import Figures, Row
from cakupan.dashboard.lapses import lapses
from cakupan.dashboard.shares import by_roster, by_sector, by_source, places
from cakupan.dashboard.wording import COMPLIANCE, DENOMINATORS, NOT_DUE, month, since
from cakupan.quality.report import FeedLine
from cakupan.reports.content import Cell, Column, Kind

NEWEST = 31
"""Nights that the trend shows one by one; of earlier months it shows the last."""


def summary_page(figures: Figures, feeds: Sequence[FeedLine]) -> Page:
    """Make the page."""
    return Page(
        "index",
        Text("Ringkasan", "Summary"),
        sections=[
            _headline(figures),
            _attention(figures, feeds),
            _changes(figures),
            _trend(figures),
            by_sector(figures),
            by_source(figures),
            by_roster(figures),
            places(figures),
            lapses(figures),
        ],
    )


def _headline(figures: Figures) -> Section:
    spent = figures.totals[figures.night]
    budget = total(line["budget_idr"] for line in figures.lines)
    cards = [
        Card(
            Text("Cakupan: {}", "Coverage: {}").format(DENOMINATORS[row["denominator_code"]]),
            shown(row, "coverage_rate", "active_participants"),
            "share",
            Text("{} peserta aktif dari {} orang · {}", "{} active participants of {} persons · {}").format(
                counted(row["active_participants"]), counted(row["denominator"]), row["denominator_source"]
            ),
        )
        for row in figures.headline
    ]
    first = figures.headline[0] if figures.headline else None
    if first:
        cards.append(
            Card(
                Text("Kurang dari target", "Short of the target"),
                shown(first, "gap_to_target", "active_participants"),
                "count",
                Text("orang; target {} tahun {}", "persons; target of {} in {}").format(
                    counted(first["target_participants"]), str(figures.year)
                ),
                tone="bad" if first["gap_to_target"] else "good",
            )
        )
    if budget:
        paid = spent["disbursed_idr"]
        cards.append(
            Card(
                Text("Serapan DBHCHT", "DBHCHT absorbed"),
                None if paid is None else paid / budget,
                "share",
                Text("{} cair dari pagu {}", "{} paid out of a budget of {}").format(money(paid), money(budget)),
                link="dbhcht.html",
            )
        )
    return Section(
        "cakupan",
        Text("Cakupan pekerja kota", "Coverage of the city's workers"),
        words=[
            Text(
                "Dua penyebut memberi dua angka yang tidak boleh dibandingkan satu sama lain. Di luar hitungan: {}"
                " peserta yang berdomisili di luar kota, dan {} tenaga proyek konstruksi, yang adalah hitungan"
                " kepala.",
                "Two denominators give two rates that must not be compared with each other. Not counted: {}"
                " participants who live elsewhere, and {} workers of construction projects, which are heads and not"
                " persons.",
            ).format(counted(first["outside_city_participants"]), counted(first["jakon_headcount"]))
        ]
        if first
        else [],
        cards=cards,
        basis=[Basis("universal_coverage", row["denominator_code"]) for row in figures.headline],
    )


def _attention(figures: Figures, feeds: Sequence[FeedLine]) -> Section:
    """List what needs somebody, the most workers and money first."""
    points: list[tuple[Text, str]] = []
    for row in figures.rosters[:3]:
        if row["not_covered"]:
            points.append(
                (
                    Text("{}: {} dari {} pekerja belum terlindungi.", "{}: {} of {} workers are not covered.").format(
                        figures.agency_name(row["agency_code"]),
                        number(row["not_covered"]),
                        counted(row["registered_workers"]),
                    ),
                    f"perangkat-daerah-{row['agency_code']}.html",
                )
            )
    coming = [row for row in figures.lapse_months if row["lapse_month"] > f"{figures.night:%Y%m}"]
    if soon := next((row for row in coming if row["participants"]), None):
        points.append(
            (
                Text(
                    "{} kepesertaan mandiri atau dibayari berakhir pada {} bila iuran tidak dibayar.",
                    "{} memberships of workers outside employment end in {} unless contributions are paid.",
                ).format(number(soon["participants"]), month(soon["lapse_month"])),
                "#putus",
            )
        )
    critical = [row for row in figures.findings if row["is_total"] and row["severity"] == "critical"]
    if critical:
        points.append(
            (
                Text(
                    "{} aturan kritis dilanggar dalam belanja DBHCHT; belum dibukukan BPJS: {}.",
                    "{} critical rules are broken in DBHCHT spending; not posted by BPJS: {}.",
                ).format(number(len(critical)), money(total(line["unposted_idr"] for line in figures.lines))),
                "dbhcht.html#temuan",
            )
        )
    for status in ("NOT_REGISTERED", "UNDERPAID"):
        projects = [row for row in figures.projects if row["status"] == status]
        if projects:
            points.append(
                (
                    Text("{} proyek konstruksi: {}.", "{} construction projects: {}.").format(
                        number(len(projects)), COMPLIANCE[status]
                    ),
                    "perangkat-daerah-pupr.html#konstruksi",
                )
            )
    late = [line.feed.title for line in feeds if line.status not in ("ACCEPTED", NOT_DUE)]
    if late:
        points.append(
            (
                Text(
                    "{} kiriman terlambat, ditahan, atau ditolak: {}.", "{} deliveries late, held or rejected: {}."
                ).format(number(len(late)), ", ".join(late)),
                "mutu-data.html",
            )
        )
    return Section(
        "perhatian",
        Text("Yang perlu ditindaklanjuti pagi ini", "What needs somebody this morning"),
        words=[] if points else [Text("Tidak ada.", "Nothing.")],
        points=points,
    )


def _changes(figures: Figures) -> Section:
    earlier = [figures.before] + ([figures.month_began] if figures.month_began != figures.before else [])
    now = _measures(figures, figures.night)
    then = [_measures(figures, night) for night in earlier]
    columns = [Column(Text("Ukuran", "Measure")), Column(day(figures.night), "count")]
    for night in earlier:
        columns += [
            Column(day(night) if night else Text("Kemarin", "Yesterday"), "count"),
            Column(since(night), "count"),
        ]
    rows = []
    for name, (value, kind) in now.items():
        row: list[Cell] = [name, spelled(value, kind)]
        for measures in then:
            was = measures[name][0] if name in measures else None
            row += [spelled(was, kind), signed(change(value, was), kind)]
        rows.append(row)
    return Section(
        "perubahan",
        Text("Yang berubah", "What changed"),
        words=[
            Text(
                "Dibandingkan dengan malam terbit sebelumnya dan malam pertama bulan ini, sebagaimana kini diketahui.",
                "Compared with the published night before and the first night of this month, as they are known now.",
            )
            if figures.before
            else Text("Belum ada malam terbit sebelumnya.", "No night was published before.")
        ],
        tables=[Rows(columns, rows)],
        basis=[Basis("universal_coverage"), Basis("dbhcht_reconciliation"), Basis("audit_findings")],
    )


def _measures(figures: Figures, night: date | None) -> dict[Text, tuple[int | None, Kind]]:
    """Return what is compared from night to night."""
    coverage = figures.of(night)
    if not night or not coverage:
        return {}
    row, paid = coverage[0], figures.totals[night]
    return {
        Text("Peserta aktif kota", "Active participants of the city"): (row["active_participants"], "count"),
        Text("Kurang dari target", "Short of the target"): (row["gap_to_target"], "count"),
        Text("Peserta berdomisili di luar kota", "Participants who live elsewhere"): (
            row["outside_city_participants"],
            "count",
        ),
        Text("DBHCHT cair", "DBHCHT paid out"): (paid["disbursed_idr"], "rupiah"),
        Text("DBHCHT dibukukan BPJS", "DBHCHT posted by BPJS"): (paid["posted_idr"], "rupiah"),
        Text("Sisa pagu DBHCHT", "DBHCHT budget left"): (paid["remaining_idr"], "rupiah"),
        Text("Temuan", "Findings"): (paid["findings"], "count"),
    }


def _trend(figures: Figures) -> Section:
    chosen = _nights_of_trend(sorted({row["as_of_date"] for row in figures.nights}))
    codes = sorted({row["denominator_code"] for row in figures.nights})
    by_night: dict[tuple[date, str], Row] = {
        (row["as_of_date"], row["denominator_code"]): row for row in figures.nights
    }
    columns = [Column(Text("Malam", "Night")), Column(Text("Peserta aktif", "Active participants"), "count")]
    columns += [Column(DENOMINATORS[code], "share") for code in codes]
    columns.append(Column(Text("Kurang dari target", "Short of the target"), "count"))
    rows: list[list[Cell]] = []
    for night in reversed(chosen):
        of_night = [row for code in codes if (row := by_night.get((night, code)))]
        rows.append(
            [
                day(night),
                shown(of_night[0], "active_participants"),
                *(shown(row, "coverage_rate", "active_participants") for row in of_night),
                shown(of_night[0], "gap_to_target", "active_participants"),
            ]
        )
    return Section(
        "tren",
        Text("Tren cakupan", "Trend of coverage"),
        words=[
            Text(
                "{} malam terakhir satu per satu, sebelumnya akhir tiap bulan.",
                "The last {} nights one by one, of months before the last night.",
            ).format(number(NEWEST))
        ],
        chart=lines(
            "tren",
            Text("Cakupan menurut dua penyebut dari malam ke malam", "Coverage by both denominators, night by night"),
            [day(night) for night in chosen],
            [
                (DENOMINATORS[code], [(by_night.get((night, code)) or {}).get("coverage_rate") for night in chosen])
                for code in codes
            ],
        ),
        tables=[Rows(columns, rows)],
        folded=True,
        basis=[Basis("universal_coverage", codes[0] if codes else "")],
    )


def _nights_of_trend(nights: Sequence[date]) -> list[date]:
    last_of_month = {(night.year, night.month): night for night in nights}
    return [night for night in nights if night in nights[-NEWEST:] or night == last_of_month[night.year, night.month]]
