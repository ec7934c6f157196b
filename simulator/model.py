"""The things of the true city. All are frozen: a change makes a new one, so an older night keeps its own."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Worker:
    """One synthetic person."""

    nik: str
    name: str
    birth: date
    sex: str
    region: str
    sector: str


@dataclass(frozen=True, slots=True)
class Membership:
    """One line of bpjstk.kepesertaan."""

    kpj: str
    nik: str
    name: str
    birth: date
    sex: str
    segment: str
    npp: str | None
    sector: str
    programs: str
    funding: str
    status: str
    since: date
    until: date | None
    region: str


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of bpjstk.iuran."""

    number: str
    billing: str
    kpj: str
    month: int
    program: str
    amount: int
    paid: date
    source: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """One line of disnaker.penerima_dbhcht: a worker on a decree."""

    decree: str
    signed: date
    nik: str
    name: str
    region: str
    category: str
    skpd: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line of sipd.anggaran."""

    skpd: str
    skpd_name: str
    sub: str
    sub_name: str
    account: str
    note: str
    source: str
    document: str
    dated: date
    kind: str
    amount: int


@dataclass(frozen=True, slots=True)
class Sp2d:
    """One line of sipd.sp2d; known is the first night whose delivery holds it."""

    number: str
    dated: date
    spm: str
    spm_dated: date | None
    skpd: str
    sub: str
    account: str
    source: str
    amount: int
    billing: str
    billing_in_note: bool
    decree: str
    first: int
    last: int
    note: str
    known: date


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One worker on an agency's roster; detail holds the agency's own further columns."""

    nik: str
    name: str
    category: str
    region: str
    detail: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Application:
    """One line of distan.permohonan_bantuan."""

    number: str
    dated: date
    nik: str
    name: str
    group: str
    kind: str
    value: int | None


@dataclass(frozen=True, slots=True)
class Attendance:
    """One line of diskumdag.sosialisasi."""

    number: str
    event: str
    day: date
    place: str
    nik: str


@dataclass(frozen=True, slots=True)
class Project:
    """One line of pupr.proyek_konstruksi."""

    number: str
    contract: str
    letter: str | None
    letter_dated: date | None
    heads: int
    updated: date


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract inside a release of pbj.kontrak."""

    number: str
    value: int
    title: str
    signed: date
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Release:
    """One release of pbj.kontrak."""

    ocid: str
    dated: date
    buyer: str
    buyer_name: str
    supplier: str
    supplier_name: str
    contracts: tuple[Contract, ...]


@dataclass(frozen=True, slots=True)
class Registration:
    """One line of bpjstk.jakon."""

    number: str
    contract: str
    npwp: str | None
    value: int
    registered: date
    start: date | None
    end: date | None
    heads: int | None
    paid: int


@dataclass(frozen=True, slots=True)
class Regulation:
    """One line of hukum.regulasi."""

    number: str
    dated: date
    kind: str
    kind_short: str
    regulation: str
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """One line of perekonomian.rencana_kerja."""

    agency_name: str
    agency: str
    pledge: str
    indicator: str
    roster: str | None
    target: int
    due: date


@dataclass(frozen=True, slots=True)
class Target:
    """One line of bpjstk.target."""

    year: int
    sector: str
    participants: int


@dataclass(frozen=True, slots=True)
class Semesta:
    """One line of bpjstk.semesta."""

    year: int
    workers: int
    letter: str
    letter_dated: date


@dataclass(frozen=True, slots=True)
class Workforce:
    """One line of bps.angkatan_kerja."""

    year: int
    sector: str
    name: str
    employed: int
