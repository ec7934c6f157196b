"""Words of the reports that stand for codes, in Indonesian and in English."""

from __future__ import annotations

from cakupan.bilingual import Text

SEVERITY = {
    "critical": Text("Kritis", "Critical"),
    "warning": Text("Peringatan", "Warning"),
    "notice": Text("Pengamatan", "Notice"),
    "info": Text("Catatan", "Note"),
}
BASIS = {
    "VERIFIED": Text("teks dibaca", "text read"),
    "SECONDARY": Text("dikutip sumber lain; teks belum dilihat", "cited by others; text not seen"),
    "UNVERIFIED": Text("belum diverifikasi", "not verified"),
    "LOGIC": Text("pertentangan antardokumen", "documents contradict each other"),
}
PROTECTION = {
    "PROTECTED": Text("Dalam SK, dalam periode, dan dibukukan", "On the decree, in the period and posted"),
    "NOT_POSTED": Text("Dalam SK dan periode, tidak dibukukan", "On the decree and in the period, not posted"),
    "NOT_ON_DECREE": Text("Dibukukan di luar SK atau periode", "Posted outside the decree or the period"),
    "UNRESOLVED": Text("Dibukukan pada KPJ yang tidak dikenal", "Posted for an unknown membership number"),
}
WORDS = {
    "money": Text(
        "Pagu adalah jumlah pada dokumen anggaran terakhir tahun anggaran ini yang bertanggal tidak sesudah malam "
        "ini; SP2D termasuk tahun anggaran tanggalnya. "
        "Dibukukan adalah seluruh iuran yang dicatat BPJS Ketenagakerjaan dengan kode iuran SP2D baris "
        "itu. Jumlah dalam rupiah.",
        "The budget is the amount of the fiscal year's last budget document dated not after this night; a payment "
        "order is of the year of its date. Posted is everything that BPJS Ketenagakerjaan recorded under the billing "
        "codes of the line's payment "
        "orders. Amounts in rupiah.",
    ),
    "orders": Text(
        "Selisih adalah nilai SP2D dikurangi iuran yang dibukukan dengan kode iurannya; nilai negatif "
        "berarti dibukukan lebih banyak daripada dibayar. Orang-bulan adalah banyaknya penerima dalam SK "
        "kali bulan yang dibayar.",
        "The difference is the payment order less what was posted under its billing code; negative where "
        "more was posted than paid. Person-months are the recipients on the decree times the months paid.",
    ),
    "protection": Text(
        "Seorang pekerja dapat muncul pada beberapa keadaan, sehingga tidak dijumlahkan.",
        "A worker can appear in several states, so there is no total.",
    ),
    "restated": Text(
        "Malam ini belum pernah dinyatakan ulang untuk angka DBHCHT.",
        "No DBHCHT figure of this night was ever restated.",
    ),
    "deliveries": Text(
        "Alamat bukti ditulis kiriman:lembar:baris; nomor kiriman ada di daftar ini, nomor baris seperti "
        "terlihat saat berkas dibuka.",
        "Addresses of evidence are written delivery:sheet:row; the delivery's number is on this list, the"
        " row's number as seen when the file is opened.",
    ),
    "evidence": Text(
        "Dari setiap kode paling banyak {most} kasus; semua kasus ada di buku kerja, lembar Bukti. "
        "Penjelasan tersimpan dalam bahasa Indonesia. Di bawahnya berdiri alamat baris bukti (kiriman:lembar:baris) "
        "dan kunci temuan, yang dengan cakupan trace --finding KUNCI menunjukkan setiap baris.",
        "At most {most} cases of each code; the workbook holds all, on the sheet Evidence. Explanations "
        "are kept in Indonesian. Below them stand the addresses of the rows that prove it (delivery:sheet:row) and the "
        "finding key, with which cakupan trace --finding KEY shows every row.",
    ),
    "audit_findings": Text(
        "Nilai tidak dijumlahkan: beberapa kode dapat menunjuk rupiah yang sama.",
        "Amounts are not added up: several codes can point at the same rupiah.",
    ),
    "audit_observations": Text(
        "Pengamatan bertumpu pada dasar atau daftar acuan yang kurang pasti, atau lazim mempunyai penjelasan.",
        "Observations rest on a less certain basis or reference list, or often have an explanation.",
    ),
    "unmapped": Text(
        "Kode yang tidak ada dalam daftar acuan. Barisnya ikut dijumlahkan; hanya artinya belum diketahui. Uang dengan "
        "sumber dana yang tidak dikenal tidak masuk angka DBHCHT, meskipun mungkin DBHCHT yang ditulis lain.",
        "Codes that no reference list holds. Their rows are in the sums; only their meaning is unknown. Money of an "
        "unknown source of funds is in no DBHCHT figure, although it may be DBHCHT written otherwise.",
    ),
    "mapped": Text("Semua kode dikenal.", "All codes are known."),
    "unknown_source": Text(
        "{hop}: {amount} dengan sumber dana yang tidak dikenal.",
        "{hop}: {amount} under an unknown source of funds.",
    ),
    "unlinked": Text(
        "Semua SP2D, iuran, dan penerima bertaut.",
        "All payment orders, postings and recipients are linked.",
    ),
}
LIMITS = (
    Text(
        "Hanya untuk pemeriksa dan tim data: setiap kasus tampil, juga bila menyangkut kurang dari lima orang. Untuk "
        "orang lain ada halaman kepala perangkat daerah dan skema open, yang menyembunyikan angka kecil.",
        "For auditors and the data team alone: every case is shown, also where fewer than five persons are concerned. "
        "For others there are the pages for heads of office and schema open, which hide small counts.",
    ),
    Text(
        "Bukan putusan. Setiap temuan adalah pertanyaan kepada perangkat daerah dan dapat mempunyai "
        "penjelasan yang sah.",
        "It is no verdict. Every finding is a question to the office and can have a lawful explanation.",
    ),
    Text(
        "Nilai temuan tidak boleh dijumlahkan antarkode: satu rupiah dapat ditunjuk oleh beberapa kode.",
        "Amounts must not be added up over codes: several codes can point at one rupiah.",
    ),
    Text(
        "Pengamatan bukan penyimpangan. Dasar hukum yang belum diverifikasi harus dibaca dahulu sebelum dikutip.",
        "Observations are no irregularities. A legal basis that is not verified must be read before it is cited.",
    ),
    Text(
        "Tidak untuk mengambil keputusan tentang orang: pekerja tampil dengan kunci samaran yang dipendekkan.",
        "Not for decisions about persons: workers appear under shortened pseudonyms.",
    ),
    Text(
        "Tidak menggantikan laporan realisasi DBHCHT maupun LRA: hanya baris dengan sumber dana DBHCHT "
        "yang dikirim ke gudang data yang dihitung.",
        "It replaces neither the statutory DBHCHT report nor the budget realisation report: only lines "
        "with DBHCHT as source of funds that were delivered to the warehouse count.",
    ),
    Text(
        "Angka berlaku untuk malam dan saat terbit yang tertulis di atas; malam lain dan terbitan lain dapat berbeda.",
        "DbhchtFigures hold for the night and the publication named above; other nights and publications can differ.",
    ),
)
