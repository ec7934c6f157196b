"""What single offices answer for beside their roster: aid, construction projects, outreach."""

from __future__ import annotations

from collections.abc import Sequence

from cakupan.bilingual import Text, number
from cakupan.dashboard.cells import shown
from cakupan.dashboard.content import Basis, Rows, Section
from cakupan.dashboard.figures import Figures, Row
from cakupan.dashboard.wording import ALL, COMPLIANCE, called, category, small_cells
from cakupan.reports.content import Cell, Column


def aid(figures: Figures) -> Section | None:
    """Show who of those who apply for aid are participants."""
    if not figures.aid:
        return None

    def cells(row: Row) -> list[Cell]:
        return [
            shown(row, "applications"),
            shown(row, "eligible"),
            shown(row, "not_eligible", "eligible"),
            shown(row, "value_idr", "applications"),
            shown(row, "eligible_value_idr", "eligible"),
        ]

    *kinds, every = figures.aid
    return Section(
        "bantuan",
        Text("Kelayakan permohonan bantuan", "Eligibility of aid applications"),
        words=[
            Text(
                "Layak bila pemohonnya peserta aktif pada malam ini, bukan pada hari permohonannya.",
                "Eligible where the applicant is an active participant tonight, not on the day of the application.",
            ),
            small_cells(),
        ],
        tables=[
            Rows(
                [
                    Column(Text("Jenis bantuan", "Kind of aid")),
                    Column(Text("Permohonan", "Applications"), "count"),
                    Column(Text("Layak", "Eligible"), "count"),
                    Column(Text("Belum layak", "Not eligible"), "count"),
                    Column(Text("Nilai permohonan", "Value applied for"), "rupiah"),
                    Column(Text("Nilai yang layak", "Value eligible"), "rupiah"),
                ],
                [[category(row["aid_kind"]), *cells(row)] for row in kinds],
                [ALL, *cells(every)],
            )
        ],
        basis=[Basis("aid_eligibility")],
    )


def construction(projects: Sequence[Row], figures: Figures) -> Section:
    """Show how projects comply, the worst first."""
    compliant = sum(row["status"] == "COMPLIANT" for row in projects)
    return Section(
        "konstruksi",
        Text("Kepatuhan proyek konstruksi", "Compliance of construction projects"),
        words=[
            Text(
                "{} dari {} proyek patuh. Yang belum terdaftar lebih dulu. Beberapa proyek dapat memakai satu"
                " kontrak: nilai kontrak tidak boleh dijumlahkan.",
                "{} of {} projects comply. Those not registered come first. Several projects can share a contract:"
                " contract values must not be added up.",
            ).format(number(compliant), number(len(projects)))
        ],
        tables=[
            Rows(
                [
                    Column(Text("Proyek", "Project"), "code"),
                    Column(Text("Keadaan", "State")),
                    Column(Text("Kontrak", "Contract"), "code"),
                    Column(Text("Pemilik", "Owner")),
                    Column(Text("Nilai kontrak", "Contract value"), "rupiah"),
                    Column(Text("Iuran terutang", "Contribution due"), "rupiah"),
                    Column(Text("Dibayar", "Paid"), "rupiah"),
                    Column(Text("Kurang bayar", "Short"), "rupiah"),
                ],
                [
                    [
                        row["project_id"],
                        called(COMPLIANCE, row["status"]),
                        row["contract_no"],
                        figures.office_name(row["owner_agency"]),
                        row["contract_value_idr"],
                        row["contribution_due_idr"],
                        row["contribution_paid_idr"],
                        None if row["short_idr"] is None else max(row["short_idr"], 0),
                    ]
                    for row in projects
                ],
            )
        ],
        basis=[Basis("construction_compliance", projects[0]["project_id"])],
    )


def outreach(figures: Figures) -> Section | None:
    """Show who became a participant after which meeting."""
    if not figures.outreach:
        return None

    def cells(row: Row) -> list[Cell]:
        return [shown(row, "attendees"), shown(row, "already_participants"), shown(row, "converted")]

    *events, every = figures.outreach
    return Section(
        "sosialisasi",
        Text("Hasil sosialisasi", "What outreach brought"),
        words=[
            Text(
                "Peserta baru: yang kepesertaan pertamanya mulai sampai 90 hari sesudah acara. Acara terakhir belum"
                " genap 90 hari. Ini bukan bukti bahwa acara menyebabkannya.",
                "New participants: whose first membership began up to 90 days after the meeting. The last meetings"
                " are not 90 days old. This is no proof that a meeting caused it.",
            ),
            small_cells(),
        ],
        tables=[
            Rows(
                [
                    Column(Text("Tanggal", "Date"), "date"),
                    Column(Text("Tempat", "Place")),
                    Column(Text("Hadir", "Attended"), "count"),
                    Column(Text("Sudah peserta", "Already participants"), "count"),
                    Column(Text("Peserta baru", "New participants"), "count"),
                ],
                [[row["event_date"], row["place"], *cells(row)] for row in events],
                [ALL, "", *cells(every)],
                note=Text(
                    "Jumlah hadir menghitung kehadiran: seorang pekerja sekali pada tiap acara.",
                    "The total of those who attended counts attendances: a worker once at each meeting.",
                ),
            )
        ],
        basis=[Basis("outreach_conversion", events[0]["event_id"] if events else "")],
    )
