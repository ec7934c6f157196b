"""What may be known on a night: the accepted things in force, and all lines posted so far."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

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


@dataclass
class Ledger:
    """All accepted contribution lines, kept in the few forms that the answers ask for."""

    watched: set[str] = field(default_factory=set)
    """billing codes of payment orders: their lines are kept whole"""
    under_order: dict[str, list[Posting]] = field(default_factory=lambda: defaultdict(list))
    by_year_and_source: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    newest_jkk: dict[str, int] = field(default_factory=dict)
    """KPJ -> newest month with a JKK line"""
    jkk_from_dbhcht: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    jkk_from_others: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    any_from_dbhcht: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    """KPJ -> month -> rupiah, whatever the programme"""

    def post(self, line: Posting) -> None:
        """Enter one accepted line."""
        kpj, month = line.kpj, line.month
        self.by_year_and_source[month // 100, line.source] += line.amount
        if line.billing in self.watched:
            self.under_order[line.billing].append(line)
        if line.source == "DBHCHT":
            self.any_from_dbhcht[kpj][month] += line.amount
        if line.program == "JKK":
            if self.newest_jkk.get(kpj, 0) < month:
                self.newest_jkk[kpj] = month
            (self.jkk_from_dbhcht if line.source == "DBHCHT" else self.jkk_from_others)[kpj].add(month)


@dataclass
class Truth:
    """Everything accepted that a night may use."""

    night: date
    in_force: dict[str, list[Any]]
    """feed -> the things of its newest accepted delivery"""
    owner: dict[str, str]
    """KPJ -> NIK of the newest accepted membership row in any delivery"""
    ledger: Ledger

    def given(self, feed: str, figure: int) -> int | None:
        """Tell whether it was given: "a figure that no accepted delivery ever gave is NULL and not 0"."""
        return figure if feed in self.in_force else None

    @property
    def memberships(self) -> list[Membership]:
        """The accepted rows of bpjstk.kepesertaan in force."""
        return self.in_force.get("bpjstk.kepesertaan", [])

    @property
    def recipients(self) -> list[Recipient]:
        """The accepted rows of disnaker.penerima_dbhcht in force."""
        return self.in_force.get("disnaker.penerima_dbhcht", [])

    @property
    def budget(self) -> list[BudgetLine]:
        """Budget lines paid from DBHCHT, of documents dated not after the night."""
        lines: list[BudgetLine] = self.in_force.get("sipd.anggaran", [])
        return [line for line in lines if line.source == "DBHCHT" and line.dated <= self.night]

    @property
    def orders(self) -> list[Sp2d]:
        """The SP2Ds paid from DBHCHT."""
        orders: list[Sp2d] = self.in_force.get("sipd.sp2d", [])
        return [order for order in orders if order.source == "DBHCHT"]

    @property
    def projects(self) -> list[Project]:
        """The construction projects in force."""
        return self.in_force.get("pupr.proyek_konstruksi", [])

    @property
    def releases(self) -> list[Release]:
        """The contracts in force."""
        return self.in_force.get("pbj.kontrak", [])

    @property
    def registrations(self) -> list[Registration]:
        """The construction registrations in force."""
        return self.in_force.get("bpjstk.jakon", [])

    @property
    def applications(self) -> list[Application]:
        """The aid applications in force."""
        return self.in_force.get("distan.permohonan_bantuan", [])

    @property
    def attendance(self) -> list[Attendance]:
        """The attendance lines in force."""
        return self.in_force.get("diskumdag.sosialisasi", [])

    @property
    def regulations(self) -> list[Regulation]:
        """The regulations in force."""
        return self.in_force.get("hukum.regulasi", [])

    @property
    def commitments(self) -> list[Commitment]:
        """The pledges in force."""
        return self.in_force.get("perekonomian.rencana_kerja", [])

    @property
    def targets(self) -> list[Target]:
        """Targets of the newest year not after the night's."""
        return self._newest(self.in_force.get("bpjstk.target", []))

    @property
    def semesta(self) -> list[Semesta]:
        """BPJS's denominator of the newest year not after the night's."""
        return self._newest(self.in_force.get("bpjstk.semesta", []))

    @property
    def workforce(self) -> list[Workforce]:
        """The workforce table of the newest year not after the night's."""
        return self._newest(self.in_force.get("bps.angkatan_kerja", []))

    def roster(self, feed: str) -> list[RosterEntry]:
        """Return a roster in force."""
        return self.in_force.get(feed, [])

    def _newest(self, lines: list[Any]) -> list[Any]:
        """Find the newest: "targets and denominators are those of the newest year not after D's"."""
        year = max((line.year for line in lines if line.year <= self.night.year), default=None)
        return [line for line in lines if line.year == year]
