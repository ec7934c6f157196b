"""Rows of a read-only query as the BI role or the auditor, printed for a person or another program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from cakupan import settings
from cakupan.bilingual import Text, counted
from cakupan.cli.empty_cells import marts_in, missing
from cakupan.cli.known_at import as_known
from cakupan.cli.messages import err
from cakupan.cli.printing import exact, for_a_person, print_csv, print_json, records, said, table, width_of
from cakupan.database import Role, connect
from cakupan.ledger.publications import published_nights
from cakupan.lineage.figure_feeds import figure_feeds

SHOWN_ROWS = 200  # of a table on a terminal; a pipe, csv and json give all
SHOWN_OF_A_LIST = 3  # the same
READ_ONLY = "-c default_transaction_read_only=on -c search_path=marts"

MORE = Text("… dan {} lagi; --format csv memberi semuanya", "… {} more; --format csv gives all")
ROW = Text("baris", "row")
NOT_ZERO = Text("Kosong bukan 0: {}.", "Empty is not 0: {}.")


class Form(StrEnum):
    """How the rows of a query are handed over."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


def run(
    statement: str,
    form: Form,
    out: Console,
    known_at: str | None = None,
    file: Path | None = None,
    *,
    role: Role = Role.BI,
) -> None:
    """Run the statement and print its rows, or write them to the file of a workbook; raises psycopg.Error, OSError."""
    with connect(role, options=f"{READ_ONLY} {as_known(known_at)}") as connection:
        # Prepared, it is one statement: none can end the read-only transaction and begin another.
        cursor = connection.execute(statement, prepare=True)
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall() if cursor.description else []
    _say_why_empty(statement, rows)
    if form is Form.CSV:
        print_csv(names, rows)
    elif form is Form.JSON:
        print_json(records(names, rows))
    elif form is Form.XLSX and file:
        file.write_bytes(_workbook(names, rows))
        out.print(str(file), soft_wrap=True)
    else:
        _print(out, names, rows)


def _say_why_empty(statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Say beside the answer why its cells are empty, where a feed that its marts need never came."""
    marts = marts_in(statement) if any(value is None for row in rows for value in row) else []
    if not marts:
        return
    with connect(Role.AUDITOR) as connection:
        night = max(published_nights(connection), default=None)
        lacking = missing(connection, night) if night else {}
    behind = frozenset[str]().union(*map(figure_feeds().feeds_behind, marts))
    needed = [said(reason) for feed, reason in lacking.items() if feed in behind]
    if needed:
        err.print(said(NOT_ZERO.format("; ".join(needed))), style="yellow", soft_wrap=True)


def _print(out: Console, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print the rows as a table; on a terminal too narrow for it, one value a line."""
    shown = rows[:SHOWN_ROWS] if out.is_terminal else rows
    most = SHOWN_OF_A_LIST if out.is_terminal else None
    cells = [[for_a_person(value, most) for value in row] for row in shown]
    if width_of(names, cells) <= out.width:
        figures = [all(isinstance(row[place], int | Decimal | None) for row in shown) for place in range(len(names))]
        out.print(table(names, cells, figures))
    else:
        for number, row in enumerate(cells):
            out.print(*([""] if number else []), _record(names, row), sep="\n")
    if len(rows) > len(shown):
        out.print(said(MORE.format(counted(len(rows) - len(shown), ROW))))


def _record(names: Sequence[str], cells: Sequence[str]) -> Table:
    """Make a table of one row, a line for each of its values."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(style="dim", no_wrap=True, min_width=max(map(len, names)))
    made.add_column(overflow="fold")
    for name, cell in zip(names, cells, strict=True):
        made.add_row(name, Styled(cell))
    return made


def _workbook(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Make a workbook: numbers as numbers, texts as texts whatever they begin with."""
    from cakupan.reports import content, workbook  # imports that the other forms need not spend

    columns = [content.Column(name, _kind(name, [row[place] for row in rows])) for place, name in enumerate(names)]
    cells = [[_cell(value) for value in row] for row in rows]
    sheet = Text("Hasil", "Result")
    return workbook.table_workbook(content.Table(columns, cells, sheet=sheet), settings.language())


def _cell(value: Any) -> Any:
    if isinstance(value, bool | list | tuple | dict):
        return for_a_person(value)
    kept = exact(value) if isinstance(value, Decimal) else value
    return kept if kept is None or isinstance(kept, int | float | date) else str(kept)


def _kind(name: str, values: Sequence[Any]) -> Any:
    """Return how a column of a workbook is shown, by its name's unit and what it holds."""
    held = {type(value) for value in values if value is not None}
    if held and held <= {int, float, Decimal}:
        return "rupiah" if name.endswith("_idr") else "share" if name.endswith("_rate") else "number"
    return "moment" if held == {datetime} else "date" if held == {date} else "code"
