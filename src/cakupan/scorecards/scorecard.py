"""The scorecard of an office as a report: four shares with their arithmetic, deliveries, problems, thirteen months."""

from __future__ import annotations

from cakupan.bilingual import Language, Text, day, number
from cakupan.reports.content import Cell, Column, Kind, Report, Section, Table
from cakupan.scorecards.figures import TIMELY_NIGHTS, OfficeFigures, Problem
from cakupan.sources import fix_workbook_name

PROBLEMS_SHOWN = 15
NAMES = {"id": "rapor", "en": "scorecard"}
STATES = {
    "ACCEPTED": Text("diterima", "accepted"), "HELD": Text("ditahan", "held"), "REJECTED": Text("ditolak", "rejected"),
    "LATE": Text("terlambat", "late"), "UNCHANGED": Text("tidak berubah", "unchanged"),
    "AWAITED": Text("ditunggu", "awaited"), "ARRIVED": Text("sudah datang", "arrived"),
    "FAILED": Text("gagal di pihak kami", "failed on our side"),
}  # fmt: skip
MEASURES = (
    Column(Text("Ukuran", "Measure"), width=16),
    Column(Text("Hitungannya", "Arithmetic"), width=40),
    Column(Text("Bagian", "Part"), "count"),
    Column(Text("Seluruhnya", "Whole"), "count"),
    Column(Text("Hasil", "Result"), "share"),
)
COMPLETENESS, VALIDITY = Text("Kelengkapan", "Completeness"), Text("Keabsahan", "Validity")
TIMELINESS, COVERAGE = Text("Ketepatan waktu", "Timeliness"), Text("Cakupan", "Coverage")


def file_name(agency: str, figures: OfficeFigures, language: Language) -> str:
    """Name the scorecard's files, without ending."""
    return f"{NAMES[language]}-{agency}-{figures.night:%Y%m%d}"


def scorecard(figures: OfficeFigures, language: Language = "id") -> Report:
    """Make the scorecard of an office."""
    feed = figures.feeds[0]
    covered = _covered(figures)
    cards: list[tuple[Text, float | None, Kind]] = [
        (COMPLETENESS, figures.filled.rate, "share"),
        (VALIDITY, figures.valid.rate, "share"),
        (TIMELINESS, figures.timely.rate, "share"),
    ]
    if covered:
        cards.append((COVERAGE, covered[-1], "share"))
    other: Language = "en" if language == "id" else "id"
    return Report(
        name=file_name(feed.agency, figures, language),
        language=language,
        title=Text("Rapor data", "Data scorecard"),
        subtitle=feed.owner,
        facts=[
            (Text("Malam", "Night"), day(figures.night)),
            (
                Text("Dasar", "Rests on"),
                Text(
                    "Kiriman terbaru dan mart yang diterbitkan malam ini. Bukan peringkat antarperangkat daerah.",
                    "The newest deliveries and the marts published this night. It is no ranking of offices.",
                ),
            ),
        ],
        cards=cards,
        sections=[_arithmetic(figures), _deliveries(figures), _problems(figures), _history(figures)],
        footer=Text("Rapor data · {} · {}", "Data scorecard · {} · {}").format(feed.owner, day(figures.night)),
        switch=(Text("In English", "Bahasa Indonesia"), f"{file_name(feed.agency, figures, other)}.html"),
    )


def _covered(figures: OfficeFigures) -> tuple[int | None, int | None, float | None] | None:
    """Return covered, registered and their share; None where the agency has no roster."""
    found = figures.coverage
    if found is None:
        return None
    rate = found.covered / found.registered if found.covered is not None and found.registered else None
    return found.covered, found.registered, rate


def _arithmetic(figures: OfficeFigures) -> Section:
    rows = [
        [
            COMPLETENESS,
            Text("sel wajib yang terisi dari semua sel wajib", "required cells filled, of all required cells"),
            *figures.filled, figures.filled.rate,
        ],
        [
            VALIDITY,
            Text("baris diterima dari baris diterima dan karantina", "rows accepted, of rows accepted or quarantined"),
            *figures.valid, figures.valid.rate,
        ],
        [
            TIMELINESS,
            Text(
                "kiriman yang datang dari yang ditunggu, {} malam terakhir",
                "deliveries that came, of those due in the last {} nights",
            ).format(TIMELY_NIGHTS),
            *figures.timely, figures.timely.rate,
        ],
    ]  # fmt: skip
    if covered := _covered(figures):
        said = Text("pekerja aktif dari pekerja pada daftar Anda", "active participants, of workers on your roster")
        rows.append([COVERAGE, said, *covered])
    missing = figures.coverage.not_covered if figures.coverage else None
    words = []
    if missing is not None:
        said = Text("{} pekerja pada daftar Anda belum terlindungi.", "{} workers on your roster are not covered.")
        words.append(said.format(number(missing)))
    return Section(Text("Hitungan", "Arithmetic"), words=words, tables=[Table(MEASURES, rows)])


def _deliveries(figures: OfficeFigures) -> Section:
    columns = (
        Column(Text("Kiriman", "Delivery"), width=30), Column(Text("Keadaan", "State"), width=12),
        Column(Text("Yang terbaru", "Newest"), "date"), Column(Text("Dikirim", "Delivered"), "count"),
        Column(Text("Diterima", "Accepted"), "count"), Column(Text("Karantina", "Quarantined"), "count"),
        Column(Text("Berulang", "Repeated"), "count"),
    )  # fmt: skip
    rows = [
        [
            state.title, STATES.get(state.state, Text(state.state, state.state)), state.business_date,
            state.delivered_rows, state.accepted_rows, state.quarantined_rows, state.duplicate_rows,
        ]
        for state in figures.states
    ]  # fmt: skip
    why = [Text("{}: {}", "{}: {}").format(s.title, Text(s.reason_id or "", s.reason_en or "")) for s in figures.states
           if s.delivery_status in ("HELD", "REJECTED")]  # fmt: skip
    said = Text(
        "Dikirim = diterima + karantina + berulang, pada kiriman terbaru.",
        "Delivered = accepted + quarantined + repeated, in the newest delivery.",
    )
    return Section(Text("Kiriman", "Deliveries"), words=[said], points=why, tables=[Table(columns, rows)])


def _problems(figures: OfficeFigures) -> Section:
    title = Text("Yang paling perlu diperbaiki", "What to mend first")
    if not figures.problems:
        return Section(title, words=[Text("Tidak ada baris di karantina.", "No row is in quarantine.")])
    columns = (
        Column(Text("Masalah", "Problem"), width=50), Column(Text("Pekerja", "Workers"), "count"),
        Column(Text("Rupiah", "Rupiah"), "rupiah"), Column(Text("Baris", "Rows"), "count"),
        Column(Text("Terbuka sejak", "Open since"), "date"),
    )  # fmt: skip
    books = dict.fromkeys(
        fix_workbook_name(one.delivery.feed, one.delivery.fault.facts.business_date) for one in figures.problems
    )
    words = Text(
        "Urut menurut banyaknya pekerja, lalu rupiah. Satu baris dapat melanggar beberapa aturan. Barisnya ada di buku"
        " kerja: {}.",
        "By workers, then by rupiah. A row can break several rules. The rows are in the workbooks: {}.",
    ).format(", ".join(books))
    more = len(figures.problems) - PROBLEMS_SHOWN
    note = Text("… dan {} masalah lain.", "… and {} more.").format(number(more)) if more > 0 else ""
    table = Table(columns, [_problem(one) for one in figures.problems[:PROBLEMS_SHOWN]], note=note)
    return Section(title, words=[words], tables=[table])


def _problem(one: Problem) -> list[Cell]:
    said = Text("{}: {}", "{}: {}").format(one.delivery.feed.title, one.fault.sentence)
    return [said, one.workers, one.amount_idr, one.rows, one.delivery.open_since]


def _history(figures: OfficeFigures) -> Section:
    columns = (
        Column(Text("Bulan", "Month"), width=14), Column(Text("Ditunggu", "Due"), "count"),
        Column(Text("Datang", "Came"), "count"), Column(Text("Baris dikirim", "Rows delivered"), "count"),
        Column(Text("Diterima", "Accepted"), "share"), Column(Text("Karantina", "Quarantined"), "share"),
    )  # fmt: skip
    rows = [
        [
            f"{one.month:%Y-%m}", one.due, one.came, one.delivered,
            one.accepted / one.delivered if one.delivered else None,
            one.quarantined / one.delivered if one.delivered else None,
        ]
        for one in figures.months
    ]  # fmt: skip
    said = Text("Sampai 13 bulan, dari malam yang diterbitkan.", "Up to 13 months, from published nights.")
    return Section(Text("Riwayat", "History"), words=[said], tables=[Table(columns, rows)])
