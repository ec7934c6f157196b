"""Makes things of the city out of accepted rows, so that the answers can be tried on anybody's deliveries."""

import json
from collections.abc import Callable
from datetime import date, datetime

from simulator import model
from simulator.answers import Ledger, Truth
from simulator.feeds import BY_NAME, FEEDS
from tests.simulator.reading import MONTH_NAMES, Judge, as_date, as_number


def _day(text) -> date | None:
    return (
        date.fromisoformat(text[:10]) if isinstance(text, str) else text.date() if isinstance(text, datetime) else None
    )


def _int(value) -> int | None:
    return None if value is None else int(value)


def _release(row: dict) -> model.Release:
    contracts = tuple(
        model.Contract(c["id"], c["value"]["amount"], "", _day(row["date"]), _day(row["date"]), _day(row["date"]))
        for c in json.loads(row["contracts"])
    )
    return model.Release(row["ocid"], _day(row["date"]), "", "", "", "", contracts)


def _member(r: dict) -> model.Membership:
    return model.Membership(
        *(r[name] for name in ("KPJ", "NIK", "NAMA")), _day(r["TGL_LAHIR"]), r["JENIS_KELAMIN"], r["SEGMEN"], r["NPP"],
        *(r[name] for name in ("KODE_SEKTOR", "PROGRAM", "SUMBER_IURAN", "STATUS")),
        _day(r["TGL_AKTIF"]), _day(r["TGL_NONAKTIF"]), r["KODE_WILAYAH"],
    )  # fmt: skip


def _posting(r: dict) -> model.Posting:
    return model.Posting(
        r["NO_TRANSAKSI"], r["KODE_BILLING"], r["KPJ"], int(r["BULAN_IURAN"]), r["PROGRAM"], int(r["JUMLAH"]),
        _day(r["TGL_BAYAR"]), r["SUMBER_DANA"],
    )  # fmt: skip


def _registration(r: dict) -> model.Registration:
    return model.Registration(
        r["NO_PENDAFTARAN"], r["NO_KONTRAK"], r["NPWP"], int(r["NILAI_KONTRAK"]), _day(r["TGL_DAFTAR"]),
        _day(r["TGL_MULAI"]), _day(r["TGL_SELESAI"]), _int(r["JUMLAH_TK"]), int(r["IURAN_DIBAYAR"]),
    )  # fmt: skip


def _month(text: str) -> int:
    name, year = text.split()
    return int(year) * 100 + MONTH_NAMES.index(name) + 1


def _id_date(code: str, cell) -> date:
    return as_date(BY_NAME[code], cell)


def _id_amount(code: str, cell) -> int:
    return int(as_number(BY_NAME[code], cell))


def _sp2d(r: dict) -> model.Sp2d:
    billing = r["KODE BILLING"] or r["URAIAN"].split("kode iuran ")[1][:12]
    dated = _id_date("sipd.sp2d", r["TGL SP2D"])
    return model.Sp2d(
        r["NO SP2D"], dated, "", None, r["KODE SKPD"], r["KODE SUB KEGIATAN"], r["KODE REKENING"], r["SUMBER DANA"],
        _id_amount("sipd.sp2d", r["NILAI"]), billing, False, r["NO SK"], _month(r["PERIODE AWAL"]),
        _month(r["PERIODE AKHIR"]), "", dated,
    )  # fmt: skip


def _budget(r: dict) -> model.BudgetLine:
    code = "sipd.anggaran"
    return model.BudgetLine(
        r["KODE SKPD"], "", r["KODE SUB KEGIATAN"], "", r["KODE REKENING"], "", r["SUMBER DANA"], r["NO DPA"],
        _id_date(code, r["TGL DPA"]), r["JENIS"], _id_amount(code, r["PAGU"]),
    )  # fmt: skip


def _recipient(r: dict) -> model.Recipient:
    return model.Recipient(
        r["NO SK"], _id_date("disnaker.penerima_dbhcht", r["TGL SK"]), r["NIK"], r["NAMA"], r["KODE WILAYAH"],
        r["KATEGORI"], r["SKPD PENGUSUL"], _month(r["BULAN MULAI"]), _month(r["BULAN SELESAI"]),
    )  # fmt: skip


def _roster(category: str) -> Callable[[dict], model.RosterEntry]:
    return lambda r: model.RosterEntry(r.get("NIK") or r["nik"], "", r[category], "")


PARSERS: dict[str, Callable[[dict], object]] = {
    "bpjstk.kepesertaan": _member,
    "bpjstk.iuran": _posting,
    "bpjstk.jakon": _registration,
    "bpjstk.target": lambda r: model.Target(int(r["TAHUN"]), r["KODE_SEKTOR"], int(r["TARGET_PESERTA"])),
    "bpjstk.semesta": lambda r: model.Semesta(int(r["TAHUN"]), int(r["SEMESTA"]), "", _day(r["TGL SURAT"])),
    "sipd.anggaran": _budget,
    "sipd.sp2d": _sp2d,
    "disnaker.penerima_dbhcht": _recipient,
    "perkim.tenaga_lapangan": _roster("JENIS"),
    "distan.kelompok_tani": _roster("kategori"),
    "disdik.ptk_non_asn": _roster("status_kepegawaian"),
    "diskumdag.pelaku_usaha": _roster("jenis"),
    "dinsos.relawan_disabilitas": _roster("Jenis"),
    "dispar.pekerja_seni": _roster("Bidang Seni"),
    "distan.permohonan_bantuan": lambda r: model.Application(
        r["NO PERMOHONAN"], _day(r["TGL PERMOHONAN"]), r["NIK"], "", "", r["JENIS BANTUAN"], _int(r["NILAI"])
    ),
    "diskumdag.sosialisasi": lambda r: model.Attendance(
        r["id"], r["kegiatan_id"], _day(r["tanggal"]), r["tempat"], r["nik"]
    ),
    "pupr.proyek_konstruksi": lambda r: model.Project(
        r["id"], r["nomor_kontrak"], r["nomor_surat"], _day(r["tanggal_surat"]), 0, _day(r["diperbarui"])
    ),
    "pbj.kontrak": _release,
    "hukum.regulasi": lambda r: model.Regulation(
        r["idData"], _day(r["tanggal_pengundangan"]), r["jenis"], "", r["noPeraturan"], r["judul"], r["status"]
    ),
    "perekonomian.rencana_kerja": lambda r: model.Commitment(
        "", r["KODE"], r["KOMITMEN"], r["INDIKATOR"], r["DAFTAR"], int(r["TARGET"]), _day(r["BATAS WAKTU"])
    ),
    "bps.angkatan_kerja": lambda r: model.Workforce(
        int(r["tahun"]), r["kode_sektor"], r["lapangan_usaha"], int(r["bekerja"])
    ),
}


def truths(deliveries, nights: list[date]):
    """Yield each night's truth and scorecard as a judge of the delivered files sees them."""
    judges = {feed.code: Judge(feed) for feed in FEEDS}
    in_force: dict = {}
    owner: dict[str, str] = {}
    ledger = Ledger()
    waiting = []
    for night in nights:
        card = {}
        for feed in FEEDS:
            path = deliveries / feed.path(f"{night:%Y%m%d}")
            if not path.exists():
                continue
            counts, rows = judges[feed.code].judge(path, night)
            names = ("delivered_rows", "accepted_rows", "quarantined_rows", "duplicate_rows")
            card[feed.code] = {name: counts[name] for name in names}
            things = [PARSERS[feed.code](dict(zip(feed.names, row, strict=True))) for row in rows]
            if feed.cadence == "increment":
                waiting += things
                in_force[feed.code] = []
            else:
                in_force[feed.code] = things
            if feed.code == "bpjstk.kepesertaan":
                owner.update((member.kpj, member.nik) for member in things)
        ledger.watched |= {order.billing for order in in_force["sipd.sp2d"]}
        # A line may come before its order does, so the ledger is written anew every night.
        fresh = Ledger(watched=ledger.watched)
        for line in waiting:
            fresh.post(line)
        yield Truth(night, dict(in_force), dict(owner), fresh), dict(sorted(card.items()))
