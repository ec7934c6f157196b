"""All figures of a published night as tables: what `--all` adds to the screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text as Styled

from cakupan.bilingual import Text, number, per_cent
from cakupan.cli.empty_cells import missing, why_empty
from cakupan.cli.printing import EMPTY, said, table
from cakupan.database import Role, connect
from cakupan.invisible import spelled_out

SHARES = ("coverage_rate", "share_of_active", "absorption_rate")


class Section(NamedTuple):
    """A table of a mart: its title, its heads by column, and the query, which is given the night."""

    title: Text
    mart: str
    heads: dict[str, Text]
    query: str


ACTIVE, RATE = Text("peserta aktif", "active"), Text("cakupan", "rate")
SECTIONS = (
    Section(
        Text("Cakupan", "Coverage"),
        "universal_coverage",
        {
            "denominator_code": Text("penyebut", "denominator"),
            "active_participants": Text("peserta aktif", "active participants"),
            "denominator": Text("dari", "of"),
            "coverage_rate": RATE,
            "target_participants": Text("target", "target"),
            "gap_to_target": Text("kurang", "gap"),
        },
        """
        select denominator_code, active_participants, denominator, coverage_rate, target_participants, gap_to_target
        from marts.universal_coverage where as_of_date = %s order by 1
        """,
    ),
    Section(
        Text("Menurut sektor", "By sector"),
        "coverage_by_sector",
        {
            "sector_name": Text("sektor", "sector"),
            "workforce": Text("angkatan kerja", "workforce"),
            "active_participants": ACTIVE,
            "coverage_rate": RATE,
            "target_participants": Text("target", "target"),
            "gap_to_target": Text("kurang dari target", "gap to target"),
        },
        """
        select concat_ws(' ', sector_code, sector_name) as sector_name, workforce, active_participants, coverage_rate,
            target_participants, gap_to_target
        from marts.coverage_by_sector where as_of_date = %s order by sector_code
        """,
    ),
    Section(
        Text("Menurut sumber dana", "By funding source"),
        "coverage_by_funding_source",
        {
            "funding_source_code": Text("dibayar oleh", "paid by"),
            "active_participants": ACTIVE,
            "share_of_active": Text("bagian", "share"),
            "contributions_ytd_idr": Text("iuran tahun ini, Rp", "contributions this year, Rp"),
        },
        """
        select funding_source_code, active_participants, share_of_active, contributions_ytd_idr
        from marts.coverage_by_funding_source where as_of_date = %s order by 1
        """,
    ),
    Section(
        Text("Menurut instansi", "By agency"),
        "coverage_by_agency",
        {
            "agency_code": Text("instansi", "agency"),
            "worker_category": Text("kategori", "category"),
            "registered_workers": Text("terdaftar", "registered"),
            "active_participants": ACTIVE,
            "not_covered": Text("belum terlindungi", "not covered"),
            "coverage_rate": RATE,
        },
        """
        select agency_code, worker_category, registered_workers, active_participants, not_covered, coverage_rate
        from marts.coverage_by_agency where as_of_date = %s order by 1, 2
        """,
    ),
    Section(
        Text("DBHCHT, Rp", "DBHCHT, Rp"),
        "dbhcht_reconciliation",
        {
            "fiscal_year": Text("tahun", "year"),
            "office": Text("perangkat daerah", "office"),
            "sub_activity_code": Text("sub kegiatan", "sub-activity"),
            "budget_idr": Text("pagu", "budget"),
            "disbursed_idr": Text("dicairkan", "disbursed"),
            "posted_idr": Text("dibukukan", "posted"),
            "unposted_idr": Text("belum dibukukan", "unposted"),
            "absorption_rate": Text("serapan", "absorption"),
        },
        """
        with office as (
            select distinct on (skpd_code) skpd_code, skpd_name
            from marts.dim_budget_line order by skpd_code, document_date desc
        ),
        agency as (
            select distinct on (skpd_code) skpd_code, agency_name
            from marts.dim_agency where skpd_code is not null and valid_to is null order by skpd_code, agency_name
        )
        select r.fiscal_year::text, coalesce(agency.agency_name, office.skpd_name, r.skpd_code) as office,
            r.sub_activity_code, r.budget_idr, r.disbursed_idr, r.posted_idr, r.unposted_idr, r.absorption_rate
        from marts.dbhcht_reconciliation as r
        left join office using (skpd_code)
        left join agency using (skpd_code)
        where r.as_of_date = %s order by r.fiscal_year, r.skpd_code, r.sub_activity_code, r.account_code
        """,
    ),
    Section(
        Text("Temuan", "Findings"),
        "audit_findings",
        {
            "finding_code": Text("kode", "code"),
            "severity": Text("tingkat", "severity"),
            "findings": Text("banyaknya", "findings"),
            "amount_idr": Text("nilai, Rp", "amount, Rp"),
        },
        """
        select finding_code, min(severity) as severity, count(*) as findings, sum(amount_idr)::bigint as amount_idr
        from marts.audit_findings where as_of_date = %s group by 1 order by 1
        """,
    ),
)
NONE = Text("tidak ada", "none")


def show(out: Console, as_of: date) -> None:
    """Print every table, and under it why cells of it are empty."""
    with connect(Role.AUDITOR) as connection:
        lacking = missing(connection, as_of)
        for section in SECTIONS:
            rows = connection.execute(section.query, (as_of,)).fetchall()
            show_table(out, section, rows)
            for reason in why_empty(section.mart, list(section.heads), rows, lacking):
                out.print(f"{EMPTY} {said(reason)}", style="yellow")


def show_table(out: Console, section: Section, rows: Sequence[Sequence[Any]]) -> None:
    """Print the rows of a section."""
    out.print(Styled(f"\n{said(section.title)}", style="bold"))
    if not rows:
        out.print(said(NONE))
        return
    cells = [[_shown(value, name) for value, name in zip(row, section.heads, strict=True)] for row in rows]
    figures = [all(not isinstance(row[place], str) for row in rows) for place in range(len(section.heads))]
    out.print(table([said(head) for head in section.heads.values()], cells, figures))


def _shown(value: Any, name: str) -> str:
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return spelled_out(value)
    return said(per_cent(value, 1, 1) if name in SHARES else number(value))
