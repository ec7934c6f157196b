"""What each agency would deliver on a night, before any dirt."""

from collections.abc import Callable
from datetime import date
from typing import Any

from simulator.city import City

SNAPSHOTS: dict[str, Callable[[City, date], list[Any]]] = {
    "bpjstk.kepesertaan": lambda city, night: [m for m in city.memberships.values() if m.since <= night],
    "bpjstk.jakon": lambda city, night: city.registrations,
    "bpjstk.target": lambda city, night: city.targets,
    "bpjstk.semesta": lambda city, night: city.semesta,
    # A year's documents are not there before the year.
    "sipd.anggaran": lambda city, night: [line for line in city.budget if line.dated.year <= night.year],
    "sipd.sp2d": lambda city, night: [order for order in city.sp2ds if order.known <= night],
    # A decree is on the list from the day it is signed.
    "disnaker.penerima_dbhcht": lambda city, night: [r for r in city.recipients if r.signed <= night],
    "perkim.tenaga_lapangan": lambda city, night: city.rosters["perkim.tenaga_lapangan"],
    "distan.kelompok_tani": lambda city, night: city.rosters["distan.kelompok_tani"],
    "disdik.ptk_non_asn": lambda city, night: city.rosters["disdik.ptk_non_asn"],
    "diskumdag.pelaku_usaha": lambda city, night: city.rosters["diskumdag.pelaku_usaha"],
    "dinsos.relawan_disabilitas": lambda city, night: city.rosters["dinsos.relawan_disabilitas"],
    "dispar.pekerja_seni": lambda city, night: city.rosters["dispar.pekerja_seni"],
    "distan.permohonan_bantuan": lambda city, night: city.applications,
    "diskumdag.sosialisasi": lambda city, night: city.attendance,
    "pupr.proyek_konstruksi": lambda city, night: city.projects,
    "pbj.kontrak": lambda city, night: city.releases,
    "hukum.regulasi": lambda city, night: city.regulations,
    "perekonomian.rencana_kerja": lambda city, night: city.commitments,
    "bps.angkatan_kerja": lambda city, night: city.workforce,
}
