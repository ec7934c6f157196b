"""What headings mean: the words offices use for numbers, names, places, dates and money."""

from __future__ import annotations

import re
import unicodedata


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALIKE = {
    "nomor": "no", "nomer": "no", "number": "no", "nmr": "no", "tgl": "tanggal", "date": "tanggal", "tanggl": "tanggal",
    "jml": "jumlah", "jmlh": "jumlah", "jlh": "jumlah", "total": "jumlah", "banyaknya": "jumlah", "count": "jumlah",
    "qty": "jumlah", "thn": "tahun", "year": "tahun", "bln": "bulan", "month": "bulan", "kec": "kecamatan",
    "kel": "kelurahan", "ds": "desa", "kab": "kabupaten", "name": "nama", "nm": "nama", "almt": "alamat",
    "address": "alamat", "handphone": "hp", "ponsel": "hp", "telp": "hp", "telepon": "hp", "tlp": "hp",
    "telpon": "hp", "phone": "hp", "wa": "hp", "whatsapp": "hp", "seluler": "hp", "mobile": "hp",
    "mail": "email", "surel": "email", "norek": "rekening", "rek": "rekening", "kd": "kode", "code": "kode",
    "ket": "keterangan", "lhr": "lahir", "birth": "lahir", "kelahiran": "lahir", "uraian": "keterangan",
    "notes": "keterangan", "catatan": "keterangan", "umur": "usia", "age": "usia", "sex": "kelamin", "jk": "kelamin",
    "gender": "kelamin", "nominal": "nilai", "amount": "nilai", "besaran": "nilai", "besarnya": "nilai",
    "rupiah": "rp", "idr": "rp", "gaji": "upah", "honor": "upah", "honorarium": "upah", "dob": "lahir",
    "pct": "persen", "persentase": "persen", "prosentase": "persen", "procentase": "persen",
}  # fmt: skip
ORGANISATIONS = _set(
    "skpd opd dinas kegiatan sub program barang desa kelurahan kecamatan kabupaten kota sekolah kelompok"
    " poktan gapoktan instansi perusahaan produk komoditas bank jalan paket proyek pasar koperasi unit"
    " organisasi lembaga kantor badan bagian bidang jenis pekerjaan provinsi wilayah daerah tempat lokasi objek"
    " aplikasi file dokumen bantuan pelatihan sanggar komunitas paguyuban pangkalan trayek rs puskesmas"
    " posyandu masjid cabang rekanan penyedia vendor event acara dusun lingkungan akun rekening tanaman ternak"
    " kapal sektor usulan indikator satuan"
)
PEOPLE = _set(
    "pemilik ketua pengemudi sopir direktur pemohon penerima pic petugas pendamping mandor koordinator"
    " penyuluh pembina wali suami istri ibu ayah pelapor pengurus pimpinan bendahara sekretaris pelatih driver"
    " pegawai karyawan peserta pekerja anggota pemegang kontak ahli waris"
)
IDENTITIES = _set(
    "npwp nip nuptk nisn nis nrp nrptt sim paspor passport nopol polisi kk tandatangan ttd foto username ibu kusuka"
)
CODES = _set(
    "kode no id nip nib npsn nuptk nisn nis npwp npp kpj nik kk kbli klu rt rw pos rekening hp nopol siup sku"
    " iumk pirt sk sp2d spm spp dpa billing barcode nrp sim paspor fax kta nomenklatur mak nop"
)
MONEY = _set(
    "nilai iuran pagu harga upah insentif anggaran realisasi biaya nominal rp saldo pendapatan omzet omset"
    " modal tunjangan premi denda tarif dana setoran penghasilan laba retribusi pajak tagihan bayar dibayar"
    " disetor terbayar hps belanja kerugian potongan netto bruto santunan manfaat klaim plafon pinjaman"
    " angsuran jkk jkm jht jp sewa ump umk umr"
)
COUNTED = _set(
    "orang tk pekerja tenaga kerja anggota peserta unit siswa karyawan pegawai usia target lama masa hari jam"
    " ekor pohon tanggungan kk jiwa penduduk buah kali penerima warga rumah bulan tahun laki perempuan l p"
    " usaha anak peserta semester rombel kelas ruang lulusan kuota hadir kapasitas stok urutan kasus produksi"
    " ijin izin"
)
MEASURED = _set(
    "luas berat persen rasio indeks ha hektar koordinat latitude longitude lat long lng lintang bujur ipk"
    " tinggi rata panjang lebar rate skor bobot volume kg ton m2 suhu"
)
LISTS = _set(
    "jenis kategori status golongan bidang tipe kelas sumber program agama pendidikan kelamin kecamatan segmen"
    " sektor pekerjaan profesi jabatan satuan tingkat prioritas level metode klasifikasi skala kondisi hubungan"
    " desa kelurahan kewarganegaraan kawin perkawinan lulusan ukuran shift bank kelompok skpd opd komoditas"
    " kepemilikan hasil type kind category semester triwulan bulan disabilitas pasar lp"
)
DATED = _set("tanggal tmt waktu lahir mulai selesai berakhir berlaku tmk jatuh tempo sejak per")
FREE = _set("keterangan hp email alamat judul pesan")
DOCUMENTS = _set(
    "permohonan transaksi pendaftaran registrasi reg sp2d spm kontrak tiket kasus klaim berkas faktur kwitansi"
    " bukti polis pengajuan proposal perjanjian izin surat billing invoice pesanan usulan laporan pengaduan"
    " kejadian"
)
ABOUT = {
    "nik": "National identity number", "kpj": "Membership number at BPJS Ketenagakerjaan",
    "nama": "Name", "lahir": "Birth", "alamat": "Address", "hp": "Telephone number", "email": "E-mail address",
    "kelamin": "Sex", "wilayah": "Region", "kecamatan": "District", "kelurahan": "Village", "desa": "Village",
    "tahun": "Year", "bulan": "Month", "tanggal": "Day", "rekening": "Account", "npwp": "Tax number",
    "nib": "Business number", "iuran": "Contribution", "upah": "Wage", "jumlah": "Number or sum", "nilai": "Value",
    "usia": "Age", "keterangan": "Remark", "status": "State", "jenis": "Kind", "kategori": "Category",
    "kk": "Family card number", "pekerjaan": "Occupation", "no": "Number", "id": "Number", "kode": "Code",
}  # fmt: skip


def tokens(header: str) -> list[str]:
    """Return the words of a heading, short forms written out."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    joined = re.sub(r"(?i)\bno\s*\.?\s*(?=hp|kk|rek|telp|induk)", "no ", spaced)
    words = re.findall(r"[a-z0-9]+", joined.lower())
    return [ALIKE.get(word, word) for word in words]


def column_name(header: str) -> str:
    """Return the heading as a name in snake case that PostgreSQL takes unquoted."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode()
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", plain).lower().replace("%", " persen ")
    name = re.sub(r"[^a-z0-9]+", "_", spaced).strip("_")[:50].strip("_")
    if not name or not name[0].isalpha() or name.startswith("x_"):
        name = f"kolom_{name}".strip("_")
    return name


def about(header: str) -> str:
    """Return a first sentence on a column in both languages, for the person who knows it better."""
    words = [ABOUT[word] for word in tokens(header) if word in ABOUT]
    return f"{words[0] if words else 'As headed'} ({header}) | Sesuai judulnya ({header})"


def is_region(words: list[str]) -> bool:
    """Tell whether the heading is of a place that many people share."""
    return bool(words) and words[-1] in {"kecamatan", "desa", "kelurahan", "kota", "kabupaten", "provinsi", "wilayah"}


def is_personal(words: list[str]) -> bool:
    """Tell whether a heading is of what names, reaches or places a person."""
    found = set(words)
    organisations = {"sekolah", "kantor", "instansi", "perusahaan", "proyek", "kegiatan", "web"}
    named = not found & ORGANISATIONS or bool(found & (PEOPLE | {"rekening"}))
    unlikely = (COUNTED - PEOPLE) | MONEY | LISTS | CODES | DATED | {"jumlah"}
    # The first that applies decides.
    cases: tuple[tuple[object, object], ...] = (
        (found & {"hp", "email", "nik", "kpj", "ktp"}, True),
        ("rekening" in found and (found & {"no", "nasabah"} or words == ["rekening"]), "kode" not in found),
        (found & (MONEY | {"jumlah"}) and "nama" not in found, False),
        ("lahir" in found or {"atas", "nama"} <= found, True),
        (words and words[0] in PEOPLE - COUNTED and not found & (unlikely - LISTS), True),
        (is_region(words), False),
        (found & IDENTITIES, True),
        (found & {"alamat", "domisili"}, not found & organisations),
        (found & {"rt", "rw"}, True),
        ("nama" in found, named),
        ("kartu" in found and found & {"no", "bpjs", "jkn"}, True),
        (True, found & PEOPLE and not found & unlikely),
    )
    return bool(next(answer for applies, answer in cases if applies))
