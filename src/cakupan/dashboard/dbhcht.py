"""The page *DBHCHT*: where the money went, what does not fit, who is protected by it, and what the rest would buy."""

from __future__ import annotations

from cakupan.bilingual import Text, number, per_cent, rupiah
from cakupan.dashboard.cells import counted, money, shown, total
from cakupan.dashboard.charts import bars, flows
from cakupan.dashboard.content import Basis, Card, Page, Rows, Section, WhatIf
from cakupan.dashboard.figures import Figures
from cakupan.dashboard.findings import findings, lapsed, protection
from cakupan.dashboard.lapses import lapses
from cakupan.dashboard.wording import ALL
from cakupan.reports.content import Cell, Column

AMOUNTS = ("budget_idr", "disbursed_idr", "posted_idr", "unposted_idr", "remaining_idr")


def dbhcht_page(figures: Figures) -> Page:
    """Make the page."""
    sums = {name: total(line[name] for line in figures.lines) for name in AMOUNTS}
    return Page(
        "dbhcht",
        Text("DBHCHT {}", "DBHCHT {}").format(str(figures.year)),
        sections=[
            section
            for section in (
                _headline(figures, sums),
                _flow(figures, sums),
                _absorption(figures, sums),
                protection(figures),
                findings(figures),
                lapses(figures, "DBHCHT"),
                lapsed(figures),
                _what_if(figures, sums),
            )
            if section
        ],
    )


def _headline(figures: Figures, sums: dict[str, int | None]) -> Section:
    budget, paid = sums["budget_idr"], sums["disbursed_idr"]
    year_gone = figures.night.timetuple().tm_yday / (366 if figures.year % 4 == 0 else 365)
    protected = next((row for row in figures.protection if row["protection_status"] == "PROTECTED"), None)
    return Section(
        "uang",
        Text("Dari pagu sampai pekerja", "From the budget to the workers"),
        cards=[
            Card(
                Text("Serapan", "Absorbed"),
                paid / budget if budget and paid is not None else None,
                "share",
                Text(
                    "{} cair dari pagu {}; tahun berjalan {}", "{} paid out of a budget of {}; {} of the year is gone"
                ).format(money(paid), money(budget), per_cent(year_gone)),
            ),
            Card(
                Text("Belum dibukukan BPJS", "Not posted by BPJS"),
                sums["unposted_idr"],
                "rupiah",
                Text("dari {} yang cair", "of {} paid out").format(money(paid)),
                tone="bad" if sums["unposted_idr"] else "good",
            ),
            Card(
                Text("Sisa pagu", "Budget left"),
                sums["remaining_idr"],
                "rupiah",
                Text("dari pagu {}", "of a budget of {}").format(money(budget)),
            ),
            *(
                [
                    Card(
                        Text("Bulan perlindungan", "Months of protection"),
                        shown(protected, "worker_months"),
                        "count",
                        Text("bulan-pekerja terlindungi, {} pekerja", "worker-months protected, of {} workers").format(
                            counted(protected["workers"])
                        ),
                    )
                ]
                if protected
                else []
            ),
        ],
        basis=[_basis(figures)],
    )


def _basis(figures: Figures) -> Basis:
    if not figures.lines:
        return Basis("dbhcht_reconciliation")
    line = max(figures.lines, key=lambda one: abs(one["unposted_idr"] or 0))
    return Basis(
        "dbhcht_reconciliation",
        f"{figures.year}|{line['skpd_code']}|{line['sub_activity_code']}|{line['account_code']}",
    )


def _by_office(figures: Figures) -> list[tuple[str, dict[str, int | None]]]:
    """Return each office's amounts, the largest budget first."""
    names = sorted({figures.office_name(line["skpd_code"]) for line in figures.lines})
    offices = [
        (
            name,
            {
                amount: total(line[amount] for line in figures.lines if figures.office_name(line["skpd_code"]) == name)
                for amount in AMOUNTS
            },
        )
        for name in names
    ]
    return sorted(offices, key=lambda one: -(one[1]["budget_idr"] or 0))


def _flow(figures: Figures, sums: dict[str, int | None]) -> Section | None:
    """Follow the rupiah: budget, offices, payment orders, what BPJS posted, and for whom."""
    if None in sums.values():
        return None
    budget = Text("Pagu", "Budget")
    over = Text("Di luar pagu", "Beyond the budget")
    paid = Text("Cair (SP2D)", "Paid out (SP2D)")
    left = Text("Belum cair", "Not paid out")
    posted = Text("Dibukukan BPJS", "Posted by BPJS")
    unposted = Text("Belum dibukukan", "Not posted")
    links: list[tuple[Text | str, Text | str, int]] = []
    for name, amounts in _by_office(figures):
        office = _short(figures, name)
        budgeted, spent = amounts["budget_idr"] or 0, amounts["disbursed_idr"] or 0
        links += [
            (budget, office, budgeted),
            (over, office, max(spent - budgeted, 0)),
            (office, paid, spent),
            (office, left, max(budgeted - spent, 0)),
        ]
    all_posted = min(sums["posted_idr"] or 0, sums["disbursed_idr"] or 0)
    links += [(paid, posted, all_posted), (paid, unposted, max(sums["unposted_idr"] or 0, 0))]
    protected = next((row for row in figures.protection if row["protection_status"] == "PROTECTED"), None)
    if protected and not protected["worker_months_hidden"]:
        for_protected = min(protected["posted_amount_idr"] or 0, all_posted)
        links += [
            (
                posted,
                Text("{} bulan-pekerja terlindungi", "{} worker-months protected").format(
                    number(protected["worker_months"])
                ),
                for_protected,
            ),
            (posted, Text("Di luar SK atau tak dikenal", "Off the decree or unknown"), all_posted - for_protected),
        ]
    links = [link for link in links if link[2] > 0]
    return Section(
        "aliran",
        Text("Aliran uang", "How the money flows"),
        words=[
            Text(
                "Lebar aliran adalah rupiah. “Di luar pagu” adalah pencairan di atas pagu perangkat daerahnya.",
                "The width of a flow is rupiah. “Beyond the budget” is what was paid out above an office's budget.",
            )
        ],
        chart=flows(
            "aliran", Text("Aliran DBHCHT dari pagu ke bulan-pekerja", "DBHCHT from budget to worker-months"), links
        ),
        tables=[
            Rows(
                [Column(Text("Dari", "From")), Column(Text("Ke", "To")), Column(Text("Jumlah", "Amount"), "rupiah")],
                [list(link) for link in links],
            )
        ],
        folded=True,
        basis=[_basis(figures), Basis("dbhcht_lineage")],
    )


def _short(figures: Figures, office: str) -> str:
    return next(
        (str(row["short_name"]) for row in figures.agencies.values() if row["agency_name"] == office),
        office,
    )


def _absorption(figures: Figures, sums: dict[str, int | None]) -> Section:
    offices = _by_office(figures)
    budget = sums["budget_idr"]
    return Section(
        "serapan",
        Text("Serapan dan selisih per perangkat daerah", "Absorption and differences by office"),
        words=[
            Text(
                "Sisa yang kurang dari nol: cair melebihi pagu. Belum dibukukan yang kurang dari nol: BPJS membukukan"
                " lebih dari yang cair.",
                "Less than nothing left: more was paid out than budgeted. Less than nothing not posted: BPJS posted"
                " more than was paid out.",
            )
        ],
        chart=bars(
            "serapan",
            Text("Bagian pagu yang cair tiap perangkat daerah", "Share of the budget paid out, by office"),
            [_short(figures, name) for name, _ in offices],
            [
                (
                    Text("Serapan", "Absorbed"),
                    [_share(amounts["disbursed_idr"], amounts["budget_idr"]) for _, amounts in offices],
                )
            ],
            "share",
        ),
        tables=[
            Rows(
                [
                    Column(Text("Perangkat daerah", "Office")),
                    Column(Text("Sub kegiatan", "Sub-activity")),
                    Column(Text("Pagu", "Budget"), "rupiah"),
                    Column(Text("Cair", "Paid out"), "rupiah"),
                    Column(Text("Dibukukan BPJS", "Posted by BPJS"), "rupiah"),
                    Column(Text("Belum dibukukan", "Not posted"), "rupiah"),
                    Column(Text("Sisa", "Left"), "rupiah"),
                    Column(Text("Serapan", "Absorbed"), "share"),
                ],
                [
                    [
                        figures.office_name(line["skpd_code"]),
                        line["sub_activity_name"] or line["sub_activity_code"],
                        *(line[name] for name in AMOUNTS),
                        line["absorption_rate"],
                    ]
                    for line in sorted(figures.lines, key=lambda one: -abs(one["unposted_idr"] or 0))
                ],
                [ALL, "", *(sums[name] for name in AMOUNTS), _share(sums["disbursed_idr"], budget)],
            )
        ],
        basis=[_basis(figures)],
    )


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if whole and part is not None else None


def _what_if(figures: Figures, sums: dict[str, int | None]) -> Section | None:
    tariff, left = figures.tariff["amount_idr"], sums["remaining_idr"]
    if not tariff or left is None:
        return None
    months = 13 - figures.night.month
    rows: list[list[Cell]] = []
    for workers in (50, 100, 250, 500, 1000):
        cost = workers * months * tariff
        rows.append([workers, months, cost, left - cost])
    return Section(
        "andai",
        Text("Andai menambah pekerja", "What if workers were added"),
        words=[
            Text(
                "Tarif yang berlaku dari DBHCHT: {} per pekerja per bulan (JKK dan JKM; {}). Sisa pagu {} cukup untuk"
                " {} bulan-pekerja.",
                "Tariff in force from DBHCHT: {} a worker and month (JKK and JKM; {}). The budget left, {}, buys {}"
                " worker-months.",
            ).format(rupiah(tariff), figures.tariff["legal_basis"] or "", rupiah(left), number(max(left, 0) // tariff))
        ],
        what_if=WhatIf(tariff, left, months),
        tables=[
            Rows(
                [
                    Column(Text("Pekerja baru", "New workers"), "count"),
                    Column(Text("Bulan", "Months"), "count"),
                    Column(Text("Biaya", "Cost"), "rupiah"),
                    Column(Text("Sisa pagu sesudahnya", "Budget left then"), "rupiah"),
                ],
                rows,
            )
        ],
        basis=[_basis(figures)],
    )
