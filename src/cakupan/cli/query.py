"""Rows of a read-only query as the BI role, printed for a person or another program."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from cakupan.cli.empty_cells import marts_in, missing
from cakupan.cli.known_at import as_known
from cakupan.cli.messages import err
from cakupan.database import Role, connect
from cakupan.ledger.publications import published_nights
from cakupan.lineage.figure_feeds import figure_feeds

SHOWN_ROWS = 200  # of a table for a person; csv and json give all


READ_ONLY = "-c default_transaction_read_only=on -c search_path=marts"


def run(statement: str, form: str, out: Console, known_at: str | None = None) -> None:
    """Run the statement and print its rows as `table`, `csv` or `json`; raises psycopg.Error."""
    with connect(Role.BI, options=f"{READ_ONLY} {as_known(known_at)}") as connection:
        cursor = connection.execute(statement)
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall() if cursor.description else []
    _say_why_empty(statement, rows)
    if form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows(rows)
    elif form == "json":
        records = [dict(zip(names, row, strict=True)) for row in rows]
        json.dump(records, sys.stdout, default=_plain, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        out.print(_table(names, rows[:SHOWN_ROWS]))
        if len(rows) > SHOWN_ROWS:
            out.print(f"… {len(rows) - SHOWN_ROWS} more rows; --format csv gives all")


def _say_why_empty(statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Say beside the answer why its cells are empty, where a feed that its marts need never came."""
    marts = marts_in(statement) if any(value is None for row in rows for value in row) else []
    if not marts:
        return
    with connect(Role.AUDITOR) as connection:
        night = max(published_nights(connection), default=None)
        lacking = missing(connection, night) if night else {}
    behind = frozenset[str]().union(*map(figure_feeds().feeds_behind, marts))
    needed = [said for feed, said in lacking.items() if feed in behind]
    if needed:
        err.print(f"Empty is not 0: {'; '.join(needed)}.", style="yellow", soft_wrap=True, highlight=False)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else str(value)


def _table(names: list[str], rows: list[tuple[Any, ...]]) -> Table:
    table = Table(*names, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    return table
