"""The 21 feeds as feeds.md describes them: columns, types, required cells, keys and formats."""

from simulator.columns import Column, Feed, Format, Kind

SOURCES = ("PEMBERI_KERJA", "MANDIRI", "DBHCHT", "APBD", "APBDES", "CSR")
PROGRAMS = ("JKK", "JKM", "JHT", "JP", "JKP")
SECTIONS = tuple("ABCDEFGHIJKLMNOPQRSTU")


def _c(spec: str, kind: Kind = Kind.TEXT, **more: object) -> Column:
    """Make a column; a leading star means bold."""
    return Column(spec.lstrip("*"), kind, spec.startswith("*"), **more)  # type: ignore[arg-type]


def _roster(code: str, form: Format, names: str, running: str | None = None) -> Feed:
    """Make a roster feed from its header; the NIK is its key."""
    columns = []
    for name in names.split("|"):
        bare = name.lstrip("*")
        kind, digits = Kind.TEXT, 0
        if bare.upper() == "NIK":
            kind = Kind.NIK
        elif bare == "luas_lahan_ha":
            kind = Kind.HECTARES
        elif bare == "nib":
            kind, digits = Kind.DIGITS, 13
        columns.append(_c(name, kind, digits=digits))
    nik = next(column.name for column in columns if column.kind is Kind.NIK)
    return Feed(code, form, "snapshot", (nik,), tuple(columns), running)


_N, _D, _A = Kind.NIK, Kind.DATE, Kind.AMOUNT

FEEDS: tuple[Feed, ...] = (
    Feed(
        "bpjstk.kepesertaan",
        Format.PIPE,
        "snapshot",
        ("KPJ",),
        (
            _c("*KPJ", Kind.DIGITS, digits=11),
            _c("*NIK", _N),
            _c("*NAMA"),
            _c("*TGL_LAHIR", _D),
            _c("*JENIS_KELAMIN", Kind.LIST, allowed=("L", "P")),
            _c("*SEGMEN", Kind.LIST, allowed=("PU", "BPU", "JAKON", "PMI")),
            _c("NPP"),
            _c("*KODE_SEKTOR", Kind.LIST, allowed=SECTIONS),
            _c("*PROGRAM", Kind.PROGRAMS),
            _c("*SUMBER_IURAN", Kind.LIST, allowed=SOURCES),
            _c("*STATUS", Kind.LIST, allowed=("AKTIF", "NONAKTIF", "MENINGGAL")),
            _c("*TGL_AKTIF", _D, not_after_night=True),
            _c("TGL_NONAKTIF", _D),
            _c("*KODE_WILAYAH"),
        ),
    ),
    Feed(
        "bpjstk.iuran",
        Format.PIPE,
        "increment",
        ("NO_TRANSAKSI",),
        (
            _c("*NO_TRANSAKSI"),
            _c("*KODE_BILLING", Kind.DIGITS, digits=12),
            _c("*KPJ", Kind.DIGITS, digits=11),
            _c("*BULAN_IURAN", Kind.MONTH),
            _c("*PROGRAM", Kind.LIST, allowed=PROGRAMS),
            _c("*JUMLAH", _A, above_zero=True),
            _c("*TGL_BAYAR", _D, not_after_night=True),
            _c("*SUMBER_DANA", Kind.LIST, allowed=SOURCES),
        ),
    ),
    Feed(
        "bpjstk.jakon",
        Format.PIPE,
        "snapshot",
        ("NO_PENDAFTARAN",),
        (
            _c("*NO_PENDAFTARAN"),
            _c("*NO_KONTRAK"),
            _c("NPWP"),
            _c("*NILAI_KONTRAK", _A),
            _c("*TGL_DAFTAR", _D),
            _c("TGL_MULAI", _D),
            _c("TGL_SELESAI", _D),
            _c("JUMLAH_TK", Kind.COUNT),
            _c("*IURAN_DIBAYAR", _A),
        ),
    ),
    Feed(
        "bpjstk.target",
        Format.XLSX,
        "occasional",
        ("TAHUN", "KODE_SEKTOR"),
        (_c("*TAHUN", Kind.YEAR), _c("*KODE_SEKTOR"), _c("*TARGET_PESERTA", Kind.COUNT)),
    ),
    Feed(
        "bpjstk.semesta",
        Format.XLSX,
        "occasional",
        ("TAHUN",),
        (_c("*TAHUN", Kind.YEAR), _c("*SEMESTA", Kind.COUNT), _c("*NO SURAT"), _c("*TGL SURAT", _D)),
    ),
    Feed(
        "sipd.anggaran",
        Format.XLSX,
        "snapshot",
        ("NO DPA", "KODE SUB KEGIATAN", "KODE REKENING", "SUMBER DANA"),
        (
            _c("*KODE SKPD"),
            _c("NAMA SKPD"),
            _c("*KODE SUB KEGIATAN"),
            _c("NAMA SUB KEGIATAN"),
            _c("*KODE REKENING"),
            _c("URAIAN"),
            _c("*SUMBER DANA"),
            _c("*NO DPA"),
            _c("*TGL DPA", _D),
            _c("*JENIS", Kind.LIST, allowed=("MURNI", "PERGESERAN", "PERUBAHAN")),
            _c("*PAGU", _A),
        ),
        indonesian=True,
    ),
    Feed(
        "sipd.sp2d",
        Format.SEMICOLON,
        "snapshot",
        ("NO SP2D",),
        (
            _c("*NO SP2D"),
            _c("*TGL SP2D", _D),
            _c("NO SPM"),
            _c("TGL SPM", _D),
            _c("*KODE SKPD"),
            _c("*KODE SUB KEGIATAN"),
            _c("*KODE REKENING"),
            _c("*SUMBER DANA"),
            _c("*NILAI", _A),
            _c("KODE BILLING"),
            _c("*NO SK"),
            _c("*PERIODE AWAL", Kind.PERIOD),
            _c("*PERIODE AKHIR", Kind.PERIOD),
            _c("URAIAN"),
        ),
        indonesian=True,
    ),
    Feed(
        "disnaker.penerima_dbhcht",
        Format.XLSX,
        "snapshot",
        ("NO SK", "NIK"),
        (
            _c("*NO SK"),
            _c("*TGL SK", _D),
            _c("*NIK", _N),
            _c("*NAMA"),
            _c("*KODE WILAYAH"),
            _c("*KATEGORI"),
            _c("*SKPD PENGUSUL"),
            _c("*BULAN MULAI", Kind.PERIOD),
            _c("*BULAN SELESAI", Kind.PERIOD),
        ),
        indonesian=True,
    ),
    _roster("perkim.tenaga_lapangan", Format.XLSX, "NO|*NIK|*NAMA|*JENIS|*KODE WILAYAH", "NO"),
    _roster(
        "distan.kelompok_tani",
        Format.BOM,
        "*nik|*nama_anggota|kelompok_tani|*kategori|luas_lahan_ha|*kode_wilayah",
    ),
    _roster("disdik.ptk_non_asn", Format.JSON, "ptk_id|*nik|*nama|*status_kepegawaian|npsn|*kode_wilayah"),
    _roster(
        "diskumdag.pelaku_usaha",
        Format.SQL,
        "id|*nik|*nama_pemilik|nama_usaha|*jenis|nib|*kode_wilayah",
        "id",
    ),
    _roster("dinsos.relawan_disabilitas", Format.SEMICOLON, "*NIK|*Nama|*Jenis|*Kode Wilayah"),
    _roster("dispar.pekerja_seni", Format.XLSX, "No|*NIK|*Nama Lengkap|*Bidang Seni|*Kode Wilayah", "No"),
    Feed(
        "distan.permohonan_bantuan",
        Format.XLSX,
        "snapshot",
        ("NO PERMOHONAN",),
        (
            _c("*NO PERMOHONAN"),
            _c("*TGL PERMOHONAN", _D),
            _c("*NIK", _N),
            _c("NAMA"),
            _c("KELOMPOK TANI"),
            _c("*JENIS BANTUAN"),
            _c("NILAI", _A),
        ),
    ),
    Feed(
        "diskumdag.sosialisasi",
        Format.SQL,
        "snapshot",
        ("id",),
        (_c("*id"), _c("*kegiatan_id"), _c("*tanggal", _D), _c("tempat"), _c("*nik", _N)),
    ),
    Feed(
        "pupr.proyek_konstruksi",
        Format.JSON,
        "snapshot",
        ("id",),
        (
            _c("*id"),
            _c("*nomor_kontrak"),
            _c("nomor_surat"),
            _c("tanggal_surat"),
            _c("jumlah_tenaga_kerja"),
            _c("diperbarui"),
        ),
    ),
    Feed(
        "pbj.kontrak",
        Format.JSON,
        "snapshot",
        ("ocid",),
        (
            _c("*ocid"),
            _c("id"),
            _c("date"),
            _c("tag", Kind.NESTED),
            _c("initiationType"),
            _c("buyer", Kind.NESTED),
            _c("parties", Kind.NESTED),
            _c("awards", Kind.NESTED),
            _c("*contracts", Kind.NESTED),
        ),
    ),
    Feed(
        "hukum.regulasi",
        Format.JSON,
        "snapshot",
        ("idData",),
        (
            _c("*idData"),
            _c("tahun_pengundangan"),
            _c("*tanggal_pengundangan", _D),
            _c("*jenis"),
            _c("*noPeraturan"),
            _c("*judul"),
            _c("singkatanJenis"),
            _c("*status", Kind.LIST, allowed=("Berlaku", "Tidak Berlaku")),
        ),
    ),
    Feed(
        "perekonomian.rencana_kerja",
        Format.XLSX,
        "occasional",
        ("KODE", "KOMITMEN"),
        (
            _c("PERANGKAT DAERAH"),
            _c("*KODE"),
            _c("*KOMITMEN"),
            _c("*INDIKATOR"),
            _c("DAFTAR"),
            _c("*TARGET", Kind.COUNT),
            _c("*BATAS WAKTU", _D),
        ),
    ),
    Feed(
        "bps.angkatan_kerja",
        Format.BOM,
        "occasional",
        ("tahun", "kode_sektor"),
        (
            _c("*tahun", Kind.YEAR),
            _c("*kode_sektor"),
            _c("*lapangan_usaha"),
            _c("*bekerja", Kind.COUNT),
        ),
    ),
)
BY_NAME = {feed.code: feed for feed in FEEDS}
ROSTERS = (
    "perkim.tenaga_lapangan",
    "distan.kelompok_tani",
    "disdik.ptk_non_asn",
    "diskumdag.pelaku_usaha",
    "dinsos.relawan_disabilitas",
    "dispar.pekerja_seni",
)
