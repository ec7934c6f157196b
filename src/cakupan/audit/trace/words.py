"""The words of a trace in Indonesian and English; a word that is missing here is shown as it is."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # what a node is
    "sp2d": ("SP2D", "payment order (SP2D)"),
    "budget_line": ("Baris anggaran", "budget line"),
    "budget_document": ("Dokumen anggaran", "budget document"),
    "budget_documents": ("Dokumen anggaran baris ini", "documents of the line"),
    "billing": ("Kode billing", "billing code"),
    "decree": ("SK penerima", "decree"),
    "recipients": ("Penerima dalam SK", "recipients on the decree"),
    "recipient": ("Penerima", "recipient"),
    "worker": ("Pekerja", "worker"),
    "worker_months": ("Pekerja-bulan", "worker-months"),
    "worker_month": ("Pekerja dan bulan", "worker and month"),
    "contributions": ("Iuran yang dibukukan", "contributions posted"),
    "contribution": ("Iuran", "contribution"),
    "orders": ("SP2D", "payment orders"),
    "findings": ("Temuan", "findings"),
    "finding": ("Temuan", "finding"),
    "evidence": ("Baris bukti", "rows that prove it"),
    "memberships": ("Kepesertaan", "memberships"),
    "membership": ("Kepesertaan", "membership"),
    "rosters": ("Daftar perangkat daerah", "rosters of agencies"),
    "roster": ("Baris daftar", "row of a roster"),
    "coverage": ("Kepesertaan pada malam itu", "coverage on the night"),
    "outcome": ("Kelanjutan", "what became of it"),
    "figure": ("Angka", "figure"),
    "mart": ("Mart", "mart"),
    "counted": ("Baris yang dihitung", "rows counted"),
    "row": ("Baris", "row"),
    "delivery": ("Kiriman", "delivery"),
    "delivery_id": ("kiriman", "delivery"),
    "level": ("tingkat", "level"),
    "kind": ("jenis", "kind"),
    "name": ("nama", "name"),
    "facts": ("keterangan", "facts"),
    # facts
    "as_of_date": ("malam", "night"),
    "count": ("jumlah", "count"),
    "amount_idr": ("nilai (Rp)", "amount (Rp)"),
    "sp2d_date": ("tanggal SP2D", "date"),
    "budget_source": ("sumber dana", "source of money"),
    "fiscal_year": ("tahun anggaran", "fiscal year"),
    "skpd_code": ("kode SKPD", "office"),
    "skpd_name": ("SKPD", "office's name"),
    "sub_activity_code": ("kode sub kegiatan", "sub-activity"),
    "sub_activity_name": ("sub kegiatan", "sub-activity's name"),
    "account_code": ("kode rekening", "account"),
    "budget_idr": ("pagu (Rp)", "budget (Rp)"),
    "disbursed_idr": ("realisasi (Rp)", "disbursed (Rp)"),
    "posted_idr": ("dibukukan BPJS (Rp)", "posted (Rp)"),
    "unposted_idr": ("belum dibukukan (Rp)", "not posted (Rp)"),
    "remaining_idr": ("sisa pagu (Rp)", "remaining (Rp)"),
    "absorption_rate": ("serapan", "absorption"),
    "due_idr": ("seharusnya (Rp)", "due (Rp)"),
    "period": ("periode", "period"),
    "decree_no": ("nomor SK", "decree"),
    "decree_date": ("tanggal SK", "date of the decree"),
    "sp2d_no": ("SP2D", "payment order"),
    "billing_code": ("kode billing", "billing code"),
    "document_no": ("nomor dokumen", "document"),
    "document_date": ("tanggal dokumen", "date of the document"),
    "document_kind": ("jenis", "kind"),
    "protection_status": ("status", "status"),
    "contribution_month": ("bulan", "month"),
    "program_code": ("program", "programme"),
    "funding_source_code": ("sumber iuran", "paid by"),
    "paid_on": ("tanggal bayar", "paid on"),
    "transaction_no": ("nomor transaksi", "transaction"),
    "worker_key": ("kunci pekerja", "worker key"),
    "worker_category": ("kategori", "category"),
    "months": ("bulan dalam SK", "months on the decree"),
    "months_without_payment": ("bulan tanpa pembayaran", "months without payment"),
    "finding_code": ("kode", "code"),
    "severity": ("bobot", "severity"),
    "explanation": ("penjelasan", "explanation (in Indonesian)"),
    "finding_key": ("kunci temuan", "finding key"),
    "status": ("status", "status"),
    "segment_code": ("segmen", "segment"),
    "active_from": ("aktif sejak", "active from"),
    "inactive_from": ("nonaktif sejak", "ended"),
    "region_code": ("kode wilayah", "region"),
    "sector_code": ("sektor", "sector"),
    "is_active_participant": ("peserta aktif", "active participant"),
    "is_city_participant": ("peserta kota", "city participant"),
    "published": ("diterbitkan", "published"),
    "recomputed": ("dihitung ulang", "recomputed"),
    "agrees": ("cocok", "agrees"),
    "formula": ("rumus", "formula"),
    "feed": ("kiriman", "feed"),
    "received_at": ("diterima", "received"),
    "delivered_rows": ("baris dikirim", "rows delivered"),
    "landed_rows": ("baris terbaca", "rows landed"),
    # ends of the way
    "file": ("berkas", "file"),
    "sha256": ("sha256", "sha256"),
    "archive": ("arsip", "archive"),
    "sheet": ("lembar", "sheet"),
    "row_number": ("baris", "row"),
    "as_received": ("isi seperti diterima", "as received"),
    "missing": ("BERKAS TIDAK ADA DALAM ARSIP", "FILE IS NOT IN THE ARCHIVE"),
    "no_row": ("BARIS TIDAK DITEMUKAN", "ROW NOT FOUND"),
    "left_out": ("… {} lagi; --all menampilkan semuanya", "… {} more; --all shows all"),
    "masked": (
        "••• = data pribadi, tidak ditampilkan (auditor: --personal --reason)",
        "••• = personal data, not shown (auditor: --personal --reason)",
    ),
    "recorded": (
        "Pembacaan data pribadi ini dicatat dalam buku besar beserta alasannya.",
        "This read of personal data was recorded in the ledger with its reason.",
    ),
    "title": ("Jejak", "Trace"),
    "night_of": ("Malam data {}, diterbitkan dari run {}", "Night of {}, published from run {}"),
    "yes": ("ya", "yes"),
    "no": ("TIDAK", "NO"),
    # what became of a row
    "IN_LINEAGE": ("masuk jejak", "in the lineage"),
    "BUDGET_SUPERSEDED": ("digantikan dokumen yang lebih baru", "superseded by a later document"),
    "BUDGET_DATED_AFTER_NIGHT": ("bertanggal sesudah malam ini", "dated after the night"),
    "BUDGET_LINE_WITHOUT_PAYMENT": ("belum ada SP2D", "no payment order yet"),
    "BUDGET_LINE_WITHOUT_WORKER_MONTH": ("SP2D tanpa pekerja", "payment orders without workers"),
    "PAYMENT_ORDER_WITHOUT_DECREE_OR_POSTING": ("tanpa penerima dan tanpa iuran", "no recipients and nothing posted"),
    "DECREE_WITHOUT_MONTHS": ("bulan selesai sebelum bulan mulai", "ends before it begins"),
    "DECREE_WITHOUT_PAYMENT_ORDER": ("belum ada SP2D untuk SK ini", "no payment order names the decree"),
    "DECREE_MONTHS_WITHOUT_PAYMENT": ("bulannya belum dibayar", "none of the months is paid"),
    "POSTED_WITHOUT_PAYMENT_ORDER": ("dibukukan tanpa SP2D", "posted under no payment order"),
    "PROTECTED": ("terlindungi", "protected"),
    "NOT_POSTED": ("tidak dibukukan", "not posted"),
    "NOT_ON_DECREE": ("di luar SK", "not on the decree"),
    "UNRESOLVED": ("KPJ tidak dikenal", "membership number unknown"),
}


def word(name: str, lang: str) -> str:
    """The word in `id` or `en`."""
    return WORDS[name][lang == "en"] if name in WORDS else name


def shown(value: object, lang: str) -> str:
    """A value as a person reads it: numbers with separators, yes and no, codes with their meaning."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return word("yes" if value else "no", lang)
    if isinstance(value, int):
        return f"{value:,}" if lang == "en" else f"{value:,}".replace(",", ".")
    text = str(value)
    return f"{text} ({word(text, lang)})" if text in WORDS and text.isupper() else text


def visible(text: str) -> str:
    """Text that steers no terminal and hides nothing: control and direction characters spelled out."""
    return "".join(c if c.isprintable() or c == " " else f"\\u{ord(c):04x}" for c in text)
