"""The page *Cara menghitung*: how each figure is computed, from which deliveries, and how it is traced to rows."""

from __future__ import annotations

from cakupan import settings
from cakupan.bilingual import Text, same
from cakupan.dashboard.content import Page, Rows, Section
from cakupan.dashboard.figures import Figures
from cakupan.dashboard.wording import age
from cakupan.feeds import Feed
from cakupan.lineage.figure_feeds import figure_feeds
from cakupan.reports.content import Column
from cakupan.trace.catalogue import MARTS, Derived

METHODS = {
    "universal_coverage": (
        Text("Cakupan kota", "Coverage of the city"),
        Text(
            "Peserta aktif kota ÷ penyebut. Peserta aktif: NIK berbeda dengan sekurangnya satu kepesertaan berstatus"
            " AKTIF pada malam itu; peserta kota bila domisili kepesertaan utamanya di kota. Penyebut: penduduk"
            " bekerja menurut Sakernas, atau semesta BPJS, tahun terbaru. Kurang dari target = target tahun terbaru -"
            " peserta aktif, tidak pernah di bawah 0.",
            "Active participants of the city ÷ denominator. Active participant: a distinct NIK with at least one"
            " membership that is active on the night; of the city where the domicile of the primary membership is."
            " Denominator: employed residents by Sakernas, or BPJS' own count, of the newest year. Gap = target -"
            " participants, never below 0.",
        ),
    ),
    "coverage_by_sector": (
        Text("Menurut lapangan usaha", "By sector"),
        Text(
            "Peserta aktif kota menurut lapangan usaha kepesertaan utamanya ÷ penduduk bekerja di lapangan usaha itu"
            " (Sakernas). Kekurangan dihitung per lapangan usaha dan tidak pernah di bawah 0; karena itu jumlahnya"
            " dapat melebihi kekurangan kota.",
            "Active participants of the city by the sector of their primary membership ÷ employed residents of the"
            " sector (Sakernas). A gap is counted for each sector and never below 0, so that they can add up to more"
            " than the city's.",
        ),
    ),
    "coverage_by_funding_source": (
        Text("Menurut sumber pembiayaan", "By who pays"),
        Text(
            "Peserta aktif kota menurut pembayar kepesertaan utamanya ÷ semua peserta aktif kota. Rupiah: iuran yang"
            " dibukukan untuk bulan-bulan tahun berjalan.",
            "Active participants of the city by who pays their primary membership ÷ all of them. Rupiah:"
            " contributions posted for months of the running year.",
        ),
    ),
    "coverage_by_agency": (
        Text("Menurut daftar perangkat daerah", "By the offices' rosters"),
        Text(
            "NIK berbeda dalam daftar yang berlaku yang peserta aktif ÷ semua NIK dalam daftar itu, di mana pun"
            " tinggalnya. Disnaker: penerima dalam SK yang periodenya memuat bulan ini.",
            "Distinct NIKs of the roster in force who are active participants ÷ all of the roster, wherever they live."
            " Disnaker: recipients of decrees whose period holds this month.",
        ),
    ),
    "coverage_by_region": (
        Text("Menurut desa dan kelurahan", "By village"),
        Text(
            "Peserta aktif kota menurut kode wilayah kepesertaan utamanya. Kode yang tidak dikenal tetap berdiri"
            " sendiri.",
            "Active participants of the city by the region code of their primary membership. An unknown code stands"
            " alone.",
        ),
    ),
    "lapse_calendar": (
        Text("Kalender berakhirnya kepesertaan", "Calendar of lapses"),
        Text(
            "Bulan terakhir yang JKK-nya dibukukan + 4 bulan, tiap kepesertaan bukan penerima upah yang aktif.",
            "The last month for which JKK was posted + 4 months, of each active membership without wages.",
        ),
    ),
    "aid_eligibility": (
        Text("Kelayakan bantuan", "Eligibility for aid"),
        Text(
            "Permohonan layak bila pemohonnya peserta aktif pada malam itu.",
            "An application is eligible where its applicant is an active participant on the night.",
        ),
    ),
    "construction_compliance": (
        Text("Kepatuhan konstruksi", "Compliance of construction"),
        Text(
            "Iuran terutang: 0,24 % nilai kontrak sampai Rp100 juta, 0,19 % sampai Rp500 juta, 0,15 % sampai Rp1"
            " miliar, 0,12 % sampai Rp5 miliar, 0,10 % di atasnya. Keadaan: yang pertama berlaku dari belum"
            " terdaftar, tanpa surat, terdaftar sebelum surat, kurang bayar, patuh.",
            "Contribution due: 0.24 % of the contract up to Rp100 million, 0.19 % up to Rp500 million, 0.15 % up to"
            " Rp1 billion, 0.12 % up to Rp5 billion, 0.10 % beyond. State: the first that holds of not registered, no"
            " letter, registered before the letter, underpaid, compliant.",
        ),
    ),
    "outreach_conversion": (
        Text("Hasil sosialisasi", "What outreach brought"),
        Text(
            "Peserta baru: hadirin yang kepesertaan pertamanya mulai pada hari acara sampai 90 hari sesudahnya,"
            " dihitung sekali pada acara terakhir yang dihadirinya.",
            "New participants: those who attended and whose first membership began on the day or up to 90 days later,"
            " counted once, at the last meeting they attended.",
        ),
    ),
    "commitment_progress": (
        Text("Komitmen rapat koordinasi", "Pledges of the coordination meeting"),
        Text(
            "Capaian ÷ target. Capaian: peserta aktif dalam daftar yang disebut komitmen itu; bagi Bagian Hukum"
            " peraturan yang berlaku; kosong bila tidak ada kiriman yang mengukurnya.",
            "Reached ÷ target. Reached: active participants on the roster that the pledge names; of the legal office"
            " regulations in effect; empty where no delivery measures it.",
        ),
    ),
    "data_quality_scorecard": (
        Text("Mutu kiriman", "Quality of deliveries"),
        Text(
            "Dikirim = diterima + karantina + berulang, dari kiriman bertanggal malam itu. Umur: hari sejak tanggal"
            " kiriman yang berlaku.",
            "Delivered = accepted + quarantined + repeated, of the delivery dated that night. Age: days since the"
            " date of the delivery in force.",
        ),
    ),
    "dbhcht_reconciliation": (
        Text("Uang DBHCHT", "DBHCHT money"),
        Text(
            "Per baris anggaran: pagu yang berlaku; cair = jumlah SP2D; dibukukan = semua iuran dengan kode iuran"
            " SP2D itu; belum dibukukan = cair - dibukukan; sisa = pagu - cair; serapan = cair ÷ pagu.",
            "By budget line: the amount in force; paid out = sum of its SP2D; posted = all contributions under their"
            " billing codes; not posted = paid out - posted; left = budget - paid out; absorbed = paid out ÷ budget.",
        ),
    ),
    "dbhcht_lineage": (
        Text("Perlindungan dari DBHCHT", "Protection from DBHCHT"),
        Text(
            "Tiap SP2D, pekerja, dan bulan: terlindungi bila tercantum dalam SK untuk bulan itu, bulannya dalam"
            " periode SP2D, dan iurannya dibukukan dengan kode iuran SP2D itu.",
            "Each SP2D, worker and month: protected where the worker is on the decree for the month, the month inside"
            " the SP2D's period, and the contribution posted under its billing code.",
        ),
    ),
    "audit_findings": (
        Text("Temuan", "Findings"),
        Text(
            "Satu temuan per kejadian yang disebut aturannya. Kuncinya (finding_key) sama setiap malam.",
            "One finding for each case that its rule names. Its key (finding_key) is the same every night.",
        ),
    ),
    "audit_observations": (
        Text("Pengamatan", "Observations"),
        Text(
            "Aturan tambahan yang dasarnya kurang pasti atau yang punya penjelasan lain.",
            "Further rules whose basis is less sure, or that have other explanations.",
        ),
    ),
}  # fmt: skip
"""Of each published relation that pages show: what its figures are called and how they are computed."""

COMMANDS = {
    "audit_findings": "cakupan trace --finding KEY",
    "audit_observations": 'cakupan sql "select finding_key, explanation from audit_observations"',
}


def methods_page(figures: Figures, feeds: dict[str, Feed]) -> Page:
    """Make the page, a section for each relation, under the relation's name."""
    return Page(
        "cara-menghitung",
        Text("Cara menghitung", "How it is computed"),
        sections=[
            _hidden(),
            *(_method(figures, feeds, mart, title, text) for mart, (title, text) in METHODS.items()),
        ],
    )


def _hidden() -> Section:
    smallest = settings.smallest_shown()
    return Section(
        "disamarkan",
        Text("Angka yang disamarkan", "Hidden figures"),
        words=[
            Text(
                f"Jumlah orang di bawah {smallest.count} tidak ditampilkan (di bawah"
                f" {smallest.sensitive_count} untuk penyandang disabilitas dan permohonan bantuan), juga 0."
                " Angka lain ikut disamarkan sebanyak yang perlu, supaya dari semua yang ditampilkan, juga"
                " pada malam lain, tidak satu pun dapat dihitung lebih dekat dari itu; begitu pula persentase,"
                " kekurangan, dan rupiah yang membukanya. Yang sudah disamarkan baru ditampilkan lagi setelah"
                " dua kali batas itu.",
                f"Counts of fewer than {smallest.count} persons are not shown (fewer than"
                f" {smallest.sensitive_count} where they are disabled or apply for aid), nor is 0. As many"
                " others are hidden as it takes that from all that is shown, on other nights too, none can be"
                " reckoned more closely than that; and so are percentages, gaps and rupiah that would tell it."
                " What was hidden is shown again from twice that number on.",
            )
        ],
    )


def _method(figures: Figures, feeds: dict[str, Feed], mart: str, title: Text, text: Text) -> Section:
    behind = sorted(figure_feeds().feeds_behind(mart)) if mart in figure_feeds().marts else [*sorted(feeds)]
    traced = MARTS.get(mart)
    formulas = [
        same(f"{name} = {figure.formula}") for name, figure in (traced.figures.items() if traced else ())
        if isinstance(figure, Derived)
    ]  # fmt: skip
    command = (
        COMMANDS.get(mart) or f"cakupan trace --mart {mart} --key '{'|'.join(traced.key).upper() if traced else ''}'"
    )
    return Section(
        mart,
        title,
        words=[text, *formulas],
        commands=[f"{command} --date {figures.night}" if "trace" in command else command],
        tables=[
            Rows(
                [
                    Column(Text("Kiriman yang menjadi dasar", "Deliveries it rests on")),
                    Column(Text("Kode", "Code"), "code"),
                    Column(Text("Pemilik", "Owner")),
                    Column(Text("Umur", "Age")),
                ],
                [
                    [
                        feeds[name].title,
                        name,
                        feeds[name].owner,
                        age(figures.night, (figures.in_force.get(name) or {}).get("in_force")),
                    ]
                    for name in behind
                    if name in feeds
                ],
                links=[f"mutu-data.html#{name}" for name in behind if name in feeds],
            )
        ],
    )
