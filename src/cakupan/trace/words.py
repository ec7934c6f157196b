"""The words of a trace in Indonesian and English; a word that is missing here is shown as it is."""

from __future__ import annotations

from cakupan.bilingual import Language, Text, number

WORDS: dict[str, Text] = {
    # what a node is
    "sp2d": Text("SP2D", "payment order (SP2D)"),
    "budget_line": Text("Baris anggaran", "budget line"),
    "budget_document": Text("Dokumen anggaran", "budget document"),
    "budget_documents": Text("Dokumen anggaran baris ini", "documents of the line"),
    "billing": Text("Kode billing", "billing code"),
    "decree": Text("SK penerima", "decree"),
    "recipients": Text("Penerima dalam SK", "recipients on the decree"),
    "recipient": Text("Penerima", "recipient"),
    "worker": Text("Pekerja", "worker"),
    "worker_months": Text("Pekerja-bulan", "worker-months"),
    "worker_month": Text("Pekerja dan bulan", "worker and month"),
    "contributions": Text("Iuran yang dibukukan", "contributions posted"),
    "contribution": Text("Iuran", "contribution"),
    "orders": Text("SP2D", "payment orders"),
    "findings": Text("Temuan", "findings"),
    "finding": Text("Temuan", "finding"),
    "evidence": Text("Baris bukti", "rows that prove it"),
    "memberships": Text("Kepesertaan", "memberships"),
    "membership": Text("Kepesertaan", "membership"),
    "rosters": Text("Daftar perangkat daerah", "rosters of agencies"),
    "roster": Text("Baris daftar", "row of a roster"),
    "coverage": Text("Kepesertaan pada malam itu", "coverage on the night"),
    "outcome": Text("Kelanjutan", "what became of it"),
    "figure": Text("Angka", "figure"),
    "mart": Text("Mart", "mart"),
    "counted": Text("Baris yang dihitung", "rows counted"),
    "row": Text("Baris", "row"),
    "delivery": Text("Kiriman", "delivery"),
    "delivery_id": Text("kiriman", "delivery"),
    "level": Text("tingkat", "level"),
    "kind": Text("jenis", "kind"),
    "name": Text("nama", "name"),
    "facts": Text("keterangan", "facts"),
    # facts
    "as_of_date": Text("malam", "night"),
    "count": Text("jumlah", "count"),
    "amount_idr": Text("nilai (Rp)", "amount (Rp)"),
    "expected_idr": Text("seharusnya (Rp)", "expected (Rp)"),
    "actual_idr": Text("kenyataannya (Rp)", "actual (Rp)"),
    "difference_idr": Text("kenyataannya dikurangi seharusnya (Rp)", "actual less expected (Rp)"),
    "sp2d_date": Text("tanggal SP2D", "date"),
    "budget_source": Text("sumber dana", "source of money"),
    "fiscal_year": Text("tahun anggaran", "fiscal year"),
    "skpd_code": Text("kode SKPD", "office"),
    "skpd_name": Text("SKPD", "office's name"),
    "sub_activity_code": Text("kode sub kegiatan", "sub-activity"),
    "sub_activity_name": Text("sub kegiatan", "sub-activity's name"),
    "account_code": Text("kode rekening", "account"),
    "budget_idr": Text("pagu (Rp)", "budget (Rp)"),
    "disbursed_idr": Text("realisasi (Rp)", "disbursed (Rp)"),
    "posted_idr": Text("dibukukan BPJS (Rp)", "posted (Rp)"),
    "unposted_idr": Text("belum dibukukan (Rp)", "not posted (Rp)"),
    "remaining_idr": Text("sisa pagu (Rp)", "remaining (Rp)"),
    "absorption_rate": Text("serapan", "absorption"),
    "due_idr": Text("seharusnya (Rp)", "due (Rp)"),
    "period": Text("periode", "period"),
    "decree_no": Text("nomor SK", "decree"),
    "decree_date": Text("tanggal SK", "date of the decree"),
    "sp2d_no": Text("SP2D", "payment order"),
    "billing_code": Text("kode billing", "billing code"),
    "document_no": Text("nomor dokumen", "document"),
    "document_date": Text("tanggal dokumen", "date of the document"),
    "document_kind": Text("jenis", "kind"),
    "protection_status": Text("status", "status"),
    "contribution_month": Text("bulan", "month"),
    "program_code": Text("program", "programme"),
    "funding_source_code": Text("sumber iuran", "paid by"),
    "paid_on": Text("tanggal bayar", "paid on"),
    "transaction_no": Text("nomor transaksi", "transaction"),
    "audit_key": Text("kunci audit", "audit key"),
    "worker_key": Text("kunci pekerja", "worker key"),
    "worker_category": Text("kategori", "category"),
    "months": Text("bulan dalam SK", "months on the decree"),
    "months_without_payment": Text("bulan tanpa pembayaran", "months without payment"),
    "finding_code": Text("kode", "code"),
    "severity": Text("bobot", "severity"),
    "explanation": Text("penjelasan", "explanation (in Indonesian)"),
    "finding_key": Text("kunci temuan", "finding key"),
    "status": Text("status", "status"),
    "segment_code": Text("segmen", "segment"),
    "active_from": Text("aktif sejak", "active from"),
    "inactive_from": Text("nonaktif sejak", "ended"),
    "region_code": Text("kode wilayah", "region"),
    "sector_code": Text("sektor", "sector"),
    "is_active_participant": Text("peserta aktif", "active participant"),
    "is_city_participant": Text("peserta kota", "city participant"),
    "published": Text("diterbitkan", "published"),
    "recomputed": Text("dihitung ulang", "recomputed"),
    "agrees": Text("cocok", "agrees"),
    "formula": Text("rumus", "formula"),
    "feed": Text("kiriman", "feed"),
    "received_at": Text("diterima", "received"),
    "delivered_rows": Text("baris dikirim", "rows delivered"),
    "landed_rows": Text("baris terbaca", "rows landed"),
    # ends of the way
    "file": Text("berkas", "file"),
    "sha256": Text("sha256", "sha256"),
    "archive": Text("arsip", "archive"),
    "sheet": Text("lembar", "sheet"),
    "row_number": Text("baris", "row"),
    "as_received": Text("isi seperti diterima", "as received"),
    "missing": Text("BERKAS TIDAK ADA DALAM ARSIP", "FILE IS NOT IN THE ARCHIVE"),
    "no_row": Text("BARIS TIDAK DITEMUKAN", "ROW NOT FOUND"),
    "left_out": Text("… {} lagi; --all menampilkan semuanya", "… {} more; --all shows all"),
    "masked": Text(
        "••• = data pribadi, tidak ditampilkan (auditor: --personal --reason --case)",
        "••• = personal data, not shown (auditor: --personal --reason --case)",
    ),
    "recorded": Text(
        "Pembacaan data pribadi ini dicatat dalam buku besar beserta alasannya.",
        "This read of personal data was recorded in the ledger with its reason.",
    ),
    "title": Text("Jejak", "Trace"),
    "night_of": Text("Malam data {}, diterbitkan dari run {}", "Night of {}, published from run {}"),
    "yes": Text("ya", "yes"),
    "no": Text("TIDAK", "NO"),
    # what became of a row
    "IN_LINEAGE": Text("masuk jejak", "in the lineage"),
    "BUDGET_SUPERSEDED": Text("digantikan dokumen yang lebih baru", "superseded by a later document"),
    "BUDGET_DATED_AFTER_NIGHT": Text("bertanggal sesudah malam ini", "dated after the night"),
    "BUDGET_LINE_WITHOUT_PAYMENT": Text("belum ada SP2D", "no payment order yet"),
    "BUDGET_LINE_WITHOUT_WORKER_MONTH": Text("SP2D tanpa pekerja", "payment orders without workers"),
    "PAYMENT_ORDER_WITHOUT_DECREE_OR_POSTING": Text(
        "tanpa penerima dan tanpa iuran", "no recipients and nothing posted"
    ),
    "DECREE_WITHOUT_MONTHS": Text("bulan selesai sebelum bulan mulai", "ends before it begins"),
    "DECREE_WITHOUT_PAYMENT_ORDER": Text("belum ada SP2D untuk SK ini", "no payment order names the decree"),
    "DECREE_MONTHS_WITHOUT_PAYMENT": Text("bulannya belum dibayar", "none of the months is paid"),
    "POSTED_WITHOUT_PAYMENT_ORDER": Text("dibukukan tanpa SP2D", "posted under no payment order"),
    "PROTECTED": Text("terlindungi", "protected"),
    "NOT_POSTED": Text("tidak dibukukan", "not posted"),
    "NOT_ON_DECREE": Text("di luar SK", "not on the decree"),
    "UNRESOLVED": Text("KPJ tidak dikenal", "membership number unknown"),
}


def word(name: str, language: Language) -> str:
    """Return the word in the language."""
    return WORDS[name].in_language(language) if name in WORDS else name


def shown(value: object, language: Language) -> str:
    """Return a value as a person reads it: numbers with separators, yes and no, codes with their meaning."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    if isinstance(value, int):
        return number(value).in_language(language)
    text = str(value)
    return f"{text} ({word(text, language)})" if text in WORDS and text.isupper() else text
