"""How every command prints: for a person on a terminal, plain where it is piped, or for another program.

What is printed is data of others: nothing in it is markup, and nothing in it steers a terminal.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from cakupan import settings
from cakupan.bilingual import Text
from cakupan.cli.consoles import NO_BREAK, OURS, DataConsole
from cakupan.invisible import spelled_out

EMPTY = "\N{EN DASH}"
"""What is nothing that anybody counted: not 0."""
UNLIMITED = 100_000  # characters of a line that is piped: as wide as its data, nothing cut or folded


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="For a person, or for another program: csv or json.")]


class DocumentFormat(StrEnum):
    """How an answer of several parts is printed."""

    TABLE = "table"
    JSON = "json"


FormatOfDocument = Annotated[
    DocumentFormat, typer.Option("--format", help="For a person, or for another program: json.")
]


def console(*, stderr: bool = False) -> Console:
    """Make what a command prints on: as wide as the terminal, or as the data where it is piped.

    NO_COLOR leaves out every style, since bold is an escape sequence too.
    """
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else UNLIMITED
    return DataConsole(stderr=stderr, width=width, color_system=None if os.environ.get("NO_COLOR") else "auto")


def said(text: Text) -> str:
    """Return the text in the language that commands speak."""
    return text.in_language(settings.language())


def print_json(document: Any) -> None:
    """Print a document for another program: values exact, dates as ISO says, texts as they are."""
    print_text(as_json(document, indent=1) + "\n")


def as_json(document: Any, indent: int | None = None) -> str:
    """Return a document as JSON in which what would steer a terminal is escaped, so that it reads back as it was."""
    text = json.dumps(document, default=exact, ensure_ascii=False, allow_nan=False, indent=indent)
    return "\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n"))


def _escaped(line: str) -> str:
    """Escape what is left of a line of JSON, where every such character stands in a string."""
    units = ((sign, sign.encode("utf-16-be", "surrogatepass").hex()) for sign in line)
    return "".join(
        sign if sign.isprintable() else "".join(f"\\u{code[at : at + 4]}" for at in range(0, len(code), 4))
        for sign, code in units
    )


def print_csv(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows for another program: values exact, lists as JSON, nothing where there is nothing."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in (names, *([_in_csv(value) for value in row] for row in rows)):
        writer.writerow(row)
        print_text(lines.getvalue())
        lines.seek(0)
        lines.truncate()


def print_text(text: str) -> None:
    """Print a text as it is for another program; on a terminal nothing in it steers that."""
    sys.stdout.write(spelled_out(text, OURS) if sys.stdout.isatty() else text)


def print_files(paths: Sequence[Path], form: DocumentFormat) -> None:
    """Print where files were written, a line for each."""
    if form is DocumentFormat.JSON:
        print_json({"files": [str(path) for path in paths]})
    else:
        print_text("".join(f"{path}\n" for path in paths))


def records(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return rows as JSON has them."""
    return [{name: exact(value) for name, value in zip(names, row, strict=True)} for row in rows]


def exact(value: Any) -> Any:
    """Return a value as JSON holds it without loss; a number that JSON's readers would round is its text."""
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and isfinite(value)):
        return value
    match value:
        case Decimal():
            return _number(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return [exact(one) for one in value]
        case dict():
            return {str(name): exact(one) for name, one in value.items()}
    return str(value)


def _number(value: Decimal) -> int | float | str:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        return str(value)  # NaN, infinity
    if exponent >= 0:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else format(value, "f")


def _in_csv(value: Any) -> Any:
    match value:
        case bool() | list() | tuple() | dict():
            return json.dumps(exact(value), ensure_ascii=False)
        case Decimal() if value.is_finite():
            return format(value, "f")
        case date():
            return value.isoformat()
    return value


def for_a_person(value: Any, longest_list: int | None = None) -> str:
    """Return a value as a person reads it on a line; of a long list the first, and how many more."""
    match value:
        case None:
            return ""
        case list() | tuple():
            more = len(value) - (longest_list or len(value))
            shown = ", ".join(for_a_person(one) for one in value[:longest_list])
            return f"{shown}, … +{more}" if more > 0 else shown
        case bool() | dict():
            return as_json(exact(value))
        case Decimal() if value.is_finite():
            return format(value, "f")
        case datetime():
            return value.isoformat(" ")
    return spelled_out(str(value))


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str | Styled]], figures: Sequence[bool], title: str = ""
) -> Table:
    """Make a table in which a narrow terminal breaks words and codes, never a figure."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for place, (head, figure) in enumerate(zip(heads, figures, strict=True)):
        made.add_column(
            head,
            justify="right" if figure else "left",
            header_style="dim",
            overflow="fold",
            no_wrap=figure,
            min_width=max((cell_len(str(row[place])) for row in rows), default=0) if figure else None,
        )
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Styled) else Styled(spelled_out(cell, NO_BREAK)) for cell in row))
    return made


def width_of(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return how many characters a table takes with nothing broken."""
    widest = [max(cell_len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    return sum(widest) + 2 * (len(widest) - 1)
