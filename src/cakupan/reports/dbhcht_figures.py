"""What the marts say about DBHCHT on a published night: every figure of the report, asked in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]
FEEDS = ("sipd.anggaran", "sipd.sp2d", "disnaker.penerima_dbhcht", "bpjstk.iuran", "bpjstk.kepesertaan")

PUBLISHED = """
    select as_of_date, run_id, published_at
    from ledger.published
    where as_of_date = coalesce(%(night)s, as_of_date)
        and (%(night)s::date is not null or extract(year from as_of_date) = %(year)s)
    order by as_of_date desc limit 1
"""
CHECKPOINT = """
    select split_part(c.note, E'\\n', 1) as origin, c.size, split_part(c.note, E'\\n', 3) as root, c.signed_at
    from ledger.entry as e
    inner join ledger.checkpoint as c on c.size > e.entry_no
    where e.kind = 'publication' and (e.body::jsonb ->> 'run_id')::bigint = %(run_id)s
    order by c.size, c.signed_at limit 1
"""
OFFICES = """
    select skpd_code, coalesce(max(a.agency_name), max(b.skpd_name)) as office
    from (select skpd_code, skpd_name from warehouse.dim_budget_line where run_id = %(run_id)s) as b
    full join (
        select skpd_code, agency_name from reference.agency
        where skpd_code is not null and %(night)s between valid_from and coalesce(valid_to, 'infinity')
    ) as a using (skpd_code)
    group by skpd_code
"""
LINES = """
    select r.*, b.sub_activity_name
    from marts.dbhcht_reconciliation as r
    left join warehouse.dim_budget_line as b
        on b.run_id = %(run_id)s and b.budget_source = 'DBHCHT' and b.skpd_code = r.skpd_code
        and b.sub_activity_code = r.sub_activity_code and b.account_code = r.account_code
        and extract(year from b.document_date) = %(year)s
    where r.as_of_date = %(night)s and coalesce(r.fiscal_year, extract(year from r.as_of_date)) = %(year)s
    order by r.skpd_code, r.sub_activity_code, r.account_code
"""
ORDERS = """
    with posted as (
        select
            sp2d_no,
            sum(posted_amount_idr)::bigint as posted_idr,
            count(*) filter (where protection_status in ('PROTECTED', 'NOT_POSTED')) as person_months
        from marts.dbhcht_lineage where as_of_date = %(night)s and fiscal_year = %(year)s group by sp2d_no
    ),
    found as (
        select sp2d_no, string_agg(distinct finding_code, ', ' order by finding_code) as codes
        from (
            select as_of_date, sp2d_no, finding_code from marts.audit_findings
            union all select as_of_date, sp2d_no, finding_code from marts.audit_observations
        ) as every_finding
        where as_of_date = %(night)s and sp2d_no is not null group by sp2d_no
    )
    select s.*, o.posted_idr, s.amount_idr - o.posted_idr as difference_idr,
        coalesce(p.person_months, 0) as person_months, f.codes
    from warehouse.fct_disbursement as s
    left join posted as p using (sp2d_no)
    left join found as f using (sp2d_no)
    -- Nothing posted is 0; what was posted is unknown while no contribution was ever delivered.
    cross join lateral (
        select case when exists (
            select from ledger.run_input where run_id = %(run_id)s and agency = 'bpjstk' and feed = 'iuran'
        ) then coalesce(p.posted_idr, 0) end as posted_idr
    ) as o
    where extract(year from s.sp2d_date) = %(year)s and s.budget_source = 'DBHCHT' and s.validation_id in (
        select validation_id from ledger.run_input where run_id = %(run_id)s and agency = 'sipd' and feed = 'sp2d'
    )
    order by s.sp2d_date, s.sp2d_no
"""
PROTECTION = """
    select protection_status, count(*) as person_months, count(distinct coalesce(worker_key, membership_key))
        as workers, sum(due_idr)::bigint as due_idr, sum(posted_amount_idr)::bigint as posted_idr
    from marts.dbhcht_lineage where as_of_date = %(night)s and fiscal_year = %(year)s group by 1 order by 1
"""
RULES = """
    select rule.*, count(f.finding_code) as cases, sum(f.amount_idr)::bigint as amount_idr
    from reference.finding_rule as rule
    left join (
        select finding_code, amount_idr from marts.audit_findings
        where as_of_date = %(night)s and coalesce(fiscal_year, %(year)s) = %(year)s
        union all select finding_code, amount_idr from marts.audit_observations
        where as_of_date = %(night)s and coalesce(fiscal_year, %(year)s) = %(year)s
    ) as f using (finding_code)
    where %(night)s between rule.valid_from and coalesce(rule.valid_to, 'infinity')
    group by rule.finding_code, rule.severity, rule.sentence_id, rule.sentence_en, rule.valid_from, rule.valid_to,
        rule.legal_basis, rule.source_note, rule.mart, rule.basis_state
    order by rule.mart, array_position(array['critical', 'warning', 'notice', 'info'], rule.severity), rule.finding_code
"""
FOUND = """
    select * from (
        select * from marts.audit_findings
        union all
        -- By name: while an upgrade is under way one of the two has columns that the other has not yet.
        select alike.* from marts.audit_observations as o
        cross join lateral jsonb_populate_record(null::marts.audit_findings, to_jsonb(o)) as alike
    ) as every_finding
    where as_of_date = %(night)s and coalesce(fiscal_year, %(year)s) = %(year)s
    order by finding_code, sp2d_no, decree_no, worker_key, contribution_month, finding_key
"""
RESTATED = """
    select * from marts.restated_figures
    where as_of_date = %(night)s and relation in ('dbhcht_reconciliation', 'dbhcht_lineage', 'audit_findings')
        and published_at <= %(published_at)s
    order by published_at, relation, row_key, figure
"""
DELIVERIES = """
    select d.delivery_id, d.agency || '.' || d.feed as feed, d.business_date, d.sha256, d.received_at,
        v.accepted_rows, v.quarantined_rows, v.duplicate_rows
    from ledger.run_input as i
    inner join ledger.delivery as d using (delivery_id)
    inner join ledger.validation as v on v.validation_id = i.validation_id
    where i.run_id = %(run_id)s and d.agency || '.' || d.feed = any(%(feeds)s)
    order by feed, d.business_date, d.delivery_id
"""


UNMAPPED = """
    select feed, column_name, code, rows, amount_idr, since_on from marts.unmapped_codes
    where as_of_date = %(night)s and feed = any(%(feeds)s) order by feed, column_name, code
"""
KNOWN_SOURCE = """
    select hop, difference_idr from marts.dbhcht_conservation
    where as_of_date = %(night)s and hop like '%%_TO_KNOWN_SOURCE' and difference_idr <> 0 order by hop_no
"""
UNDELIVERED = """
    select agency_code || '.' || feed as feed, reason_id, reason_en from marts.undelivered_feeds
    where as_of_date = %(night)s and agency_code || '.' || feed = any(%(feeds)s) order by 1
"""


class NoSuchNight(Exception):
    """No night of the year, or not the one asked for, was published by then."""


@dataclass(frozen=True)
class DbhchtFigures:
    """A published night's figures; rows carry the marts' own column names."""

    night: date
    run_id: int
    published_at: Any
    checkpoint: Row | None
    offices: dict[str, str]
    """SKPD code -> name"""
    lines: list[Row]
    orders: list[Row]
    protection: list[Row]
    rules: list[Row]
    found: list[Row]
    restated: list[Row]
    deliveries: list[Row]
    unmapped: list[Row]
    """codes that no reference list holds"""
    unknown_source: list[Row]
    """rupiah under sources of funds that the reference data does not know"""
    undelivered: list[Row]
    """feeds of which nothing was ever accepted, with the reason in both languages"""

    def office(self, row: Row) -> str:
        """Return the name of the row's office, its code where no document or list names it."""
        return self.offices.get(row["skpd_code"]) or str(row["skpd_code"])

    def office_of_case(self, case: Row) -> str | None:
        """Return the name of the office that a case is about: of its budget line, else of its payment order."""
        if case["skpd_code"]:
            return self.office(case)
        return self._offices_by_order.get(case["sp2d_no"])

    @cached_property
    def _offices_by_order(self) -> dict[str, str]:
        return {order["sp2d_no"]: self.office(order) for order in self.orders}


def read_figures(connection: psycopg.Connection[Any], year: int, night: date | None) -> DbhchtFigures:
    """Return the figures of a fiscal year, by default as of the newest night published in it; raises NoSuchNight.

    A night of a later year may be asked for: it holds the years before it too.

    The connection decides as known when (`cli.known_at.as_known`); it must be an auditor's.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("set transaction isolation level repeatable read read only")
        published = cursor.execute(PUBLISHED, {"year": year, "night": night}).fetchone()
        if published is None:
            raise NoSuchNight(f"No night {night or f'of {year}'} was published by then.")
        values = {
            "year": year, "night": published["as_of_date"], "run_id": published["run_id"],
            "published_at": published["published_at"], "feeds": list(FEEDS),
        }  # fmt: skip

        def rows(query: str) -> list[Row]:
            return cursor.execute(query, values).fetchall()

        lines = rows(LINES)
        if published["as_of_date"].year != year and not lines:
            raise NoSuchNight(f"The night of {published['as_of_date']} holds no DBHCHT money of {year}.")
        return DbhchtFigures(
            night=published["as_of_date"],
            run_id=published["run_id"],
            published_at=published["published_at"],
            checkpoint=next(iter(rows(CHECKPOINT)), None),
            offices={row["skpd_code"]: row["office"] for row in rows(OFFICES)},
            lines=lines,
            orders=rows(ORDERS),
            protection=rows(PROTECTION),
            rules=rows(RULES),
            found=rows(FOUND),
            restated=rows(RESTATED),
            deliveries=rows(DELIVERIES),
            unmapped=rows(UNMAPPED),
            unknown_source=rows(KNOWN_SOURCE),
            undelivered=rows(UNDELIVERED),
        )
