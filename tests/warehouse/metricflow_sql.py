"""The SQL with which MetricFlow, dbt's own engine, answers a question about metrics."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.postgres import PostgresSQLSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup


class Metrics:
    """The project's metrics, as dbt wrote them down when it read the project."""

    def __init__(self, semantic_manifest: Path) -> None:
        manifest = parse_manifest_from_dbt_generated_manifest(semantic_manifest.read_text(encoding="utf-8"))
        # It only needs to know the dialect: what it writes is asked by the reader of the test.
        client: Any = SimpleNamespace(
            sql_engine_type=SqlEngine.POSTGRES, sql_plan_renderer=PostgresSQLSqlPlanRenderer()
        )
        self.engine = MetricFlowEngine(SemanticManifestLookup(manifest), client)

    def sql(self, *metrics: str, by: tuple[str, ...] = ()) -> str:
        request = MetricFlowQueryRequest.create(metric_names=list(metrics), group_by_names=list(by) or None)
        return self.engine.explain(request).sql_statement.sql
