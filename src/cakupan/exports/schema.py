"""What the tables of the Fiscal Data Package mean: OpenSpending column types, phases, sources, licence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from cakupan.reports.dbhcht_figures import DbhchtFigures

Field = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A resource of the package."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    extra_fields: tuple[Field, ...]
    key: tuple[str, ...]


def _text(name: str, meaning: str, column_type: str | None = None, **more: Any) -> Field:
    return {"name": name, "type": "string", "description": meaning} | (
        {"columnType": column_type} if column_type else {}
    ) | more  # fmt: skip


def _idr(name: str, meaning: str, **more: Any) -> Field:
    return {"name": name, "type": "integer", "description": meaning, "constraints": {"required": True}} | more


def _maybe(name: str, meaning: str, phase: str) -> Field:
    """Return an amount that is unknown, and so empty, while nobody ever delivered what it is counted from."""
    empty = "empty, not 0, while no delivery of it was ever accepted (see cakupan.undelivered)"
    return {"name": name, "type": "integer", "description": f"{meaning}; {empty}.", "normalize": {"phase": phase}}


def _constant(name: str, column_type: str, value: str) -> Field:
    return {"name": name, "type": "string", "columnType": column_type, "constant": value}


REQUIRED = {"constraints": {"required": True}}
LINE = (
    _text("skpd_code", "Office that spends.", "administrative-classification:generic:code:full", **REQUIRED),
    _text("skpd_name", "Its name.", "administrative-classification:generic:label"),
    _text("sub_activity_code", "Sub-activity.", "activity:generic:program:code", **REQUIRED),
    _text("sub_activity_name", "Its name.", "activity:generic:program:label"),
    _text("account_code", "Account of expenditure.", "economic-classification:generic:code:full", **REQUIRED),
    _text("fund", "Source of the money.", "fin-source:generic:code", **REQUIRED),
)
YEAR = {
    "name": "fiscal_year", "type": "integer", "columnType": "date:fiscal-year", "description": "Fiscal year.",
    "constraints": {"required": True},
}  # fmt: skip
CURRENCY = _constant("currency", "value-currency:code", "IDR")
DIRECTION = _constant("direction", "direction", "expenditure")
VALUE = {"name": "value", "type": "number", "columnType": "value", "normalizationTarget": True}

BUDGET = Table(
    "budget",
    "Anggaran dan realisasi DBHCHT per baris / DBHCHT budget lines and their execution",
    "One row per budget line (office, sub-activity, account) that DBHCHT pays in the fiscal year, or that a DBHCHT"
    " payment order of the year claims.",
    (
        _text("budget_line_id", "Office, sub-activity and account.", "budget-line-id", **REQUIRED),
        YEAR,
        *LINE,
        _maybe("budget_idr", "Amount of the year's document in force; 0 where there is none", "adjusted"),
        _maybe("disbursed_idr", "Paid out by payment orders (SP2D) of the year", "executed"),
        _maybe("posted_idr", "Posted as contributions under the orders' billing codes", "posted"),
    ),
    (VALUE, {"name": "phase", "type": "string", "columnType": "phase:id"}, CURRENCY, DIRECTION),
    ("budget_line_id",),
)
SPENDING = Table(
    "spending",
    "SP2D DBHCHT per baris dan bulan / DBHCHT payment orders by line and month",
    "Payment orders added up by budget line and month of the order. Where few workers stand behind a"
    " month's orders, fewer than may be shown, it is added to other months of the line in a row without month.",
    (
        _text("budget_line_id", "Office, sub-activity and account.", "budget-line-id", **REQUIRED),
        YEAR,
        *(field for field in LINE if not field["name"].endswith("_name")),
        {
            "name": "month", "type": "date", "columnType": "date:generic",
            "description": "First day of the month of the payment orders; empty where months are told together.",
        },
        {"name": "payment_orders", "type": "integer", "description": "How many."},
        _idr("amount_idr", "Sum of the payment orders.", columnType="value"),
    ),
    (_constant("phase", "phase:id", "executed"), CURRENCY, DIRECTION),
    ("budget_line_id", "month"),
)  # fmt: skip


def descriptor(
    figures: DbhchtFigures, year: int, licence: str, known_at: str | None, tables: dict[str, bytes]
) -> dict[str, Any]:
    """Return the package's datapackage.json."""
    return {
        "profile": "tabular-data-package",
        "name": f"dbhcht-{year}",
        "title": f"DBHCHT untuk jaminan sosial ketenagakerjaan, tahun anggaran {year}",
        "description": (
            f"Budget and execution of the tobacco-excise share (DBHCHT) spent on employment social security in {year},"
            f" as published for the night of {figures.night}. Fiscal Data Package 1.0; amounts are whole rupiah."
        ),
        "created": figures.published_at.isoformat(),
        "version": f"{figures.night}.{figures.run_id}",
        "countryCode": "ID",
        "granularity": "aggregated",
        "fiscalPeriod": {"start": f"{year}-01-01", "end": f"{year}-12-31"},
        "licenses": [{"name": licence}],
        "sources": [
            {
                "title": f"{row['feed']} {row['business_date']}",
                "delivery_id": row["delivery_id"], "sha256": row["sha256"],
            }
            for row in figures.deliveries
        ],
        "resources": [_resource(table, tables[table.name]) for table in (BUDGET, SPENDING)],
        "cakupan": {
            "night": f"{figures.night}",
            "run_id": figures.run_id,
            "published_at": figures.published_at.isoformat(),
            "as_known_at": known_at,
            "undelivered": {
                row["feed"]: {"id": row["reason_id"], "en": row["reason_en"]} for row in figures.undelivered
            },
            "checkpoint": _checkpoint(figures),
        },
    }  # fmt: skip


def _checkpoint(figures: DbhchtFigures) -> dict[str, Any] | None:
    """Return the signed state of the record that holds the publication, once there is one."""
    if figures.checkpoint is None:
        return None
    kept = figures.checkpoint
    return {"origin": kept["origin"], "size": kept["size"], "root": kept["root"], "signed_at": f"{kept['signed_at']}"}


def _resource(table: Table, content: bytes) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n"},
        "schema": {
            "fields": list(table.fields),
            "extraFields": list(table.extra_fields),
            "missingValues": [""],
        }
        | ({"primaryKey": list(table.key)} if table.name == "budget" else {
            "foreignKeys": [
                {"fields": ["budget_line_id"], "reference": {"resource": "budget", "fields": ["budget_line_id"]}}
            ]
        }),
    }  # fmt: skip
