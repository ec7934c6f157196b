"""The page *Mutu data*: what came of each feed, how old what is in force is, what was set aside and why, by month."""

from __future__ import annotations

from collections.abc import Sequence

from cakupan.bilingual import Text, joined, number, same
from cakupan.dashboard.charts import bars
from cakupan.dashboard.content import Basis, Card, Chart, Page, Rows, Section
from cakupan.dashboard.figures import Figures
from cakupan.dashboard.wording import ALL, DELIVERY, NOT_DUE, age, called, month
from cakupan.feeds import Feed
from cakupan.quality.report import FeedLine
from cakupan.reports.content import Cell, Column

COUNTS = ("delivered_rows", "accepted_rows", "quarantined_rows", "duplicate_rows")
COUNT_COLUMNS = (
    Column(Text("Dikirim", "Delivered"), "count"),
    Column(Text("Diterima", "Accepted"), "count"),
    Column(Text("Karantina", "Quarantined"), "count"),
    Column(Text("Berulang", "Repeated"), "count"),
)
DELIVERY_COLUMNS = (
    Column(Text("Kiriman", "Delivery")),
    Column(Text("Keadaan malam ini", "State tonight")),
    Column(Text("Umur yang berlaku", "Age in force")),
    *COUNT_COLUMNS,
)


def every_feed(lines: Sequence[FeedLine], feeds: Sequence[Feed]) -> list[FeedLine]:
    """Return the night's lines, and after them one for each feed that nothing was awaited of and nothing came."""
    there = {line.feed.name for line in lines}
    return [*lines, *(FeedLine(feed, NOT_DUE, {}) for feed in feeds if feed.name not in there)]


def quality_page(figures: Figures, feeds: Sequence[FeedLine]) -> Page:
    """Make the page."""
    due = sum(line.status != NOT_DUE for line in feeds)
    accepted = sum(line.status == "ACCEPTED" for line in feeds)
    rows = {name: sum(line.facts.get(name) or 0 for line in feeds) for name in COUNTS}
    return Page(
        "mutu-data",
        Text("Mutu data", "Data quality"),
        sections=[
            Section(
                "kiriman",
                Text("Semua kiriman malam ini", "All deliveries of the night"),
                words=[
                    Text(
                        "Dikirim = diterima + karantina + berulang. Baris di karantina tidak dihitung sampai pemiliknya"
                        " memperbaiki dan mengirim ulang.",
                        "Delivered = accepted + quarantined + repeated. Quarantined rows are not counted until their"
                        " owner corrects and re-sends them.",
                    )
                ],
                cards=[
                    Card(
                        Text("Kiriman diterima", "Deliveries accepted"),
                        accepted,
                        "count",
                        Text("dari {} kiriman", "of {} deliveries").format(number(due)),
                    ),
                    Card(
                        Text("Terlambat, ditahan, ditolak", "Late, held, rejected"),
                        due - accepted,
                        "count",
                        Text("perlu tindak lanjut", "need somebody"),
                        tone="bad" if due > accepted else "good",
                    ),
                    Card(
                        Text("Baris di karantina", "Rows quarantined"),
                        rows["quarantined_rows"],
                        "count",
                        Text("dari {} baris dikirim", "of {} rows delivered").format(number(rows["delivered_rows"])),
                    ),
                ],
                chart=_chart(feeds),
                tables=[
                    Rows(
                        DELIVERY_COLUMNS,
                        [of_delivery(figures, line) for line in feeds],
                        [ALL, "", "", *(rows[name] for name in COUNTS)],
                        links=[f"#{line.feed.name}" for line in feeds],
                    )
                ],
                basis=[
                    Basis("data_quality_scorecard", f"{feeds[0].feed.agency}|{feeds[0].feed.feed}" if feeds else "")
                ],
            ),
            *(_feed(figures, line) for line in feeds),
        ],
    )


def of_delivery(figures: Figures, line: FeedLine) -> list[Cell]:
    """Return the cells of a feed's night."""
    in_force = figures.in_force.get(line.feed.name)
    return [
        line.feed.title,
        called(DELIVERY, line.status),
        age(figures.night, in_force["in_force"] if in_force else None),
        *(line.facts.get(name) for name in COUNTS),
    ]


def _chart(feeds: Sequence[FeedLine]) -> Chart | None:
    worst = sorted(
        ((line.facts["quarantined_rows"] / line.facts["delivered_rows"], line.feed.title) for line in feeds
         if line.facts.get("delivered_rows") and line.facts["quarantined_rows"]),
        reverse=True,
    )  # fmt: skip
    if not worst:
        return None
    return bars(
        "karantina",
        Text("Bagian baris tiap kiriman yang masuk karantina", "Share of each delivery's rows that were quarantined"),
        [title for _, title in worst],
        [(Text("Karantina", "Quarantined"), [round(share, 4) for share, _ in worst])],
        "share",
    )


def _feed(figures: Figures, line: FeedLine) -> Section:
    feed = line.feed
    in_force = (figures.in_force.get(feed.name) or {}).get("in_force")
    words = [
        Text("{} · {} · umur yang berlaku: {}.", "{} · {} · age of what is in force: {}.").format(
            feed.owner, called(DELIVERY, line.status), age(figures.night, in_force)
        )
    ]
    if line.status == "LATE":
        words.append(
            Text("Belum ada kiriman untuk malam ini; hubungi {}.", "Nothing has come for this night; ask {}.").format(
                feed.owner
            )
        )
    if line.facts.get("reason_code"):
        words.append(Text(line.facts["reason_id"], line.facts["reason_en"]))
    words += line.remarks
    reasons = [
        [
            joined([rule.says, rule.detail] if rule.detail else [rule.says]),
            rule.rule_id,
            "" if rule.on_delivery else rule.failed_rows,
        ]
        for rule in line.broken
    ]
    months = [row for row in figures.months_of_feeds if row["feed"] == feed.name]
    tables = []
    if reasons:
        tables.append(
            Rows(
                [
                    Column(Text("Aturan yang dilanggar", "Rule broken")),
                    Column(Text("Kode", "Code"), "code"),
                    Column(Text("Baris", "Rows"), "count"),
                ],
                reasons,
                caption=Text("Alasan", "Reasons"),
            )
        )
    tables.append(
        Rows(
            [
                Column(Text("Bulan", "Month")),
                Column(Text("Malam", "Nights"), "count"),
                Column(Text("Malam diterima", "Nights accepted"), "count"),
                *COUNT_COLUMNS,
            ],
            [
                [month(row["month"]), row["nights"], row["accepted_nights"], *(row[name] for name in COUNTS)]
                for row in months
            ],
            caption=Text("Riwayat sampai 13 bulan", "History of up to 13 months"),
        )
    )
    return Section(
        feed.name,
        same(feed.title),
        words=words,
        tables=tables,
        folded=True,
        basis=[Basis("data_quality_scorecard", "" if line.status == NOT_DUE else f"{feed.agency}|{feed.feed}")],
    )
