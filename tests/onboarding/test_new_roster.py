"""Three files and no Python: an office that never sent anything has its DAG, its scorecard row and its coverage."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cakupan import night, orchestration, publish, settings
from cakupan.database import Role, connect
from cakupan.feeds import load_feeds
from cakupan.onboarding import write_draft
from cakupan.sources.folder import Folder
from simulator.manifest import Plan
from simulator.nights import generate
from tests.onboarding.offices import VILLAGES, people, workbook

NIGHT = date(2025, 9, 9)
ROOMS = ("feeds", "expectations", "dbt_project", "dags", "src")
SHOW_DAGS = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
print(json.dumps([bag.import_errors, {name: sorted(dag.task_ids) for name, dag in bag.dags.items()}]))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's files, which this process takes for the project."""
    for room in ROOMS:
        shutil.copytree(
            settings.PROJECT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "target")
        )
    for name, room in (("FEEDS", "feeds"), ("EXPECTATIONS", "expectations"), ("DBT_PROJECT", "dbt_project")):
        monkeypatch.setattr(settings, name, tmp_path / room)
    return tmp_path


@pytest.fixture
def drivers(tmp_path: Path) -> Path:
    """A roster of 40 drivers."""
    head = ["No", "NIK", "Nama", "Kategori", "Kode Wilayah"]
    rows = [[p["n"], p["nik"], p["nama"], ("OJEK", "ANGKOT")[p["n"] % 2], VILLAGES[p["village"]]] for p in people(11)]
    workbook(tmp_path / "drivers.xlsx", {"Data": [["DATA PENGEMUDI"], head, *rows]})
    return tmp_path / "drivers.xlsx"


def test_a_seventh_roster_is_covered_by_its_three_files(
    project: Path, drivers: Path, database_name: str, tmp_path: Path
) -> None:
    write_draft(drivers, "dishub", "pengemudi_ojek", project, roster=True)
    city = tmp_path / "city"
    generate(Plan(city, 300, 11, 0.0, (NIGHT,), ()))
    delivery = city / "deliveries/dishub/pengemudi_ojek/pengemudi_ojek_20250909.xlsx"
    delivery.parent.mkdir(parents=True)
    shutil.copy(drivers, delivery)
    night.prepare()
    for feed in load_feeds(settings.FEEDS):
        night.archive(feed.name, NIGHT, Folder(city / "deliveries"))
        night.land(feed.name)
        night.validate(feed.name, NIGHT)
    run = night.start_run(NIGHT)
    for layer in publish.LAYERS:
        publish.build(run, layer)
    night.publish_run(run)
    with connect(Role.BI) as reader:
        covered = reader.execute(
            "select worker_category, registered_workers from marts.coverage_by_agency where agency_code = 'dishub'"
            " order by 1"
        ).fetchall()
        (status, accepted) = reader.execute(
            "select delivery_status, accepted_rows from marts.data_quality_scorecard where agency_code = 'dishub'"
        ).fetchone()
        offices = reader.execute("select agency_code from marts.dim_agency where agency_name = 'dishub'").fetchall()
        others = reader.execute("select count(distinct agency_code) from marts.coverage_by_agency").fetchone()
    assert covered == [("ANGKOT", 20), ("OJEK", 20)]
    assert (status, accepted) == ("ACCEPTED", 40)
    assert offices == [("dishub",)]
    assert others == (8,)


def test_a_new_agency_has_its_dag(project: Path, drivers: Path, installation: Path) -> None:
    write_draft(drivers, "dishub", "pengemudi_ojek", project)
    environment = orchestration.environment() | {"AIRFLOW__CORE__DAGS_FOLDER": str(project / "dags")}
    read = subprocess.run(
        [sys.executable, "-c", SHOW_DAGS, str(project / "dags")],
        env=os.environ | environment | {"PYTHONPATH": str(project / "src")}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    errors, dags = json.loads(read.stdout.splitlines()[-1])
    assert errors == {}
    assert "pengemudi_ojek.take_in" in dags["ingest_dishub"]
