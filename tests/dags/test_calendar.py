"""A simulated or recorded installation has nights of its own: none begins because it is some day today."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import pytest

from cakupan import orchestration, settings
from cakupan.night import agencies
from cakupan.orchestration import components

READ = """
import json, sys
from airflow.cli.cli_config import ARG_BACKFILL_FROM_DATE, ARG_BACKFILL_TO_DATE
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
from airflow.utils.types import DagRunType
bag = DagBag(sys.argv[1])
told = {}
for name, dag in bag.dags.items():
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    first, last = (
        argument.kwargs["type"](day)
        for argument, day in ((ARG_BACKFILL_FROM_DATE, "2025-09-07"), (ARG_BACKFILL_TO_DATE, "2025-09-09"))
    )
    asked = stored.iter_dagrun_infos_between(first, last)
    next_one = stored.next_dagrun_info(last_automated_run_info=None)
    asked = list(asked)
    names = [
        stored.timetable.generate_run_id(
            run_type=DagRunType.SCHEDULED, run_after=info.run_after, data_interval=None,
            partition_key=info.partition_key,
        )
        for info in asked
    ]
    told[name] = [next_one and next_one.partition_key, [info.partition_key for info in asked], names]
print(json.dumps([bag.import_errors, told]))
"""


def read(home: Path, **environment: str) -> dict[str, tuple[str | None, list[str], list[str]]]:
    """For each DAG the night that would begin by itself next, those of a backfill of three days, and their runs."""
    ran = subprocess.run(
        [sys.executable, "-c", READ, str(settings.DAGS)], text=True, capture_output=True, check=True,
        env=os.environ | orchestration.environment() | environment,
    )  # fmt: skip
    errors, told = json.loads(ran.stdout.splitlines()[-1])
    assert errors == {}
    assert told.pop("decide") == [None, [], []]  # begun by another DAG alone
    return told


@pytest.fixture
def held(installation: Path):
    """Notes what the installation holds, for the length of a test."""

    def hold(city: str | None, connections: dict[str, object] | None = None) -> None:
        (installation / "city").write_text(city or "")
        (installation / "connections.json").write_text(json.dumps(connections or {}))

    yield hold
    for name in ("city", "connections.json"):
        (installation / name).unlink(missing_ok=True)


def test_a_simulated_city_is_not_run_today_but_may_be_asked_for_its_nights(installation: Path, held) -> None:
    held("simulated 2600 from 2025-09-09")
    told = read(installation)
    assert len(told) == len(agencies()) + 4  # the warehouse, and what is done between the nights
    assert {next_one for next_one, _, _ in told.values()} == {None}
    assert all(asked == ["2025-09-07", "2025-09-08", "2025-09-09"] for _, asked, _ in told.values())
    named = [re.sub("__[0-9a-f]{8}$", "", name) for name in told["warehouse"][2]]
    assert named == [f"scheduled__night_{night}" for night in ("2025-09-07", "2025-09-08", "2025-09-09")]
    switched_on = read(installation, CAKUPAN_SCHEDULE="on")
    assert None not in {next_one for next_one, _, _ in switched_on.values()}


def test_the_stand_ins_of_a_simulated_city_are_no_agencies_that_somebody_named(installation: Path, held) -> None:
    """While `cakupan airflow` runs, the connections that it remembers are in the environment of the scheduler."""
    held("simulated 2600 from 2025-09-09", {agency: {"conn_type": "fs"} for agency in agencies()})
    assert {next_one for next_one, _, _ in read(installation).values()} == {None}


NOTED = """
from datetime import datetime, timezone
from cakupan import orchestration
from airflow.models.dag import DagModel
from airflow.models.dagbundle import DagBundleModel
from airflow.utils.session import create_session
from sqlalchemy import select
with create_session() as session:
    session.add(DagBundleModel(name="b"))
    session.flush()
    session.add(DagModel(
        dag_id="noted", bundle_name="b", has_task_concurrency_limits=False, max_active_tasks=1, max_active_runs=1,
        next_dagrun_create_after=datetime.now(timezone.utc), next_dagrun_partition_key="2026-11-29",
    ))
orchestration.keep_to_the_schedule()
with create_session() as session:
    print(session.execute(select(DagModel.next_dagrun_create_after, DagModel.next_dagrun_partition_key)).all())
    session.delete(session.get(DagModel, "noted"))
    session.flush()
    session.delete(session.get(DagBundleModel, "b"))
"""


def test_a_night_that_was_to_begin_next_is_forgotten(installation: Path, held) -> None:
    held("simulated 2600 from 2025-09-09")
    orchestration.migrate()
    ran = subprocess.run(
        [sys.executable, "-c", NOTED], text=True, capture_output=True, check=False,
        env=os.environ | orchestration.environment(),
    )  # fmt: skip
    noted = ran.stdout.splitlines()[-1:]
    assert noted and set(literal_eval(noted[0])) == {(None, None)}, ran.stderr[-2000:]


def test_where_deliveries_are_those_of_today_every_night_begins_by_itself(installation: Path, held) -> None:
    held(None)
    told = read(installation)
    assert None not in {next_one for next_one, _, _ in told.values()}
    assert all(asked == ["2025-09-07", "2025-09-08", "2025-09-09"] for _, asked, _ in told.values())


def test_what_is_scheduled_follows_from_what_is_held_and_may_be_said(held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAKUPAN_SCHEDULE", raising=False)
    held("recorded", {"sipd": {"conn_type": "fs", "extra": {"path": "/srv"}}})
    assert not orchestration.begins_by_itself()
    monkeypatch.setenv("CAKUPAN_SCHEDULE", "on")
    assert orchestration.begins_by_itself()
    monkeypatch.delenv("CAKUPAN_SCHEDULE")
    for agency in agencies():
        monkeypatch.setenv(f"AIRFLOW_CONN_AGENCY_{agency.upper()}", "fs://")
    assert orchestration.begins_by_itself()


def test_a_person_is_told_how_to_run_a_night_and_how_to_switch_the_schedule_on() -> None:
    assert '{"night": "YYYY-MM-DD"}' in components.WHEN_ASKED
    assert "CAKUPAN_SCHEDULE=on" in components.WHEN_ASKED
