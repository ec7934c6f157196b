"""Writes the Superset bundle, dashboards/superset/*/, from the marts' YAML: `python scripts/superset_bundle.py`."""

from __future__ import annotations

import json
import runpy
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "dashboards/superset"
MODELS = ROOT / "dbt_project/models"
METRICS = {each["name"]: each for each in runpy.run_path(str(Path(__file__).with_name("metrics_doc.py")))["models"]()}
SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "cakupan.superset")
VERSION = "1.0.0"
HEAD = "# Written by scripts/superset_bundle.py; do not edit.\n"
FORMATS = {"Rp": ",d", "pecahan, 1 = 100 % / fraction, 1 = 100 %": ".1%"}

DATASETS = {
    "universal_coverage": ("latest", None),
    "coverage_by_sector": ("latest", None),
    "coverage_by_funding_source": ("latest", None),
    "coverage_by_agency": ("latest", "agency_code"),
    "coverage_by_region": ("latest", "region_code"),
    "lapse_calendar": ("latest", None),
    "dbhcht_reconciliation": ("latest", "skpd_code"),
    "dbhcht_lineage": ("latest", "skpd_code"),
    "audit_findings": ("latest", "skpd_code"),
    "data_quality_scorecard": ("latest", None),
    "undelivered_feeds": ("latest", None),
    "unmapped_codes": ("latest", None),
    "universal_coverage_nights": ("marts", None),
    "data_quality_scorecard_nights": ("marts", None),
}
"""Each dataset with its schema, and the column by which the name of an office or a village is looked up."""
LOOKED_UP = {
    "agency_code": ("dim_agency", "agency_code", {"agency_name": "TEXT"}),
    "skpd_code": ("dim_agency", "skpd_code", {"agency_name": "TEXT"}),
    "region_code": ("dim_region", "region_code", {"region_name": "TEXT", "district_name": "TEXT"}),
}
# Title, kind of chart, dataset, columns, metrics, width of 12.
CHARTS: dict[str, list[tuple[str, str, str, list[str], list[str], int]]] = {
    "Cakupan / Coverage": [
        ("Peserta kota / City participants", "big_number_total", "universal_coverage", [], ["city_participants"], 3),
        ("Cakupan, penyebut Sakernas / Coverage of Sakernas", "big_number_total", "universal_coverage", [],
         ["coverage_rate_sakernas"], 3),
        ("Cakupan, penyebut semesta BPJS / Coverage of the BPJS universe", "big_number_total", "universal_coverage", [],
         ["coverage_rate_semesta_bpjs"], 3),
        ("Kekurangan terhadap target / Gap to target", "big_number_total", "universal_coverage", [],
         ["gap_to_target"], 3),
        ("Peserta kota tiap malam / City participants by night", "echarts_timeseries_line", "universal_coverage_nights",
         ["as_of_date"], ["city_participants"], 6),
        ("Sumber iuran / Funding sources", "pie", "coverage_by_funding_source", ["funding_source_code"],
         ["funding_source_participants"], 6),
        ("Peserta dan penduduk bekerja per sektor / Participants and workforce by sector", "echarts_timeseries_bar",
         "coverage_by_sector", ["sector_name"], ["sector_participants", "sector_workforce"], 12),
        ("Sektor / Sectors", "table", "coverage_by_sector", ["sector_code", "sector_name"],
         ["sector_participants", "sector_workforce", "sector_coverage_rate", "sector_gaps"], 6),
        ("Perangkat daerah / Offices", "table", "coverage_by_agency", ["agency_name", "worker_category"],
         ["registered_workers", "registered_participants", "not_covered", "roster_coverage_rate"], 6),
        ("Peserta per desa / Participants by village", "echarts_timeseries_bar", "coverage_by_region", ["region_name"],
         ["region_participants", "region_participants_by_dbhcht"], 6),
        ("Kalender berakhir / Lapse calendar", "echarts_timeseries_bar", "lapse_calendar", ["lapse_month_on"],
         ["lapsing_participants"], 6),
    ],
    "DBHCHT": [
        ("Anggaran / Budget, Rp", "big_number_total", "dbhcht_reconciliation", [], ["dbhcht_budget_idr"], 3),
        ("Realisasi / Disbursed, Rp", "big_number_total", "dbhcht_reconciliation", [], ["dbhcht_disbursed_idr"], 3),
        ("Serapan / Absorption", "big_number_total", "dbhcht_reconciliation", [], ["dbhcht_absorption_rate"], 3),
        ("Pekerja-bulan terlindungi / Protected worker-months", "big_number_total", "dbhcht_lineage", [],
         ["protection_rate"], 3),
        ("Dari SP2D ke perlindungan / From payment order to protection", "sankey_v2", "dbhcht_lineage",
         ["sp2d_no", "protection_status"], ["dbhcht_worker_months"], 6),
        ("Pekerja-bulan per bulan / Worker-months by month", "echarts_timeseries_bar", "dbhcht_lineage",
         ["contribution_month_on"], ["dbhcht_worker_months", "protected_worker_months"], 6),
        ("Rekonsiliasi / Reconciliation", "table", "dbhcht_reconciliation",
         ["fiscal_year", "agency_name", "sub_activity_code", "account_code"],
         ["dbhcht_budget_idr", "dbhcht_disbursed_idr", "dbhcht_posted_idr", "dbhcht_unposted_idr",
          "dbhcht_remaining_idr", "dbhcht_absorption_rate"], 12),
        ("Temuan per aturan / Findings by rule", "echarts_timeseries_bar", "audit_findings", ["finding_code"],
         ["findings"], 6),
        ("Temuan per perangkat daerah / Findings by office", "table", "audit_findings",
         ["agency_name", "finding_code", "severity"], ["findings", "findings_amount_idr"], 6),
    ],
    "Mutu data / Data quality": [
        ("Baris dikirim / Rows delivered", "big_number_total", "data_quality_scorecard", [], ["delivered_rows"], 4),
        ("Baris diterima / Rows accepted", "big_number_total", "data_quality_scorecard", [], ["accepted_rows"], 4),
        ("Porsi karantina / Share quarantined", "big_number_total", "data_quality_scorecard", [],
         ["quarantine_rate"], 4),
        ("Baris tiap malam / Rows by night", "echarts_timeseries_line", "data_quality_scorecard_nights",
         ["as_of_date"], ["delivered_rows", "quarantined_rows"], 12),
        ("Kiriman / Feeds", "table", "data_quality_scorecard", ["agency_code", "feed", "delivery_status"],
         ["delivered_rows", "accepted_rows", "quarantined_rows", "quarantine_rate"], 12),
        ("Belum pernah dikirim / Never delivered", "table", "undelivered_feeds",
         ["agency_code", "feed", "reason_id", "reason_en"], [], 6),
        ("Kode tak dikenal / Unknown codes", "table", "unmapped_codes",
         ["feed", "column_name", "code", "rows", "since_on"], [], 6),
    ],
}  # fmt: skip


def identity(name: str) -> str:
    """Return the identity that Superset knows a thing by, the same whenever this is written."""
    return str(uuid.uuid5(SPACE, name))


def word(title: str) -> str:
    """Return a title as the name of a file."""
    return "_".join("".join(sign if sign.isalnum() else " " for sign in title.lower()).split())


def relations(folder: str) -> dict[str, dict[str, Any]]:
    """Read the models of a folder from their YAML, by name."""
    paths = sorted((MODELS / folder).rglob("*.yml"))
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]
    return {model["name"]: model for file in files for model in file.get("models", ())}


def expression(name: str, metrics: dict[str, dict[str, Any]], primary: str, nights: str = "") -> str:
    """Write a metric as SQL; of several nights, where `nights` divides by how many, a mean and never a sum."""
    metric = metrics[name]
    if metric["type"] == "ratio":
        parts = [expression(metric[part], metrics, primary, nights) for part in ("numerator", "denominator")]
        return f"{parts[0]} * 1.0 / nullif({parts[1]}, 0)"
    condition = metric.get("filter", "").replace(f"{{{{ Dimension('{primary}__", "").replace("') }}", "")
    per_night = nights if metric["agg"] == "sum" else ""
    return f"{metric['agg']}({metric['expr']})" + (f" filter (where {condition})" if condition else "") + per_night


def dataset(name: str) -> dict[str, Any]:
    """Describe a dataset: its columns, and its metrics as dbt has them."""
    schema, looked_up = DATASETS[name]
    relation = name.removesuffix("_nights")
    mart = relations("marts")[relation]
    model = relations("latest")[f"latest_{relation}"] if schema == "latest" else mart
    columns = {column["name"]: column["data_type"] for column in model["columns"]}
    # Superset tells datasets by their name alone, whatever their schema: what has another name is a query.
    sql = f"select {', '.join(columns)} from {schema}.{relation}" if name != relation else None  # noqa: S608
    if looked_up:
        dimension, key, added = LOOKED_UP[looked_up]
        named = ", ".join(f"dimension.{column}" for column in added)
        sql = (
            f"select fact.*, {named} from {schema}.{relation} as fact"  # noqa: S608
            f" left join latest.{dimension} as dimension on fact.{looked_up} = dimension.{key}"
        )
        columns |= {column: kind for column, kind in added.items() if column not in columns}
    measured = METRICS.get(relation, {"metrics": [], "primary_entity": ""})
    metrics = {metric["name"]: metric for metric in measured["metrics"]}
    nights = " / count(distinct as_of_date)" if schema == "marts" else ""
    dated = "as_of_date" if schema == "marts" else next((c for c in columns if c.endswith("_on")), None)
    return {
        "table_name": name,
        "schema": schema,
        "sql": sql,
        "main_dttm_col": dated,
        "description": " ".join(model["description"].split()) if "{{" not in model["description"] else None,
        "uuid": identity(f"dataset {name}"),
        "database_uuid": identity("database"),
        "version": VERSION,
        "columns": [
            {"column_name": column, "type": kind.upper(), "is_dttm": kind in ("date", "timestamptz"),
             "groupby": True, "filterable": True}
            for column, kind in columns.items()
        ],
        "metrics": [
            {"metric_name": metric["name"], "verbose_name": metric["label"], "description": metric["description"],
             "expression": expression(metric["name"], metrics, measured["primary_entity"], nights),
             "d3format": FORMATS.get(metric["config"]["meta"]["unit"], ",d")}
            for metric in metrics.values()
        ],
    }  # fmt: skip


def axis(column: str) -> dict[str, Any]:
    """Return a column as the x axis of a chart."""
    day = {"timeGrain": "P1D"} if column.endswith(("_on", "_date")) else {}
    return day | {"columnType": "BASE_AXIS", "sqlExpression": column, "label": column, "expressionType": "SQL"}


def form(kind: str, columns: list[str], metrics: list[str]) -> dict[str, Any]:
    """Return what the chart's form in Superset holds."""
    shared: dict[str, Any] = {"viz_type": kind, "time_range": "No filter", "row_limit": 1000, "adhoc_filters": []}
    if kind == "big_number_total":
        return shared | {"metric": metrics[0], "y_axis_format": "SMART_NUMBER" if "_rate" not in metrics[0] else ".1%"}
    if kind == "pie":
        return shared | {"groupby": columns, "metric": metrics[0], "show_total": True, "label_type": "key_value"}
    if kind == "sankey_v2":
        return shared | {"source": columns[0], "target": columns[1], "metric": metrics[0]}
    if kind == "table":
        aggregate = {"query_mode": "aggregate", "groupby": columns, "metrics": metrics}
        return shared | (aggregate if metrics else {"query_mode": "raw", "all_columns": columns})
    return shared | {
        "x_axis": columns[0], "metrics": metrics, "groupby": [], "x_axis_sort_asc": True, "rich_tooltip": True,
        "show_legend": True, "time_grain_sqla": "P1D",
    }  # fmt: skip


def query_context(kind: str, columns: list[str], metrics: list[str]) -> str:
    """Return the question that the chart asks, without which it cannot be asked but in a browser."""
    asked: list[Any] = [axis(columns[0])] if kind.startswith("echarts") else list(columns)
    query = {
        "columns": asked, "metrics": metrics or None, "filters": [], "time_range": "No filter", "row_limit": 1000,
        "orderby": [[metrics[0], False]] if metrics and not kind.startswith("echarts") else [],
    }  # fmt: skip
    # The id is filled in by the import.
    context = {
        "datasource": {"id": 0, "type": "table"}, "force": False, "queries": [query],
        "form_data": form(kind, columns, metrics), "result_format": "json", "result_type": "full",
    }  # fmt: skip
    return json.dumps(context, ensure_ascii=False)


def position(title: str) -> dict[str, Any]:
    """Lay the charts of a dashboard out in rows of twelve columns."""
    rows: list[list[tuple[str, int]]] = [[]]
    for name, *_, width in CHARTS[title]:
        if sum(each for _, each in rows[-1]) + width > 12:
            rows.append([])
        rows[-1].append((name, width))
    laid: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": title}},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "parents": ["ROOT_ID"], "children": []},
    }
    for number, row in enumerate(rows, 1):
        place = f"ROW-{number}"
        laid["GRID_ID"]["children"].append(place)
        keys = [f"CHART-{word(name)}" for name, _ in row]
        laid[place] = {
            "type": "ROW", "id": place, "parents": ["ROOT_ID", "GRID_ID"], "children": keys,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }  # fmt: skip
        for key, (name, width) in zip(keys, row, strict=True):
            height = 20 if all(each[1] == "big_number_total" for each in CHARTS[title] if each[0] == name) else 50
            laid[key] = {
                "type": "CHART", "id": key, "parents": ["ROOT_ID", "GRID_ID", place], "children": [],
                "meta": {"uuid": identity(f"chart {title} {name}"), "sliceName": name, "width": width,
                         "height": height, "chartId": 0},
            }  # fmt: skip
    return laid


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each file of the bundle by its path, with what it says."""
    # Superset wants a time; the bundle is of none.
    yield "metadata.yaml", {"version": VERSION, "type": "Dashboard", "timestamp": "2026-01-01T00:00:00+00:00"}
    yield "databases/cakupan.yaml", {
        "database_name": "Cakupan",
        # Host, port and password are those of the installation: import_bundle.py fills them in.
        "sqlalchemy_uri": "postgresql+psycopg2://cakupan_bi:XXXXXXXXXX@postgres:5432/warehouse",
        "expose_in_sqllab": True, "allow_ctas": False, "allow_cvas": False, "allow_dml": False,
        "allow_file_upload": False, "extra": {"allows_virtual_table_explore": True},
        "uuid": identity("database"), "version": VERSION,
    }  # fmt: skip
    for name in DATASETS:
        yield f"datasets/cakupan/{name}.yaml", dataset(name)
    for title, charts in CHARTS.items():
        for name, kind, source, columns, metrics, _ in charts:
            yield f"charts/{word(title)}/{word(name)}.yaml", {
                "slice_name": name, "viz_type": kind, "params": form(kind, columns, metrics),
                "query_context": query_context(kind, columns, metrics), "uuid": identity(f"chart {title} {name}"),
                "dataset_uuid": identity(f"dataset {source}"), "version": VERSION,
            }  # fmt: skip
        yield f"dashboards/{word(title)}.yaml", {
            "dashboard_title": title, "slug": word(title.split(" / ", maxsplit=1)[0]), "published": True,
            "uuid": identity(f"dashboard {title}"), "position": position(title), "metadata": {}, "version": VERSION,
        }  # fmt: skip


def files() -> dict[Path, str]:
    """Return each file of the bundle with its text."""
    return {
        FOLDER / path: HEAD + yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)
        for path, said in contents()
    }


if __name__ == "__main__":
    for made in ("databases", "datasets", "charts", "dashboards"):
        shutil.rmtree(FOLDER / made, ignore_errors=True)
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
