"""How a thing of the city stands in a delivery: its cells, spelled as the feed spells them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from simulator.columns import Feed, Format, Kind
from simulator.dates import short_date, spelled_amount, spelled_month
from simulator.model import (
    Application,
    Attendance,
    BudgetLine,
    Commitment,
    Membership,
    Posting,
    Project,
    Recipient,
    Registration,
    Regulation,
    Release,
    RosterEntry,
    Semesta,
    Sp2d,
    Target,
    Workforce,
)

Cell = Any
"""a string, a number, a date, None - or for pbj.kontrak a piece of JSON"""

WIB = "T00:00:00+07:00"


def _membership(m: Membership) -> list[Cell]:
    return [
        m.kpj,
        m.nik,
        m.name.upper(),
        m.birth,
        m.sex,
        m.segment,
        m.npp,
        m.sector,
        m.programs,
        m.funding,
        m.status,
        m.since,
        m.until,
        m.region,
    ]


def _posting(p: Posting) -> list[Cell]:
    return [p.number, p.billing, p.kpj, str(p.month), p.program, p.amount, p.paid, p.source]


def _registration(r: Registration) -> list[Cell]:
    return [r.number, r.contract, r.npwp, r.value, r.registered, r.start, r.end, r.heads, r.paid]


def _recipient(r: Recipient) -> list[Cell]:
    return [r.decree, r.signed, r.nik, r.name, r.region, r.category, r.skpd, r.first, r.last]


def _budget(b: BudgetLine) -> list[Cell]:
    return [b.skpd, b.skpd_name, b.sub, b.sub_name, b.account, b.note, b.source, b.document, b.dated, b.kind, b.amount]


def _sp2d(s: Sp2d) -> list[Cell]:
    note = f"{s.note} kode iuran {s.billing}" if s.billing_in_note else s.note
    return [
        s.number,
        s.dated,
        s.spm,
        s.spm_dated,
        s.skpd,
        s.sub,
        s.account,
        s.source,
        s.amount,
        None if s.billing_in_note else s.billing,
        s.decree,
        s.first,
        s.last,
        note,
    ]


def _perkim(e: RosterEntry) -> list[Cell]:
    return [None, e.nik, e.name, e.category, e.region]


def _distan(e: RosterEntry) -> list[Cell]:
    return [e.nik, e.name, e.detail[0], e.category, e.detail[1], e.region]


def _disdik(e: RosterEntry) -> list[Cell]:
    return [e.detail[0], e.nik, e.name, e.category, e.detail[1], e.region]


def _diskumdag(e: RosterEntry) -> list[Cell]:
    return [None, e.nik, e.name, e.detail[0], e.category, e.detail[1], e.region]


def _dinsos(e: RosterEntry) -> list[Cell]:
    return [e.nik, e.name, e.category, e.region]


def _application(a: Application) -> list[Cell]:
    return [a.number, a.dated, a.nik, a.name, a.group, a.kind, a.value]


def _attendance(a: Attendance) -> list[Cell]:
    return [a.number, a.event, a.day, a.place, a.nik]


def _project(p: Project) -> list[Cell]:
    dated = p.letter_dated.isoformat() if p.letter_dated else None
    return [p.number, p.contract, p.letter, dated, p.heads, f"{p.updated}T08:00:00+07:00"]


def _release(r: Release) -> list[Cell]:
    supplier = {"id": f"ID-NPWP-{r.supplier}", "name": r.supplier_name}
    party = {**supplier, "roles": ["supplier"], "identifier": {"scheme": "ID-NPWP", "id": r.supplier}}
    contracts = [
        {
            "id": c.number,
            "awardID": str(i),
            "title": c.title,
            "value": {"amount": c.value, "currency": "IDR"},
            "dateSigned": f"{c.signed}{WIB}",
            "period": {"startDate": f"{c.start}{WIB}", "endDate": f"{c.end}{WIB}"},
        }
        for i, c in enumerate(r.contracts, start=1)
    ]
    awards = [{"id": str(i), "suppliers": [supplier]} for i in range(1, len(contracts) + 1)]
    buyer = {"id": r.buyer, "name": r.buyer_name}
    return [r.ocid, f"{r.ocid}-1", f"{r.dated}{WIB}", ["contract"], "tender", buyer, [party], awards, contracts]


def _regulation(r: Regulation) -> list[Cell]:
    return [r.number, str(r.dated.year), r.dated, r.kind, r.regulation, r.title, r.kind_short, r.status]


def _commitment(c: Commitment) -> list[Cell]:
    return [c.agency_name, c.agency, c.pledge, c.indicator, c.roster, c.target, c.due]


def _target(t: Target) -> list[Cell]:
    return [t.year, t.sector, t.participants]


def _semesta(s: Semesta) -> list[Cell]:
    return [s.year, s.workers, s.letter, s.letter_dated]


def _workforce(w: Workforce) -> list[Cell]:
    return [w.year, w.sector, w.name, w.employed]


CELLS: dict[str, Callable[[Any], list[Cell]]] = {
    "bpjstk.kepesertaan": _membership,
    "bpjstk.iuran": _posting,
    "bpjstk.jakon": _registration,
    "bpjstk.target": _target,
    "bpjstk.semesta": _semesta,
    "sipd.anggaran": _budget,
    "sipd.sp2d": _sp2d,
    "disnaker.penerima_dbhcht": _recipient,
    "perkim.tenaga_lapangan": _perkim,
    "distan.kelompok_tani": _distan,
    "disdik.ptk_non_asn": _disdik,
    "diskumdag.pelaku_usaha": _diskumdag,
    "dinsos.relawan_disabilitas": _dinsos,
    "dispar.pekerja_seni": _perkim,
    "distan.permohonan_bantuan": _application,
    "diskumdag.sosialisasi": _attendance,
    "pupr.proyek_konstruksi": _project,
    "pbj.kontrak": _release,
    "hukum.regulasi": _regulation,
    "perekonomian.rencana_kerja": _commitment,
    "bps.angkatan_kerja": _workforce,
}


def _spell_iso(kind: Kind, value: Cell) -> Cell:
    """Spell a value as text in ISO."""
    return value if isinstance(value, str) or value is None else str(value)


def _spell_id(kind: Kind, value: Cell) -> Cell:
    """Spell a value as text in Indonesian."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, date):
        return short_date(value)
    return spelled_month(value) if kind is Kind.PERIOD else spelled_amount(value)


def _spell_cell(kind: Kind, value: Cell) -> Cell:
    """Keep numbers; make a date a real date cell."""
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else value


def _spell_json(kind: Kind, value: Cell) -> Cell:
    """Keep numbers and pieces; write a date as ISO text."""
    return value.isoformat() if isinstance(value, date) else value


def speller(feed: Feed) -> Callable[[Any], list[Cell]]:
    """Return the function that turns a thing of the city into the cells of a feed's row."""
    cells = CELLS[feed.code]
    kinds = [column.kind for column in feed.columns]
    if feed.indonesian:
        spell = _spell_id
    elif feed.form is Format.XLSX:
        spell = _spell_cell
    elif feed.form is Format.JSON:
        spell = _spell_json
    else:
        spell = _spell_iso
    return lambda item: list(map(spell, kinds, cells(item)))


def key_of(feed: Feed, cells: list[Cell]) -> str:
    """Return a row's key as one text."""
    names = feed.names
    return "|".join(str(cells[names.index(name)]) for name in feed.key)
