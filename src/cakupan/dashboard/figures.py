"""What the pages show of a published night: every figure, asked in one transaction as an auditor.

Counts of persons come from schema `open` alone, where small ones are hidden, and from answers that hide them likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cakupan.answers.asking import Answer, ask
from cakupan.answers.catalogue import questions
from cakupan.reports.dbhcht_figures import LINES, OFFICES

Row = dict[str, Any]

NEWEST = "select as_of_date, run_id, published_at from ledger.published order by as_of_date desc limit 1"
NIGHTS = """
    select * from open.universal_coverage
    where as_of_date between %(night)s::date - interval '13 months' and %(night)s order by as_of_date, denominator_code
"""
SECTORS = """
    select * from open.coverage_by_sector where as_of_date = %(night)s
    order by is_total, gap_to_target desc nulls last, sector_code
"""
SOURCES = """
    select s.*, d.funding_source_name, d.payer, (
        select case when count(*) = count(contributions_ytd_idr) then sum(contributions_ytd_idr)::bigint end
        from marts.coverage_by_funding_source where as_of_date = %(night)s
    ) as everybodys_ytd_idr
    from open.coverage_by_funding_source as s
    left join marts.dim_funding_source as d using (funding_source_code)
    where as_of_date = %(night)s order by active_participants desc nulls last, funding_source_code
"""
ROSTERS = """
    select * from open.coverage_of_agency where as_of_date = %(night)s order by not_covered desc nulls last, agency_code
"""
CATEGORIES = """
    select * from open.coverage_by_agency where as_of_date = %(night)s
    order by agency_code, not_covered desc nulls last, worker_category
"""
REGIONS = """
    select r.*, d.region_name from open.coverage_by_region as r
    left join marts.dim_region as d
        on r.region_code = d.region_code and %(night)s between d.valid_from and coalesce(d.valid_to, 'infinity')
    where as_of_date = %(night)s order by district_code, region_code
"""
DISTRICTS = """
    select r.*, d.region_name from open.coverage_by_district as r
    left join marts.dim_region as d
        on r.district_code = d.region_code and %(night)s between d.valid_from and coalesce(d.valid_to, 'infinity')
    where as_of_date = %(night)s order by district_code
"""
LAPSES = "select * from open.lapse_calendar where as_of_date = %(night)s order by lapse_month, funding_source_code"
LAPSE_MONTHS = "select * from open.lapse_by_month where as_of_date = %(night)s order by lapse_month"
COMMITMENTS = """
    select * from open.commitment_progress where as_of_date = %(night)s order by progress nulls first, agency_code
"""
AID = """
    select * from open.aid_by_kind where as_of_date = %(night)s
    order by is_total, applications desc nulls last, aid_kind
"""
OUTREACH = """
    select * from open.outreach_conversion where as_of_date = %(night)s
    order by is_total, event_date desc, event_id
"""
PROJECTS = """
    select *, contribution_due_idr - contribution_paid_idr as short_idr from marts.construction_compliance
    where as_of_date = %(night)s
    order by array_position(
        array['NOT_REGISTERED', 'NO_LETTER', 'REGISTERED_BEFORE_LETTER', 'UNDERPAID', null, 'COMPLIANT'], status
    ), contract_value_idr desc nulls last, project_id
"""
AGENCIES = """
    select distinct on (agency_code) agency_code, agency_name, short_name, skpd_code, is_city_agency
    from marts.dim_agency
    where %(night)s between coalesce(valid_from, '-infinity') and coalesce(valid_to, 'infinity')
    order by agency_code, valid_from desc nulls last
"""
TOTALS = """
    with nights as (select unnest(%(nights)s::date[]) as as_of_date)
    select n.as_of_date, m.disbursed_idr, m.posted_idr, m.remaining_idr, f.findings
    from nights as n
    left join lateral (
        select sum(disbursed_idr)::bigint as disbursed_idr, sum(posted_idr)::bigint as posted_idr,
            sum(remaining_idr)::bigint as remaining_idr
        from marts.dbhcht_reconciliation as r where r.as_of_date = n.as_of_date and r.fiscal_year = %(year)s
    ) as m on true
    left join lateral (
        select count(*) as findings from marts.audit_findings as a where a.as_of_date = n.as_of_date
    ) as f on true
"""
PROTECTION = """
    select * from open.dbhcht_protection where as_of_date = %(night)s and fiscal_year = %(year)s
    order by array_position(array['PROTECTED', 'NOT_POSTED', 'NOT_ON_DECREE', 'UNRESOLVED'], protection_status)
"""
FINDINGS = """
    select f.*, rule.sentence_id, rule.sentence_en, rule.mart
    from open.findings_by_office as f
    left join reference.finding_rule as rule on rule.finding_code = f.finding_code
        and %(night)s between rule.valid_from and coalesce(rule.valid_to, 'infinity')
    where as_of_date = %(night)s and coalesce(fiscal_year, %(year)s) = %(year)s
    order by array_position(array['critical', 'warning', 'notice', 'info'], f.severity),
        f.finding_code, is_total, findings desc nulls last, skpd_code
"""
TARIFF = """
    select sum(amount_idr)::bigint as amount_idr, string_agg(distinct legal_basis, '; ') as legal_basis
    from reference.bpu_tariff
    where funding_source_code = 'DBHCHT' and occupation_group = 'UMUM'
        and %(night)s between valid_from and coalesce(valid_to, 'infinity')
"""
IN_FORCE = """
    select f.agency || '.' || f.feed as feed, f.cadence, max(d.business_date) as in_force
    from ledger.feed as f
    left join ledger.run_input as i on i.run_id = %(run_id)s and (i.agency, i.feed) = (f.agency, f.feed)
    left join ledger.delivery as d using (delivery_id)
    group by f.agency, f.feed, f.cadence
"""
MONTHS_OF_FEEDS = """
    select agency_code || '.' || feed as feed, to_char(as_of_date, 'YYYYMM') as month,
        count(*) as nights, count(*) filter (where delivery_status = 'ACCEPTED') as accepted_nights,
        sum(delivered_rows)::bigint as delivered_rows, sum(accepted_rows)::bigint as accepted_rows,
        sum(quarantined_rows)::bigint as quarantined_rows, sum(duplicate_rows)::bigint as duplicate_rows
    from marts.data_quality_scorecard
    where as_of_date > date_trunc('month', %(night)s::date) - interval '12 months' - interval '1 day'
        and as_of_date <= %(night)s
    group by 1, 2 order by 1, 2 desc
"""


class NotPublished(Exception):
    """The night was not published: there is nothing that pages could show."""


@dataclass(frozen=True)
class Figures:
    """A published night's figures; rows carry the columns of the relations they come from."""

    night: date
    run_id: int
    published_at: datetime
    year: int
    before: date | None
    """the published night before"""
    month_began: date | None
    """the first published night of its month, where that is an earlier one"""
    nights: list[Row]
    """coverage by denominator of up to 13 months, the night itself last"""
    totals: dict[date, Row]
    """money and findings of the night and of those it is compared with"""
    sectors: list[Row]
    sources: list[Row]
    rosters: list[Row]
    categories: list[Row]
    regions: list[Row]
    districts: list[Row]
    lapses: list[Row]
    lapse_months: list[Row]
    commitments: list[Row]
    aid: list[Row]
    outreach: list[Row]
    projects: list[Row]
    agencies: dict[str, Row]
    lines: list[Row]
    """DBHCHT budget lines of the year"""
    skpd: dict[str, str]
    """SKPD code -> name of the office"""
    protection: list[Row]
    findings: list[Row]
    tariff: Row
    in_force: dict[str, Row]
    """feed -> its cadence and the date of what is in force"""
    months_of_feeds: list[Row]
    answers: list[Answer]
    """to the fifteen questions of a head of office"""

    @property
    def headline(self) -> list[Row]:
        """The night's coverage, a row for each denominator."""
        return self.of(self.night)

    def of(self, night: date | None) -> list[Row]:
        """Return the coverage of a night, a row for each denominator."""
        return [row for row in self.nights if row["as_of_date"] == night]

    def agency_name(self, code: str) -> str:
        """Return the name of an agency, its code where nothing names it."""
        return str(self.agencies[code]["agency_name"]) if code in self.agencies else code

    def short_name(self, agency: str) -> str:
        """Return what an agency is called where there is little room."""
        return str(self.agencies[agency]["short_name"]) if agency in self.agencies else agency

    def office_name(self, skpd_code: str | None) -> str:
        """Return the name of a budget office, its code where nothing names it."""
        return self.skpd.get(skpd_code or "") or skpd_code or ""


def read_figures(connection: psycopg.Connection[Any], night: date) -> Figures:
    """Return the figures of the newest published night; raises NotPublished when that is one before `night`.

    Where a past night was built again, the pages still show the newest one, with the past as it is now known.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("set transaction isolation level repeatable read read only")
        newest = cursor.execute(NEWEST).fetchone()
        if newest is None or newest["as_of_date"] < night:
            raise NotPublished(f"the night of {night} is not published: publish it, then write the pages again")
        shown: date = newest["as_of_date"]
        values: Row = {"night": shown, "run_id": newest["run_id"], "year": shown.year}

        def rows(query: str) -> list[Row]:
            return cursor.execute(query, values).fetchall()

        nights = rows(NIGHTS)
        earlier = sorted({row["as_of_date"] for row in nights} - {shown})
        before, began = _compared_with(earlier, shown)
        values["nights"] = [one for one in (shown, before, began) if one]
        (tariff,) = rows(TARIFF)
        return Figures(
            night=shown,
            run_id=newest["run_id"],
            published_at=newest["published_at"],
            year=shown.year,
            before=before,
            month_began=began,
            nights=nights,
            totals={row["as_of_date"]: row for row in rows(TOTALS)},
            sectors=rows(SECTORS),
            sources=rows(SOURCES),
            rosters=rows(ROSTERS),
            categories=rows(CATEGORIES),
            regions=rows(REGIONS),
            districts=rows(DISTRICTS),
            lapses=rows(LAPSES),
            lapse_months=rows(LAPSE_MONTHS),
            commitments=rows(COMMITMENTS),
            aid=rows(AID),
            outreach=rows(OUTREACH),
            projects=rows(PROJECTS),
            agencies={row["agency_code"]: row for row in rows(AGENCIES)},
            lines=rows(LINES),
            skpd={row["skpd_code"]: row["office"] for row in rows(OFFICES)},
            protection=rows(PROTECTION),
            findings=rows(FINDINGS),
            tariff=tariff,
            in_force={row["feed"]: row for row in rows(IN_FORCE)},
            months_of_feeds=rows(MONTHS_OF_FEEDS),
            answers=[ask(connection, question, shown) for question in questions()],
        )


def _compared_with(earlier: Sequence[date], night: date) -> tuple[date | None, date | None]:
    """Choose the nights that a night is compared with: the one before, and the first of its month."""
    of_month = [one for one in earlier if (one.year, one.month) == (night.year, night.month)]
    return (earlier[-1] if earlier else None), (of_month[0] if of_month else None)
