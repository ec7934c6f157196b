"""The columns of answers in both languages; a column of a query that is not named here decides and is not shown."""

from __future__ import annotations

import re
from typing import Any

from cakupan.bilingual import Text, same
from cakupan.reports.content import Kind
from cakupan.reports.spelling import spell

HEADINGS = {
    "part": Text("Bagian", "Part"),
    "code": Text("Kode", "Code"),
    "name": Text("Nama", "Name"),
    "active_participants": Text("Peserta aktif", "Active participants"),
    "sakernas_workers": Text("Pekerja (Sakernas)", "Workers (Sakernas)"),
    "sakernas_rate": Text("Cakupan (Sakernas)", "Coverage (Sakernas)"),
    "semesta_workers": Text("Pekerja (semesta BPJS)", "Workers (BPJS universe)"),
    "semesta_rate": Text("Cakupan (semesta)", "Coverage (universe)"),
    "target_participants": Text("Target", "Target"),
    "gap_to_target": Text("Kurang dari target", "Gap to target"),
    "jakon_headcount": Text("Kepala di proyek", "Heads on projects"),
    "registered_workers": Text("Dalam daftar", "On the roster"),
    "informal_participants": Text("Peserta BPU", "BPU participants"),
    "persons_aimed_at": Text("Yang dituju", "Aimed at"),
    "persons_missing": Text("Kurang (orang)", "Gap (persons)"),
    "yearly_cost_idr": Text("Biaya setahun (Rp)", "Cost per year (Rp)"),
    "in_arrears": Text("Menunggak kini", "In arrears now"),
    "lapsing_by_year_end": Text("Putus s.d. 31 Desember", "Lapse by 31 December"),
    "lapsing_later": Text("Putus kemudian", "Lapse later"),
    "months_paid_next_year": Text("Bulan-orang tahun depan dibukukan", "Person-months of next year posted"),
    "months_decreed_next_year": Text("Bulan-orang tahun depan di SK", "Person-months of next year decreed"),
    "sub_activity_code": Text("Subkegiatan", "Sub-activity"),
    "account_code": Text("Rekening", "Account"),
    "budget_idr": Text("Pagu (Rp)", "Budget (Rp)"),
    "disbursed_idr": Text("Realisasi (Rp)", "Disbursed (Rp)"),
    "remaining_idr": Text("Sisa (Rp)", "Left (Rp)"),
    "person_months_left": Text("Cukup untuk bulan-orang", "Enough for person-months"),
    "absorption_rate": Text("Serapan", "Absorption"),
    "year_gone_rate": Text("Tahun berlalu", "Year gone"),
    "priority": Text("Prioritas", "Priority"),
    "recipients": Text("Penerima", "Recipients"),
    "halved_idr": Text("Separuh pagu (Rp)", "Half the budget (Rp)"),
    "keep_cover": Text("Tetap terlindungi", "Keep cover"),
    "lose_cover": Text("Kehilangan perlindungan", "Lose cover"),
    "decrees": Text("SK", "Decrees"),
    "proposed": Text("Diusulkan", "Proposed"),
    "without_finding": Text("Tanpa temuan", "Without a finding"),
    "with_finding": Text("Dengan temuan", "With a finding"),
    "days_from_decree_to_order": Text("Hari SK ke SP2D", "Days decree to order"),
    "commitment": Text("Janji", "Pledge"),
    "indicator": Text("Indikator", "Indicator"),
    "measured_on": Text("Diukur pada", "Measured on"),
    "target": Text("Target", "Target"),
    "documents": Text("Dokumen", "Documents"),
    "progress_rate": Text("Kemajuan", "Progress"),
    "due_date": Text("Tenggat", "Due"),
    "state": Text("Keadaan", "State"),
    "employers_with_npp": Text("Pemberi kerja ber-NPP", "Employers with NPP"),
    "active_workers": Text("Pekerja aktif", "Active workers"),
    "oss_or_wlkp_workers": Text("Pekerja menurut OSS/WLKP", "Workers by OSS/WLKP"),
    "contracts": Text("Kontrak", "Contracts"),
    "registered": Text("Terdaftar", "Registered"),
    "compliant": Text("Patuh", "Compliant"),
    "without_letter": Text("Tanpa surat", "Without letter"),
    "registered_before_letter": Text("Mendaftar sebelum surat", "Registered before letter"),
    "underpaid": Text("Kurang bayar", "Underpaid"),
    "heads": Text("Kepala", "Heads"),
    "heads_registered": Text("Kepala terdaftar", "Heads registered"),
    "contribution_due_idr": Text("Iuran seharusnya (Rp)", "Due (Rp)"),
    "contribution_paid_idr": Text("Iuran dibayar (Rp)", "Paid (Rp)"),
    "not_covered": Text("Belum terlindungi", "Not covered"),
    "event_date": Text("Tanggal acara", "Event"),
    "attendees": Text("Hadir", "Attendees"),
    "already_participants": Text("Sudah peserta", "Covered before"),
    "converted": Text("Menjadi peserta", "Joined"),
    "converted_rate": Text("Menjadi peserta dari yang belum", "Joined of those not covered"),
    "contributions_ytd_idr": Text("Iuran tahun ini (Rp)", "Contributions this year (Rp)"),
    "benefits_ytd_idr": Text("Santunan tahun ini (Rp)", "Benefits this year (Rp)"),
    "published_value": Text("Angka terbit (pers)", "Published figure (press)"),
    "published_for": Text("Untuk", "For"),
    "source": Text("Sumber", "Source"),
    "value": Text("Angka", "Figure"),
    "basis": Text("Dasar", "Basis"),
    "of_night": Text("Malam", "Night"),
    "relation": Text("Relasi", "Relation"),
    "figure": Text("Angka", "Figure"),
    "value_before": Text("Semula", "Was"),
    "value_after": Text("Menjadi", "Is"),
    "published_at": Text("Terbit", "Published"),
}

CODES = {"code", "sub_activity_code", "account_code", "measured_on", "source", "relation", "figure"}
TEXTS = {
    "part", "name", "commitment", "indicator", "due_date", "state", "event_date", "published_for", "basis", "of_night",
    "value_before", "value_after", "published_at",
}  # fmt: skip
"""Other columns that hold no numbers."""


def kind_of(name: str) -> Kind:
    """Tell from its name how a column is spelled: by its unit, else as what it holds."""
    if name.endswith("_idr"):
        return "rupiah"
    if name.endswith("_rate"):
        return "share"
    if name in CODES:
        return "code"
    return "text" if name in TEXTS else "number"


WORDS = {
    "SEGMEN": Text("segmen", "segment"),
    "JUMLAH": Text("jumlah", "total"),
    "SEMUA": Text("semua", "all"),
    "DESA": Text("desa", "village"),
    "KELOMPOK": Text("kelompok", "group"),
    "KATEGORI": Text("kategori", "category"),
    "LAPANGAN USAHA": Text("lapangan usaha", "sector"),
    "SUMBER": Text("sumber dana", "funding source"),
    "BARIS": Text("baris anggaran", "budget line"),
    "PEMBAYAR": Text("pembayar", "payer"),
    "ACARA": Text("acara", "event"),
    "IURAN": Text("iuran", "contributions"),
    "SANTUNAN TERBIT": Text("santunan (pers)", "benefit (press)"),
    "GUDANG": Text("gudang data", "warehouse"),
    "TERBIT": Text("pers", "press"),
    "TERCAPAI": Text("tercapai", "reached"),
    "BERJALAN": Text("berjalan", "under way"),
    "LEWAT WAKTU": Text("lewat waktu", "overdue"),
    "TIDAK TERUKUR": Text("tidak terukur", "not measured"),
    "Jumlah peserta aktif": Text("jumlah peserta aktif", "active participants"),
    "Dokumen terbit": Text("dokumen terbit", "documents issued"),
}
"""What queries call parts and states, as a person reads it."""

NUMBER = re.compile(r"-?\d+(\.\d+)?")
"""A figure that the published relation holds as text."""


def spelled(name: str, value: Any) -> Text:
    """Spell a cell of an answer in both languages; a hidden one as it is."""
    if isinstance(value, str):
        if name in ("value_before", "value_after") and NUMBER.fullmatch(value):
            return spell(float(value) if "." in value else int(value), "number")
        return WORDS.get(value, same(value))
    return spell(value, kind_of(name))
