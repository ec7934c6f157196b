"""What codes, states and months are called on the pages, and how the sentences that recur are put."""

from __future__ import annotations

from datetime import date

from cakupan.bilingual import Text, day, in_both, month_names, number, same
from cakupan.settings import smallest_shown

DENOMINATORS = {
    "SAKERNAS": Text("penduduk bekerja (Sakernas, BPS)", "employed residents (Sakernas, BPS)"),
    "SEMESTA_BPJS": Text("pekerja menurut semesta BPJS", "workers in BPJS' own count (semesta)"),
}
PAYERS = {
    "PEMBERI_KERJA": Text("Pemberi kerja", "Employer"),
    "MANDIRI": Text("Mandiri", "Worker"),
    "DBHCHT": same("DBHCHT"),
    "APBD": Text("APBD lain", "Other city budget"),
    "APBDES": Text("APBDes", "Village budget"),
    "CSR": same("CSR"),
}
COMPLIANCE = {
    "COMPLIANT": Text("Patuh", "Compliant"),
    "NOT_REGISTERED": Text("Belum terdaftar di BPJS", "Not registered at BPJS"),
    "NO_LETTER": Text("Tanpa surat", "No letter"),
    "REGISTERED_BEFORE_LETTER": Text("Terdaftar sebelum surat", "Registered before the letter"),
    "UNDERPAID": Text("Iuran kurang bayar", "Contribution underpaid"),
}
PROTECTION = {
    "PROTECTED": Text("Terlindungi", "Protected"),
    "NOT_POSTED": Text("Dalam SK, belum dibukukan", "On the decree, not posted"),
    "NOT_ON_DECREE": Text("Dibukukan di luar SK atau periode", "Posted outside the decree or period"),
    "UNRESOLVED": Text("Dibukukan untuk KPJ tak dikenal", "Posted for an unknown membership"),
}
SEVERITY = {
    "critical": Text("kritis", "critical"),
    "warning": Text("peringatan", "warning"),
    "notice": Text("catatan", "notice"),
    "info": Text("informasi", "information"),
}
NOT_DUE = "NOT_DUE"
DELIVERY = {
    NOT_DUE: Text("Tidak ditunggu malam ini", "Not awaited this night"),
    "ACCEPTED": Text("Diterima", "Accepted"),
    "LATE": Text("Terlambat", "Late"),
    "REJECTED": Text("Ditolak", "Rejected"),
    "HELD": Text("Ditahan", "Held"),
}
NO_OFFICE = Text("Lintas perangkat daerah", "Across offices")
ALL = Text("Jumlah", "Total")


def small_cells() -> Text:
    """Say what “hidden” stands for."""
    smallest = smallest_shown()
    return Text(
        f"“Disamarkan” berarti kurang dari {smallest.count} orang ({smallest.sensitive_count} untuk"
        " penyandang disabilitas dan permohonan bantuan), atau angka yang bila ditampilkan membuka"
        " angka sekecil itu. Jumlah tetap dihitung dari semuanya.",
        f"“Hidden” stands for fewer than {smallest.count} persons ({smallest.sensitive_count} where"
        " they are disabled or apply for aid), or for a figure that would give such a small one away."
        " Totals are counted from all.",
    )


def month(yyyymm: str) -> Text:
    """Return 202509 as September 2025."""
    return in_both(lambda language: f"{month_names(language)[int(yyyymm[4:]) - 1]} {yyyymm[:4]}")


def called(names: dict[str, Text], code: str | None) -> Text:
    """Return what a code is called; one that has no name keeps itself."""
    return names.get(code or "") or same(code or "\N{EN DASH}")


def category(code: str) -> Text:
    """Return a worker category as a reader writes it: an abbreviation as it is, other words in small letters."""
    return same(code if len(code) <= 4 else code.capitalize())


def age(night: date, in_force: date | None) -> Text:
    """Say how old a delivery in force is on the night."""
    days = (night - in_force).days if in_force else None
    if days is None:
        return Text("belum pernah diterima", "never accepted")
    if days == 0:
        return Text("malam ini", "this night")
    return Text("{} hari", "{} days" if days > 1 else "{} day").format(number(days))


def since(night: date | None) -> Text:
    """Head a column of changes since a night."""
    return Text("Sejak {}", "Since {}").format(day(night)) if night else Text("Sejak kemarin", "Since yesterday")
