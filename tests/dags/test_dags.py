"""The DAGs as Airflow reads them: exactly these, without errors, and light to parse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cakupan import orchestration, settings

AGENCIES = {
    "bpjstk", "bps", "dinsos", "disdik", "diskumdag", "disnaker", "dispar", "distan", "hukum", "pbj",
    "perekonomian", "perkim", "pupr", "sipd",
}  # fmt: skip
BETWEEN_NIGHTS = {"housekeeping", "restate", "ask_about_held", "decide"}
READ = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
print(json.dumps({
    "errors": bag.import_errors,
    "heavy": sorted({"great_expectations", "pandas", "dbt.cli.main"} & set(sys.modules)),
    "dags": {
        name: {
            "tasks": sorted(dag.task_ids),
            "catchup": dag.catchup,
            "cron": dag.timetable.serialize() if hasattr(dag.timetable, "serialize") else str(dag.timetable),
            "teardowns": {t.task_id: t.on_failure_fail_dagrun for t in dag.tasks if t.is_teardown},
            "deadlines": [one.name for one in dag.deadline or []],
            "downstream": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
        }
        for name, dag in bag.dags.items()
    },
}, default=str))
"""


@pytest.fixture(scope="module")
def bag(installation: Path) -> dict:
    read = subprocess.run(
        [sys.executable, "-c", READ, str(settings.DAGS)],
        env=os.environ | orchestration.environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(read.stdout.splitlines()[-1])


def test_there_are_no_import_errors_and_nothing_heavy_is_imported(bag: dict) -> None:
    assert bag["errors"] == {}
    assert bag["heavy"] == []


def test_these_are_the_dags(bag: dict) -> None:
    assert set(bag["dags"]) == {"warehouse"} | BETWEEN_NIGHTS | {f"ingest_{agency}" for agency in AGENCIES}


def test_an_agency_has_a_task_for_each_of_its_feeds_and_its_office_is_told(bag: dict) -> None:
    assert bag["dags"]["ingest_sipd"]["tasks"] == ["anggaran.take_in", "sp2d.take_in", "tell_office"]


def test_no_feed_waits_for_another(bag: dict) -> None:
    for name, dag in bag["dags"].items():
        if name.startswith("ingest_"):
            assert all(after in ([], ["tell_office"]) for after in dag["downstream"].values())


def test_telling_waits_for_all_and_has_no_say_in_how_a_run_ended(bag: dict) -> None:
    for name, dag in bag["dags"].items():
        if name in BETWEEN_NIGHTS:
            continue
        last, before = (
            ("tell_data_team", ["report", "seal", "write_pages"]) if name == "warehouse" else ("tell_office", None)
        )
        assert dag["teardowns"] == {last: False}
        assert dag["downstream"][last] == []
        told = sorted(task for task, after in dag["downstream"].items() if last in after)
        assert told == (before or sorted(task for task in dag["tasks"] if task.endswith(".take_in")))


def test_the_marts_have_a_deadline(bag: dict) -> None:
    assert bag["dags"]["warehouse"]["deadlines"] == ["marts are due"]


def test_the_warehouse_waits_builds_and_publishes_last(bag: dict) -> None:
    after = bag["dags"]["warehouse"]["downstream"]
    assert after["agencies_are_in"] == ["start_run"]
    assert after["build_night"] == ["publish_run"]
    assert after["publish_run"] == ["report", "seal", "write_pages"]


def test_every_dag_follows_the_nights_without_catching_up(bag: dict) -> None:
    for name, dag in bag["dags"].items():
        assert dag["catchup"] is False
        when = "NullTimetable" if name == "decide" else "0 6 * * *" if name in BETWEEN_NIGHTS else "0 1 * * *"
        assert when in str(dag["cron"])


def test_a_decision_is_put_on_record_before_nights_are_built_again(bag: dict) -> None:
    assert bag["dags"]["decide"]["downstream"] == {
        "ask": ["put_on_record"],
        "put_on_record": ["restate"],
        "restate": [],
    }
    assert bag["dags"]["housekeeping"]["downstream"] == {"report": ["drop_outdated"], "drop_outdated": []}
    assert bag["dags"]["restate"]["downstream"] == {"nights_to_restate": ["build_again"], "build_again": []}
