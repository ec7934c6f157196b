"""Two rows of one key with different contents, each good by itself (feeds.md, step 6)."""

import copy
from datetime import datetime, timedelta

from simulator.columns import Feed
from simulator.rows import Cell

CHANGED = {
    "bpjstk.kepesertaan": "NAMA",
    "bpjstk.iuran": "JUMLAH",
    "bpjstk.jakon": "JUMLAH_TK",
    "sipd.anggaran": "PAGU",
    "sipd.sp2d": "NILAI",
    "disnaker.penerima_dbhcht": "KATEGORI",
    "perkim.tenaga_lapangan": "NAMA",
    "distan.kelompok_tani": "nama_anggota",
    "disdik.ptk_non_asn": "nama",
    "diskumdag.pelaku_usaha": "nama_usaha",
    "dinsos.relawan_disabilitas": "Nama",
    "dispar.pekerja_seni": "Nama Lengkap",
    "distan.permohonan_bantuan": "JENIS BANTUAN",
    "diskumdag.sosialisasi": "tempat",
    "pupr.proyek_konstruksi": "nomor_surat",
    "pbj.kontrak": "contracts",
    "hukum.regulasi": "judul",
}


def contradict(feed: Feed, cells: list[Cell], version: int) -> list[Cell]:
    """Return a good row of the same key that says something else."""
    i = feed.names.index(CHANGED[feed.code])
    changed = list(cells)
    cell = cells[i]
    if feed.code == "pbj.kontrak":
        changed[i] = copy.deepcopy(cell)
        changed[i][0]["value"]["amount"] += version
    elif feed.code == "bpjstk.iuran":
        changed[i] = str(int(cell) + 100 * version)
    elif feed.indonesian and feed.columns[i].name in {"NILAI", "PAGU"}:
        changed[i] = f"{version}.{cell}" if len(cell.split(".")[0]) == 3 else f"{version}{cell}"
    elif feed.code == "bpjstk.jakon":
        changed[i] = str(int(cell or "0") + version)
    elif isinstance(cell, datetime):
        changed[i] = cell + timedelta(days=version)
    else:
        changed[i] = f"{cell or 'TANPA KETERANGAN'} {version + 1}"
    return changed
