"""Events are OpenLineage's, say who ran what on which night, and go where the installation or the environment says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from cakupan.lineage import models, sending, steps
from cakupan.lineage.events import Job, event, relation
from cakupan.lineage.models import events_of, tell_build
from tests.lineage.specification import mistakes

NIGHT = date(2025, 9, 9)
RUN = Job("warehouse", "manual__1", ("AIRFLOW", "DAG"), NIGHT)
TASK = Job("warehouse.build_marts", "manual__1:-1:1", ("AIRFLOW", "TASK"), NIGHT, None, RUN)
SECRET = "3579010101900001"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE_DISABLED", sending.AIRFLOW_TRANSPORT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.setenv("CAKUPAN_PG_HOST", "db.example")
    monkeypatch.delenv("CAKUPAN_PG_DATABASE", raising=False)
    sending._client.cache_clear()
    with patch.dict(os.environ):  # the client writes what it understood into the environment
        yield tmp_path


def told(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def built(status: str = "success") -> tuple[Any, list[Any]]:
    """Return a project and its results: a staged feed, a rule that is no relation, a mart that reads feed and rule."""

    def node(name: str, schema: str | None, *before: str, **more: Any) -> Any:
        relation_name = f'"warehouse"."{schema}"."{name}"' if schema else None
        fixed = {"resource_type": "model", "columns": {}, "raw_code": SECRET}
        return SimpleNamespace(
            **fixed | {"name": name, "relation_name": relation_name, "depends_on_nodes": list(before)} | more
        )

    column = SimpleNamespace(name="disbursed_idr", data_type="bigint", description="Sum.")
    nodes = {
        "stg": node("stg_sipd_sp2d", "warehouse", "sipd_sp2d"),
        "order": node("int_dbhcht_order", "warehouse", "stg"),
        "rule": node("over_budget", None, "order"),
        "mart": node("dbhcht_reconciliation", "warehouse", "rule", "run", columns={"disbursed_idr": column}),
    }
    at = datetime(2025, 9, 9, 20)
    times = SimpleNamespace(started_at=at, completed_at=at.replace(second=1))
    results = [
        SimpleNamespace(node=node, status=status, timing=[times], message=SECRET, adapter_response={"rows_affected": 8})
        for node in nodes.values()
    ]
    sources = {
        key: SimpleNamespace(relation_name=f'"warehouse"."{schema}"."{key}"')
        for schema, key in (("ledger", "run"), ("keyed", "sipd_sp2d"))
    }
    return SimpleNamespace(nodes=nodes, sources=sources), results


def names(datasets: list[dict[str, Any]]) -> list[str]:
    assert {dataset["namespace"] for dataset in datasets} <= {"postgres://db.example:5432"}
    return [dataset["name"] for dataset in datasets]


def test_what_dbt_built_is_told_with_inputs_through_rules_and_with_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "parent", TASK)
    events = list(events_of(*built(), NIGHT, 7))
    assert [mistake for each in events for mistake in mistakes(each)] == []
    assert [each["eventType"] for each in events] == ["START", "COMPLETE"] * 3
    ends = {each["job"]["name"]: each for each in events if each["eventType"] == "COMPLETE"}
    assert names(ends["dbt.stg_sipd_sp2d"]["inputs"]) == ["warehouse.keyed.sipd_sp2d"]
    mart = ends["dbt.dbhcht_reconciliation"]
    assert names(mart["inputs"]) == ["warehouse.ledger.run", "warehouse.warehouse.int_dbhcht_order"]
    (output,) = mart["outputs"]
    assert output["facets"]["columnLineage"]["fields"]["disbursed_idr"]["inputFields"] == [
        {
            "namespace": "postgres://db.example:5432", "name": "warehouse.warehouse.int_dbhcht_order",
            "field": "amount_idr",
        }
    ]  # fmt: skip
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 8
    facets = mart["run"]["facets"]
    assert (facets["cakupan_night"]["night"], facets["cakupan_night"]["warehouseRun"]) == ("2025-09-09", 7)
    assert facets["parent"]["job"]["name"] == "warehouse.build_marts"
    assert facets["parent"]["root"]["run"]["runId"] == str(RUN.run_id)
    assert SECRET not in json.dumps(events)


def test_what_dbt_could_not_build_is_told_without_what_the_database_said() -> None:
    events = list(events_of(*built("error"), NIGHT, 7))
    assert [each["eventType"] for each in events] == ["START", "FAIL"] * 3
    assert events[1]["run"]["facets"]["errorMessage"]["message"] == "dbt: error"
    assert [mistake for each in events for mistake in mistakes(each)] == []
    assert SECRET not in json.dumps(events)


def test_what_was_built_is_kept_with_the_night(home: Path) -> None:
    connection: Any = SimpleNamespace(execute=lambda *_: SimpleNamespace(fetchone=lambda: (NIGHT,)))
    tell_build(connection, 7, *built())
    kept = told(sending.file_of(NIGHT))
    assert len(kept) == 6
    assert {each["eventTime"] for each in kept} == {"2025-09-09T20:00:00+00:00", "2025-09-09T20:00:01+00:00"}


def test_a_project_that_cannot_be_told_of_breaks_nothing_off(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    connection: Any = SimpleNamespace(execute=lambda *_: SimpleNamespace(fetchone=lambda: (NIGHT,)))
    tell_build(connection, 7, SimpleNamespace(), built()[1])  # type: ignore[arg-type]
    assert "what dbt did was not told: AttributeError" in caplog.text


def test_an_event_that_is_none_is_seen_as_such() -> None:
    good = event("COMPLETE", TASK, outputs=[relation("marts.x", rows=3)])
    assert mistakes(good) == []
    assert mistakes(good | {"eventTime": "2025-09-09T20:00:00"}) != []
    facetless = json.loads(json.dumps(good))
    del facetless["job"]["facets"]["jobType"]["_producer"]
    assert mistakes(facetless) != []


def test_the_steps_of_a_feed_lead_from_the_agency_to_the_warehouse() -> None:
    (read,), written = steps.step_datasets("ingest_sipd.sp2d.take_in")
    assert read.name == "agencies/sipd.sp2d"
    assert [each.name for each in written] == [
        "archive/sipd.sp2d",
        "warehouse.landing.sipd_sp2d",
        "warehouse.quarantine.sipd_sp2d",
        "warehouse.accepted.sipd_sp2d",
        "warehouse.keyed.sipd_sp2d",
        "warehouse.keyed.landed_sipd_sp2d",
        "warehouse.keyed.examined_sipd_sp2d",
    ]
    assert steps.step_datasets("ingest_sipd.tell_office") == ((), ())
    assert steps.step_datasets("warehouse.start_run") == ((), ())


def test_publishing_leads_from_tables_to_the_views_that_readers_see() -> None:
    read, written = steps.step_datasets("warehouse.publish_run")
    views = {dataset.name: dataset for dataset in written}
    assert "warehouse.warehouse.dbhcht_reconciliation" in {dataset.name for dataset in read}
    fields = views["warehouse.marts.dbhcht_reconciliation"].facets["columnLineage"]["fields"]
    assert fields["posted_idr"]["inputFields"][0]["name"] == "warehouse.warehouse.dbhcht_reconciliation"
    assert "run_id" not in fields


def test_by_default_a_night_has_a_file() -> None:
    sending.send([event("START", TASK)], NIGHT)
    sending.send([event("COMPLETE", TASK)], NIGHT)
    states = [each["eventType"] for each in told(sending.file_of(NIGHT))]
    assert states == ["START", "COMPLETE"]


def test_the_environment_names_another_transport(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = home / "elsewhere.jsonl"
    transport = {"type": "file", "log_file_path": str(elsewhere), "append": True}
    monkeypatch.setenv(sending.AIRFLOW_TRANSPORT, json.dumps(transport))
    sending.send([event("COMPLETE", TASK, outputs=[relation("marts.x", rows=3)])], NIGHT)
    (sent,) = told(elsewhere)
    assert sent["run"]["runId"] == str(TASK.run_id)
    assert sent["run"]["facets"]["cakupan_night"]["night"] == "2025-09-09"
    assert sent["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] == 3
    assert mistakes(sent) == []
    assert sending.count_unsent() == 0


def test_an_address_in_the_environment_is_sent_to(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[tuple[str, dict[str, Any]]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.append((self.path, json.loads(self.rfile.read(length))))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{server.server_port}")
        sending.send([event("START", TASK), event("COMPLETE", TASK)], NIGHT)
        server.shutdown()
    assert [(path, sent["eventType"]) for path, sent in received] == [
        ("/api/v1/lineage", "START"),
        ("/api/v1/lineage", "COMPLETE"),
    ]
    assert sending.count_unsent() == 0


def test_lineage_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_DISABLED", "true")
    sending.send([event("START", TASK)], NIGHT)
    assert not sending.file_of(NIGHT).exists()


def test_nobody_to_listen_is_no_reason_to_fail(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    (home / "lineage").write_text("in the way")
    sending.send([event("START", TASK)], NIGHT)
    assert "1 events were not told" in caplog.text
