"""Airflow's runs and tasks become events as Airflow tells of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cakupan.database.connection import database_name
from cakupan.lineage import models, sending
from cakupan.orchestration import tasks
from cakupan.orchestration.lineage import Listener
from tests.lineage.specification import mistakes

RUN = SimpleNamespace(
    dag_id="ingest_sipd", run_id="manual__1", partition_key="2025-09-09", conf={},
    start_date=datetime(2025, 9, 9, tzinfo=UTC),
)  # fmt: skip


def instance(reschedules: int = 0, attempt: int = 1) -> Any:
    context = {"dag_run": RUN, "task_reschedule_count": reschedules}
    return SimpleNamespace(
        dag_id="ingest_sipd", task_id="sp2d.take_in", run_id="manual__1", map_index=-1, try_number=attempt,
        get_template_context=lambda: context,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.setenv("CAKUPAN_PG_HOST", "db.example")
    monkeypatch.setattr(models, "parent", None)


def told() -> list[dict[str, Any]]:
    (path,) = sending.file_of(None).parent.iterdir()
    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert [mistake for event in events for mistake in mistakes(event)] == []
    return events


def test_a_task_begins_once_and_ends_with_what_it_read_and_wrote() -> None:
    listener = Listener()
    listener.on_task_instance_running(None, instance())
    assert models.parent is not None
    assert models.parent.name == "ingest_sipd.sp2d.take_in"
    listener.on_task_instance_running(None, instance(reschedules=1))
    listener.on_task_instance_success(None, instance(reschedules=1))
    assert models.parent is None
    start, end = told()
    assert (start["eventType"], end["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == end["run"]["runId"]
    assert start["run"]["facets"]["parent"]["job"]["name"] == "ingest_sipd"
    assert f"{database_name()}.landing.sipd_sp2d" in [each["name"] for each in end["outputs"]]


def test_a_person_who_waits_is_told_each_task_that_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    monkeypatch.setattr(tasks, "tell_person", begun.append)
    Listener().on_task_instance_running(None, instance())
    assert begun == ["ingest_sipd.sp2d.take_in"]


def test_every_try_is_a_run_and_a_failure_tells_its_kind_alone() -> None:
    listener = Listener()
    listener.on_task_instance_failed(None, instance(), ValueError("3579010101900001"))
    listener.on_task_instance_failed(None, instance(attempt=2), None)
    first, second = told()
    assert first["run"]["runId"] != second["run"]["runId"]
    assert first["run"]["facets"]["errorMessage"]["message"] == "ValueError"
    assert "3579010101900001" not in json.dumps(first)


def test_a_task_that_the_scheduler_fails_is_told_from_its_record() -> None:
    record = SimpleNamespace(**{k: v for k, v in vars(instance()).items() if k != "get_template_context"}, dag_run=RUN)
    Listener().on_task_instance_failed(None, record, "task is gone: 3579010101900001")
    (failed,) = told()
    assert failed["eventType"] == "FAIL"
    assert failed["run"]["facets"]["errorMessage"]["message"] == "failed"


def test_a_run_of_a_dag_has_a_beginning_also_from_the_command_line() -> None:
    listener = Listener()
    listener.on_dag_run_success(RUN, "")
    listener.on_dag_run_running(RUN, "")
    listener.on_dag_run_failed(RUN, "")
    assert [event["eventType"] for event in told()] == ["START", "COMPLETE", "START", "FAIL"]
    assert told()[0]["eventTime"] == "2025-09-09T00:00:00+00:00"


def test_runs_of_two_dags_that_share_a_name_begin_once_each() -> None:
    listener, other = Listener(), SimpleNamespace(**vars(RUN) | {"dag_id": "ingest_bps"})
    for run in (RUN, other):
        listener.on_dag_run_running(run, "")
    for run in (RUN, other):
        listener.on_dag_run_success(run, "")
    assert [event["eventType"] for event in told()] == ["START", "START", "COMPLETE", "COMPLETE"]


def test_what_cannot_be_told_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    Listener().on_task_instance_success(None, SimpleNamespace(get_template_context=lambda: {}))
    assert "COMPLETE was not told: KeyError" in caplog.text
