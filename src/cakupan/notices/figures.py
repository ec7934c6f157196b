"""The figures of a published night that are told in the morning, each beside what it was a published night before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row

from cakupan.ledger.publications import published_nights

COVERAGE = """
    select
        c.denominator_code, c.active_participants, c.denominator, c.coverage_rate, c.target_participants,
        c.gap_to_target, c.active_participants - before.active_participants as active_change,
        c.coverage_rate - before.coverage_rate as rate_change
    from marts.universal_coverage as c
    left join marts.universal_coverage as before
        on before.as_of_date = %(before)s and before.denominator_code = c.denominator_code
    where c.as_of_date = %(night)s
    order by 1
"""
SECTORS = """
    select
        sum(gap_to_target)::bigint as gaps,
        sum(greatest(active_participants - coalesce(target_participants, 0), 0))::bigint as beyond_targets,
        count(*) filter (where active_participants > coalesce(target_participants, 0)) as sectors_beyond
    from marts.coverage_by_sector where as_of_date = %(night)s
"""
# A part that nobody delivered makes no total.
MONEY = """
    with office as (
        select fiscal_year, skpd_code,
            case when count(*) = count(budget_idr) then sum(budget_idr)::bigint end as budget_idr,
            case when count(*) = count(disbursed_idr) then sum(disbursed_idr)::bigint end as disbursed_idr,
            case when count(*) = count(posted_idr) then sum(posted_idr)::bigint end as posted_idr,
            case when count(*) = count(unposted_idr) then sum(unposted_idr)::bigint end as unposted_idr
        from marts.dbhcht_reconciliation where as_of_date = %(night)s group by 1, 2
    ),

    name as (
        select distinct on (skpd_code) skpd_code, agency_name
        from marts.dim_agency
        where skpd_code is not null and %(night)s between valid_from and coalesce(valid_to, 'infinity')
        order by skpd_code, agency_name
    ),

    named as (
        select distinct on (skpd_code) skpd_code, skpd_name
        from marts.dim_budget_line
        order by skpd_code, document_date desc
    )

    select office.*, coalesce(name.agency_name, named.skpd_name) as office_name
    from office
    left join name using (skpd_code)
    left join named using (skpd_code)
    order by fiscal_year, unposted_idr desc nulls last, skpd_code
"""
FINDINGS = """
    with counted as (
        select finding_code, severity, as_of_date = %(night)s as now, count(*) as cases,
            sum(amount_idr)::bigint as amount_idr
        from marts.audit_findings where as_of_date in (%(night)s, %(before)s) group by 1, 2, 3
    )

    select
        finding_code, severity, coalesce(sum(cases) filter (where now), 0)::bigint as cases,
        case
            when %(before)s::date is not null then coalesce(sum(cases) filter (where not now), 0)::bigint
        end as before,
        (sum(amount_idr) filter (where now))::bigint as amount_idr
    from counted group by 1, 2
    order by array_position(array['critical', 'warning', 'notice', 'info'], severity), 3 desc, 1
"""


@dataclass(frozen=True)
class Coverage:
    """Coverage under one denominator; a change is empty where there is nothing to compare with."""

    denominator_code: str
    active_participants: int | None
    denominator: int | None
    coverage_rate: Decimal | None
    target_participants: int | None
    gap_to_target: int | None
    active_change: int | None
    rate_change: Decimal | None


@dataclass(frozen=True)
class Sectors:
    """What the gaps of the sectors add up to, and what they leave out: nobody beyond a target fills another's gap."""

    gaps: int | None
    beyond_targets: int | None
    sectors_beyond: int


@dataclass(frozen=True)
class Office:
    """The DBHCHT money of an office in a fiscal year."""

    fiscal_year: int | None
    skpd_code: str | None
    budget_idr: int | None
    disbursed_idr: int | None
    posted_idr: int | None
    unposted_idr: int | None
    office_name: str | None

    @property
    def name(self) -> str:
        """Its name, or its code where no list and no document names it."""
        return self.office_name or self.skpd_code or ""


@dataclass(frozen=True)
class Finding:
    """The findings of a code: how many, how many there were the night before, of how many rupiah."""

    finding_code: str
    severity: str
    cases: int
    before: int | None
    amount_idr: int | None


@dataclass(frozen=True)
class Figures:
    """All of it, of one published night."""

    night: date
    before: date | None
    """The published night it is compared with."""
    coverage: tuple[Coverage, ...]
    sectors: Sectors
    offices: tuple[Office, ...]
    findings: tuple[Finding, ...]

    def money(self, year: int | None, name: str) -> int | None:
        """Sum an amount over the offices of a year, empty where one of them is."""
        amounts = [getattr(office, name) for office in self.offices if office.fiscal_year == year]
        return None if None in amounts else sum(amounts)

    @property
    def years(self) -> list[int | None]:
        """The fiscal years that there is money of."""
        return list(dict.fromkeys(office.fiscal_year for office in self.offices))


def read_figures(connection: psycopg.Connection[Any], night: date) -> Figures | None:
    """Return the figures of a night, None where it is not published; as a role that may read the marts."""
    nights = published_nights(connection)
    (built,) = connection.execute("select to_regclass('marts.universal_coverage') is not null").fetchone() or (False,)
    if night not in nights or not built:
        return None
    before = max((one for one in nights if one < night), default=None)
    asked = {"night": night, "before": before}

    def rows(kind: type[Row], query: str) -> Sequence[Row]:
        with connection.cursor(row_factory=class_row(kind)) as cursor:
            return cursor.execute(query, asked).fetchall()

    return Figures(
        night,
        before,
        tuple(rows(Coverage, COVERAGE)),
        rows(Sectors, SECTORS)[0],
        tuple(rows(Office, MONEY)),
        tuple(rows(Finding, FINDINGS)),
    )


Row = TypeVar("Row")
