"""What the data team wants to see in the morning: what arrived, who is covered, where the money went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from cakupan.cli.empty_cells import missing, why_empty
from cakupan.cli.messages import this_command
from cakupan.database import Role, connect, url
from cakupan.ledger.publications import published_run

EMPTY = "\N{EN DASH}"
"""What is nothing that anybody counted: not 0."""

HEADLINE = """
    select denominator_code, active_participants, denominator, coverage_rate, target_participants, gap_to_target
    from marts.universal_coverage where as_of_date = %s order by 1
"""
SECTORS = """
    select sector_code || ' ' || sector_name, workforce, active_participants, coverage_rate, gap_to_target
    from marts.coverage_by_sector where as_of_date = %s order by sector_code
"""
SOURCES = """
    select funding_source_code, active_participants, share_of_active, contributions_ytd_idr
    from marts.coverage_by_funding_source where as_of_date = %s order by 1
"""
AGENCIES = """
    select agency_code, worker_category, registered_workers, active_participants, not_covered, coverage_rate
    from marts.coverage_by_agency where as_of_date = %s order by 1, 2
"""
MONEY = """
    select fiscal_year::text, skpd_code, sub_activity_code, budget_idr, disbursed_idr, posted_idr, unposted_idr,
        absorption_rate
    from marts.dbhcht_reconciliation where as_of_date = %s order by 1, 2, 3
"""
FINDINGS = """
    select finding_code, min(severity), count(*), sum(amount_idr)
    from marts.audit_findings where as_of_date = %s group by 1 order by 1
"""


def run_of(as_of: date) -> int | None:
    """Return the run that readers see for the night, or None."""
    with connect(Role.AUDITOR) as connection:
        run_id, _ = published_run(connection, as_of) or (None, None)
    return run_id


def show(out: Console, as_of: date) -> None:
    """Print the whole morning report."""
    from cakupan.cli import status

    status.show(out, as_of)
    with connect(Role.AUDITOR) as connection:
        lacking = missing(connection, as_of)

        def section(title: str, mart: str, heads: Sequence[str], query: str) -> None:
            found = connection.execute(query, (as_of,))
            columns = [column.name for column in found.description or ()]
            rows = found.fetchall()
            out.print(_table(title, heads, rows))
            for said in why_empty(mart, columns, rows, lacking):
                out.print(f"{EMPTY} {said}", style="yellow", highlight=False)

        section(
            f"Coverage on {as_of}",
            "universal_coverage",
            ("denominator", "active participants", "of", "rate", "target", "gap"),
            HEADLINE,
        )
        section("By sector", "coverage_by_sector", ("sector", "workforce", "active", "rate", "gap to target"), SECTORS)
        section(
            "By funding source",
            "coverage_by_funding_source",
            ("paid by", "active", "share", "contributions this year, Rp"),
            SOURCES,
        )
        section(
            "By agency",
            "coverage_by_agency",
            ("agency", "category", "registered", "active", "not covered", "rate"),
            AGENCIES,
        )
        section(
            "DBHCHT, Rp",
            "dbhcht_reconciliation",
            ("year", "SKPD", "sub-activity", "budget", "disbursed", "posted", "unposted", "absorption"),
            MONEY,
        )
        section("Findings", "audit_findings", ("code", "severity", "findings", "amount, Rp"), FINDINGS)
    command = this_command()
    connect_to = url(Role.BI, password=False)
    schemas = "schema latest (this night) or marts (every night)"
    out.print(f"\nBI tools: {connect_to}, {schemas}; with password: {command} database url", soft_wrap=True)
    out.print("Ask here:", command, "sql 'select * from latest.coverage_by_sector'")
    out.print(f"Airflow:  {command} airflow")


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Make a table in which a narrow terminal breaks words and codes, never a figure."""
    table = Table(title=f"\n{title}", title_justify="left", title_style="bold", box=None, pad_edge=False)
    cells = [[_shown(value, head) for value, head in zip(row, heads, strict=True)] for row in rows]
    for place, head in enumerate(heads):
        figures = bool(rows) and all(not isinstance(row[place], str) for row in rows)
        table.add_column(
            head,
            justify="right" if figures else "left",
            header_style="dim",
            overflow="fold",
            no_wrap=figures,
            min_width=max(len(row[place]) for row in cells) if figures else None,
        )
    for row in cells:
        table.add_row(*row)
    if not rows:
        table.add_row("none")
    return table


def _shown(value: Any, head: str) -> str:
    if value is None:
        return EMPTY
    if head in ("rate", "share", "absorption"):
        return f"{value:.1%}"
    return value if isinstance(value, str) else f"{value:,}"
