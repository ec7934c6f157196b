"""dbt's metrics are the figures of the marts, of one night, whoever asks for them."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from cakupan import settings
from cakupan.database import Role, connect
from tests.warehouse.conftest import NIGHTS, Warehouse, dbt
from tests.warehouse.metricflow_sql import Metrics

EXPECTED = {
    "universal_coverage": {
        "city_participants": "max(active_participants)",
        "outside_city_participants": "max(outside_city_participants)",
        "participants_target": "max(target_participants)",
        "gap_to_target": "max(gap_to_target)",
        "workers_sakernas": "max(denominator) filter (where denominator_code = 'SAKERNAS')",
        "workers_semesta_bpjs": "max(denominator) filter (where denominator_code = 'SEMESTA_BPJS')",
        "coverage_rate_sakernas": "max(coverage_rate) filter (where denominator_code = 'SAKERNAS')",
        "coverage_rate_semesta_bpjs": "max(coverage_rate) filter (where denominator_code = 'SEMESTA_BPJS')",
    },
    "coverage_by_sector": {
        "sector_participants": "sum(active_participants)",
        "sector_workforce": "sum(workforce)",
        "sector_gaps": "sum(gap_to_target)",
        "sector_coverage_rate": "sum(active_participants) / sum(workforce)",
    },
    "coverage_by_funding_source": {
        "funding_source_participants": "sum(active_participants)",
        "contributions_ytd_idr": "sum(contributions_ytd_idr)",
    },
    "coverage_by_agency": {
        "registered_workers": "sum(registered_workers)",
        "registered_participants": "sum(active_participants)",
        "not_covered": "sum(not_covered)",
        "roster_coverage_rate": "sum(active_participants) / sum(registered_workers)",
    },
    "coverage_by_region": {
        "region_participants": "sum(active_participants)",
        "region_participants_by_dbhcht": "sum(by_dbhcht)",
    },
    "lapse_calendar": {"lapsing_participants": "sum(participants)"},
    "aid_eligibility": {
        "aid_applications": "count(*)",
        "eligible_applications": "count(*) filter (where status = 'ELIGIBLE')",
    },
    "construction_compliance": {
        "construction_projects": "count(*)",
        "compliant_projects": "count(*) filter (where status = 'COMPLIANT')",
        "construction_compliance_rate": "avg((status = 'COMPLIANT')::int)",
    },
    "outreach_conversion": {"outreach_attendees": "sum(attendees)", "outreach_converted": "sum(converted)"},
    "commitment_progress": {
        "commitment_actual": "max(actual)",
        "commitment_target": "max(target)",
        "commitment_progress_rate": "max(actual)::numeric / max(target)",
    },
    "data_quality_scorecard": {
        "delivered_rows": "sum(accepted_rows + quarantined_rows + duplicate_rows)",
        "accepted_rows": "sum(accepted_rows)",
        "quarantined_rows": "sum(quarantined_rows)",
        "quarantine_rate": "sum(quarantined_rows) / sum(delivered_rows)",
    },
    "dbhcht_reconciliation": {
        "dbhcht_budget_idr": "sum(budget_idr)",
        "dbhcht_disbursed_idr": "sum(disbursed_idr)",
        "dbhcht_posted_idr": "sum(posted_idr)",
        "dbhcht_unposted_idr": "sum(disbursed_idr - posted_idr)",
        "dbhcht_remaining_idr": "sum(budget_idr - disbursed_idr)",
        "dbhcht_absorption_rate": "sum(disbursed_idr) / sum(budget_idr)",
    },
    "dbhcht_lineage": {
        "dbhcht_worker_months": "count(*)",
        "protected_worker_months": "count(*) filter (where protection_status = 'PROTECTED')",
        "protection_rate": "avg((protection_status = 'PROTECTED')::int)",
    },
    "audit_findings": {"findings": "count(*)", "findings_amount_idr": "sum(amount_idr)"},
}
"""What each metric is, in plain SQL over its relation in schema latest."""


@pytest.fixture(scope="module")
def metrics(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Metrics:
    target = tmp_path_factory.mktemp("metrics")
    assert dbt(target, "parse", CAKUPAN_PG_TRANSFORMER_PASSWORD="not needed to parse").success
    return Metrics(target / "semantic_manifest.json")


@pytest.fixture
def reader(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    """A BI tool's connection."""
    with connect(Role.BI) as connection:
        yield connection


def declared() -> dict[str, set[str]]:
    """The metrics of each relation, as the project's YAML has them."""
    models = runpy.run_path(str(settings.PROJECT / "scripts/metrics_doc.py"))["models"]()
    return {model["name"]: {metric["name"] for metric in model["metrics"]} for model in models}


def test_every_metric_is_held_against_the_marts() -> None:
    assert declared() == {relation: set(metrics) for relation, metrics in EXPECTED.items()}


def test_the_page_of_metrics_says_what_the_project_says() -> None:
    document = runpy.run_path(str(settings.PROJECT / "scripts/metrics_doc.py"))["document"]
    page = (settings.PROJECT / "docs/metrics.md").read_text(encoding="utf-8")
    assert page == document(), "run: python scripts/metrics_doc.py > docs/metrics.md"


@pytest.mark.parametrize("relation", sorted(EXPECTED))
def test_a_metric_shows_the_newest_night_as_the_marts_do(metrics: Metrics, reader, relation: str) -> None:
    """Three nights are published: whatever added them up would show about three times as much."""
    for metric, expression in EXPECTED[relation].items():
        shown = reader.execute(metrics.sql(metric)).fetchone()[0]
        expected = reader.execute(f"select {expression} from latest.{relation}").fetchone()[0]
        assert float(shown) == pytest.approx(float(expected), abs=1e-6), metric
        assert shown, metric


def test_a_metric_by_night_is_that_of_each_night(metrics: Metrics, reader) -> None:
    shown = reader.execute(metrics.sql("city_participants", by=("metric_time",))).fetchall()
    expected = reader.execute(
        "select as_of_date, active_participants from marts.universal_coverage where denominator_code = 'SAKERNAS'"
    ).fetchall()
    assert {night.date() if hasattr(night, "date") else night: count for night, count in shown} == dict(expected)
    assert len(expected) == len(NIGHTS)


def test_a_metric_is_grouped_by_what_its_column_joins(metrics: Metrics, reader) -> None:
    shown = dict(reader.execute(metrics.sql("sector_participants", by=("sector__sector_group",))).fetchall())
    expected = reader.execute(
        "select sector_group, sum(active_participants) from latest.coverage_by_sector"
        " join latest.dim_sector using (sector_code) group by 1"
    ).fetchall()
    assert shown == dict(expected)
    assert len(shown) == 3


def test_every_documented_join_key_is_found(reader) -> None:
    exposures = Path(settings.DBT_PROJECT / "models/marts/exposures.yml").read_text(encoding="utf-8")
    (meta,) = (e["config"]["meta"] for e in yaml.safe_load(exposures)["exposures"] if e["name"] == "bi_schema")
    columns = reader.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'latest'"
    ).fetchall()
    assert meta["joins"].keys() | meta["left_joins"].keys() <= {column for _, column in columns}
    for relation, column in columns:
        if place := (meta["joins"].get(column) or meta["left_joins"].get(column)):
            target, key = place.split(".")
            lost, found = reader.execute(
                "select count(*) - count(parent.key), count(parent.key)"
                f" from (select distinct {column} as key from latest.{relation} where {column} is not null) as child"
                f" left join (select distinct {key} as key from latest.{target}) as parent on parent.key = child.key"
            ).fetchone()
            assert column in meta["left_joins"] or not lost, f"{relation}.{column} has {lost} values not in {place}"
            assert found or not lost or column == "membership_key", f"{relation}.{column} is never found in {place}"
