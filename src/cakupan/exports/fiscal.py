"""The DBHCHT budget and its realisation as a Fiscal Data Package (frictionlessdata.io, version 1).

Two tables: what each budget line holds, paid out and had posted; and what each line paid out month by month.
No worker is in it, and no amount that fewer workers stand behind than the installation shows can be told apart.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from cakupan import settings
from cakupan.exports import schema
from cakupan.formulas import inert
from cakupan.reports.dbhcht_figures import DbhchtFigures, read_figures

WORKERS = """
    select sp2d_no, coalesce(worker_key, membership_key)::text
    from marts.dbhcht_lineage where as_of_date = %s group by 1, 2
"""

Line = tuple[str, str, str]
"""Office, sub-activity, account."""


@dataclass(frozen=True)
class Package:
    """The files of a data package: name -> bytes."""

    files: dict[str, bytes]


def fiscal_package(
    connection: psycopg.Connection[Any], year: int, night: date | None, licence: str, known_at: str | None = None
) -> Package:
    """Return what was published of a fiscal year's DBHCHT money on a night, by default the newest; raises NoSuchNight.

    The connection must be an auditor's and decides as known when. `licence` is an SPDX or Open Definition name.
    """
    figures = read_figures(connection, year, night)
    workers = defaultdict(set)
    for sp2d_no, worker in connection.execute(WORKERS, (figures.night,)):
        workers[sp2d_no].add(worker)
    tables = {
        "budget": _csv(schema.BUDGET, _budget(figures, year)),
        "spending": _csv(schema.SPENDING, _spending(figures, year, workers)),
    }
    about = schema.descriptor(figures, year, licence, known_at, tables)
    descriptor = json.dumps(about, ensure_ascii=False, indent=2).encode() + b"\n"
    return Package({"datapackage.json": descriptor} | {f"{name}.csv": text for name, text in tables.items()})


def write(package: Package, folder: Path) -> list[Path]:
    """Write the package's files, the descriptor last, each whole or not at all. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in sorted(package.files.items(), key=lambda item: item[0] == "datapackage.json"):
        draft = folder / f".{name}.draft"
        draft.write_bytes(content)
        written.append(draft.replace(folder / name))
    return written


def _line(row: Mapping[str, Any]) -> Line:
    return row["skpd_code"], row["sub_activity_code"], row["account_code"]


def _budget(figures: DbhchtFigures, year: int) -> Iterable[dict[str, Any]]:
    for row in figures.lines:
        yield {
            "budget_line_id": "|".join(_line(row)),
            "fiscal_year": year,
            "skpd_code": row["skpd_code"],
            "skpd_name": figures.office(row),
            "sub_activity_code": row["sub_activity_code"],
            "sub_activity_name": row["sub_activity_name"] or "",
            "account_code": row["account_code"],
            "fund": "DBHCHT",
            "budget_idr": row["budget_idr"],
            "disbursed_idr": row["disbursed_idr"],
            "posted_idr": row["posted_idr"],
        }


def _spending(figures: DbhchtFigures, year: int, workers: Mapping[str, set[str]]) -> Iterable[dict[str, Any]]:
    paid: dict[Line, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for order in figures.orders:
        paid[_line(order)][f"{order['sp2d_date']:%Y-%m}"].append(order)
    for line, months in sorted(paid.items()):
        for month, orders in sorted(_large_enough(months, workers).items()):
            yield {
                "budget_line_id": "|".join(line),
                "fiscal_year": year,
                "skpd_code": line[0],
                "sub_activity_code": line[1],
                "account_code": line[2],
                "fund": "DBHCHT",
                "month": f"{month}-01" if month else "",
                "payment_orders": len(orders),
                "amount_idr": sum(order["amount_idr"] for order in orders),
            }


def _large_enough(
    months: Mapping[str, list[dict[str, Any]]], workers: Mapping[str, set[str]]
) -> dict[str, list[dict[str, Any]]]:
    """Merge the months of a line that too few workers stand behind into one without a name, with others if need be.

    Too few are fewer than the smallest count that schema open shows.
    """
    fewest = settings.smallest_shown().count

    def behind(orders: Iterable[dict[str, Any]]) -> int:
        return len(set().union(*(workers.get(order["sp2d_no"], set()) for order in orders)))

    told, unnamed = dict(months), list[dict[str, Any]]()
    for month in sorted(months, key=lambda name: (behind(months[name]), name)):
        if behind(told[month]) < fewest or 0 < behind(unnamed) < fewest:
            unnamed += told.pop(month)
    return told | ({"": unnamed} if unnamed else {})


def _csv(table: schema.Table, rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, [field["name"] for field in table.fields], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(
        {name: inert(cell) if isinstance(cell, str) else cell for name, cell in row.items()} for row in rows
    )
    return text.getvalue().encode()
