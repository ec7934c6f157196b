"""Prints docs/metrics.md from the dbt project's metrics: `python scripts/metrics_doc.py > docs/metrics.md`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

MARTS = Path(__file__).resolve().parents[1] / "dbt_project/models/marts"
OPENING = """\
# Metrik / Metrics

What the figures are called, how they are computed and what they may be added up over. They are dbt's semantic layer:
MetricFlow, a BI tool that speaks to it, and the Superset bundle in `dashboards/superset/` compute them alike. A metric
shows the newest published night, or each night where a query asks by `metric_time`; nights are never added up.
`python scripts/metrics_doc.py` writes this page.

Nama angka, cara menghitungnya, dan menurut apa angka itu boleh dijumlahkan. Metrik menunjukkan malam terbit terbaru,
atau tiap malam bila ditanya per `metric_time`; malam tidak pernah dijumlahkan.

*May be added over* names the columns over whose values the figure adds up; over any other, read it value by value.
"""
JOINS = """\
## Kunci penggabungan / Join keys

Views have no foreign keys. These columns name the same thing wherever they stand, in `marts` and in `latest`; tests
hold that every value of the first list is found. Values of the second are as an agency delivered them: keep rows whose
value is found nowhere (left join). Of a relation with an `as_of_date`, join one night, or both sides by it.
`dim_worker` has a row for each version: join it in `latest`, or by a date between `valid_from` and `valid_to`.
"""


def models() -> list[dict[str, Any]]:
    """Read the published models that have metrics, each with its own and what they are computed from."""
    written = yaml.safe_load((MARTS / "metrics.yml").read_text(encoding="utf-8"))
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(MARTS.glob("*/*.yml"))]
    described = {model["name"]: model for file in files for model in file["models"]}
    found = []
    for semantic in written["semantic_models"]:
        measures = {measure["name"]: measure for measure in semantic.get("measures", ())}
        # A metric is of the relation whose measure it shows, or whose measure is its numerator.
        mine = [
            measures[base] | metric | metric["type_params"]
            for metric in written["metrics"]
            if (base := metric["type_params"].get("measure") or metric["type_params"]["numerator"]) in measures
        ]
        if mine:
            found.append(described[semantic["name"]] | {"metrics": mine, "primary_entity": semantic["primary_entity"]})
    return found


def formula(metric: dict[str, Any], model: dict[str, Any]) -> str:
    """Write how a metric is computed."""
    if metric["type"] == "ratio":
        return f"{metric['numerator']} / {metric['denominator']}"
    counted = "count of rows" if metric["expr"] == 1 else f"{metric['agg']} of {metric['expr']}"
    condition = metric.get("filter", "").replace("{{ Dimension('", "").replace("') }}", "")
    where = f", where {condition.removeprefix(model['primary_entity'] + '__')}" if condition else ""
    return f"{counted}{where}"


def table(model: dict[str, Any]) -> str:
    """Write the metrics of a relation as a table of Markdown."""
    lines = [
        "| metric | label | means | formula | unit | may be added over |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for metric in model["metrics"]:
        english, indonesian = metric["description"].split(" | ")
        meta = metric["config"]["meta"]
        over = ", ".join(f"`{name}`" for name in meta["adds_over"]) or "nothing"
        if metric["type"] == "ratio":
            over = f"never; add numerator and denominator over {over}" if meta["adds_over"] else "never"
        lines.append(
            f"| `{metric['name']}` | {metric['label']} | {indonesian}<br>{english} | {formula(metric, model)}"
            f" | {meta['unit']} | {over} |"
        )
    return "\n".join(lines) + "\n"


def section(model: dict[str, Any]) -> str:
    """Write what there is to say of a relation: its grain, what it is not for, its metrics."""
    english, indonesian = (" ".join(text.split()) for text in model["description"].split(" | "))
    return f"## {model['name']}\n\n{indonesian}\n\n*{english}*\n\n{table(model)}"


def joins() -> str:
    """Write by which columns relations join."""
    exposures = yaml.safe_load((MARTS / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    (meta,) = (each["config"]["meta"] for each in exposures if each["name"] == "bi_schema")
    lines = ["| column | is found in | |", "| --- | --- | --- |"]
    lines += [f"| `{column}` | `{place}` | |" for column, place in meta["joins"].items()]
    lines += [f"| `{column}` | `{place}` | left join |" for column, place in meta["left_joins"].items()]
    return "\n".join(lines) + "\n"


def document() -> str:
    """Write the whole page."""
    return "\n".join([OPENING, *map(section, models()), JOINS, joins()])


if __name__ == "__main__":
    print(document(), end="")  # noqa: T201
