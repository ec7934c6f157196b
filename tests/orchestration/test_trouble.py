"""What Airflow tries again, what it gives up at once, and what a person is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from cakupan import night, orchestration, publish, steps
from cakupan.orchestration import tasks, trouble
from cakupan.sources import Away, BrokenContract, LoginRefused, NotConnected, PartialDelivery, Unreachable

TROUBLED = """
from datetime import timedelta
from pathlib import Path
from airflow.sdk import DAG, PokeReturnValue, task
from cakupan import night, orchestration, publish, steps
from cakupan.orchestration import trouble
from cakupan.sources import Away, BrokenContract, LoginRefused, NotConnected, PartialDelivery, Unreachable

trouble.DELAY = timedelta(milliseconds=1)

def tried(name):
    with Path(__file__).with_name("tries").open("a") as tries:
        tries.write(name + chr(10))
    return Path(__file__).with_name("tries").read_text().split().count(name)

def fail(name, error):
    tried(name)
    raise error

def recover():
    if tried("recovers") == 1:
        raise Unreachable("a: away")

with DAG("ingest_a", schedule=None, default_args=orchestration.task_defaults()):
    for name, error in {
        "away": Unreachable("a: away"), "partial": PartialDelivery("a: cut"), "refused": LoginRefused("a: refused"),
        "broken": BrokenContract("a: broken"), "nowhere": NotConnected("no connection"), "disk": OSError(28, "Full"),
        "database": steps.DatabaseLost("lost"), "stale": publish.StaleRun("stale"), "bug": KeyError("planted-name"),
    }.items():
        task(task_id=name)(fail)(name, error)
    task(task_id="recovers")(recover)()

    @task.sensor(task_id="archive", mode="reschedule", poke_interval=1, timeout=60)
    def archive():
        fail("archive", LoginRefused("a: refused"))

    archive()

    @task.sensor(task_id="waiting", mode="reschedule", poke_interval=1, timeout=60)
    def waiting():
        tries = tried("waiting")
        if tries == 2:
            raise Unreachable("a: away")
        return PokeReturnValue(is_done=tries > 3)

    waiting()
"""
RUN = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
run = DagBag(sys.argv[1]).dags["ingest_a"].test(logical_date=None, run_conf={"night": "2025-09-09"})
print(json.dumps({task.task_id: task.state for task in run.get_task_instances()}))
"""


def test_airflow_tries_again_what_may_pass_and_nothing_else(database: psycopg.Connection, tmp_path: Path) -> None:
    orchestration.migrate()
    (tmp_path / "troubled.py").write_text(TROUBLED)
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path)],
        env=os.environ | orchestration.environment() | {"AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[:3500]
    assert Counter((tmp_path / "tries").read_text().split()) == {
        "away": 3, "partial": 3, "disk": 3, "database": 3, "bug": 3, "recovers": 2, "waiting": 4,
        "refused": 1, "broken": 1, "nowhere": 1, "stale": 1, "archive": 1,
    }  # fmt: skip
    ended = json.loads(ran.stdout.splitlines()[-1])
    assert {task for task, state in ended.items() if state == "success"} == {"recovers", "waiting"}
    noted = dict(
        database.execute("select task, message from ledger.failure where as_of_date = '2025-09-09'").fetchall()
    )
    assert set(noted) == {f"ingest_a.{task}" for task, state in ended.items() if state == "failed"}
    assert "cakupan sources check a" in noted["ingest_a.away"]
    assert noted["ingest_a.bug"] == "KeyError"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (Away("a: away"), "a: away. When `cakupan sources check x` shows that it answers, run the night again"),
        (
            Unreachable("a: lost"),
            "a: lost. Run the night again; if it happens again though `cakupan sources check x` is content,"
            " ask for a new delivery",
        ),
        (
            PartialDelivery("a: cut"),
            "a: cut. Run the night again; if it happens again though `cakupan sources check x` is content,"
            " ask for a new delivery",
        ),
        (LoginRefused("a: no"), "a: no. Mend it until `cakupan sources check x` is content, then run the night again"),
        (
            BrokenContract("a: no"),
            "a: no. Mend it until `cakupan sources check x` is content, then run the night again",
        ),
        (NotConnected("none"), "none. Mend it until `cakupan sources check x` is content, then run the night again"),
        (steps.DatabaseLost("build: lost"), "build: lost"),
        (steps.StepFailed("land: what"), "land: what"),
        (publish.NotBuilt("not built"), "not built"),
        (OSError(71, "Protocol error", "/planted/name"), "OSError: Protocol error"),
        (ValueError("planted-name"), "ValueError"),
    ],
)
def test_a_person_is_told_what_happened_and_what_to_do(error: Exception, line: str) -> None:
    assert trouble.told(error, "ingest_x") == line


def scheduled(as_of: date) -> SimpleNamespace:
    return SimpleNamespace(partition_key=as_of.isoformat(), conf={}, start_date=datetime.now(UTC))


def by_hand(as_of: date) -> SimpleNamespace:
    return SimpleNamespace(partition_key=None, conf={"night": as_of.isoformat()}, start_date=datetime.now(UTC))


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch):
    """Makes the agency's system raise; counts how often it was asked."""
    monkeypatch.setattr(trouble, "_away", {})
    asked = []

    def raise_(error: Exception | None) -> list[str]:
        def archive(feed: str, *_: object) -> bool:
            asked.append(feed)
            if error:
                raise error
            return True

        monkeypatch.setattr(night, "archive", archive)
        monkeypatch.setattr(tasks, "source_of", lambda agency: None)
        return asked

    return raise_


TO_COME = datetime.now(UTC).date() + timedelta(days=2)
PAST = date(2025, 9, 9)
PASSING = [Unreachable("a: away"), PartialDelivery("a: cut"), steps.DatabaseLost("lost"), OSError(28, "No space")]


@pytest.mark.usefixtures("database_name")  # the failure is noted there
@pytest.mark.parametrize("error", PASSING)
def test_a_scheduled_night_waits_out_trouble_until_the_cut_off(raising, error: Exception) -> None:
    raising(error)
    assert tasks.archive("sipd.sp2d", scheduled(TO_COME)) is False
    for run in (scheduled(PAST), by_hand(TO_COME)):
        trouble._away.clear()
        with pytest.raises(type(error)):
            tasks.archive("sipd.sp2d", run)


@pytest.mark.parametrize("error", [LoginRefused("a: no"), BrokenContract("a: no"), NotConnected("no")])
def test_what_only_a_person_can_mend_is_not_waited_for(raising, error: Exception) -> None:
    raising(error)
    with pytest.raises(type(error)):
        tasks.archive("sipd.sp2d", scheduled(TO_COME))


def test_a_system_that_is_away_is_asked_once_for_all_feeds_of_its_agency(raising, monkeypatch) -> None:
    asked = raising(Away("a: away"))
    for feed in ("sipd.sp2d", "sipd.anggaran", "bps.angkatan_kerja"):
        with pytest.raises(Away, match="a: away"):
            tasks.archive(feed, by_hand(PAST))
    assert asked == ["sipd.sp2d", "bps.angkatan_kerja"]
    raising(None)
    monkeypatch.setattr(trouble, "_away", {"sipd": (trouble._away["sipd"][0] - 10, "a: away")})
    assert tasks.archive("sipd.anggaran", by_hand(PAST))


def test_a_system_that_answers_and_breaks_off_is_asked_for_each_feed(raising) -> None:
    asked = raising(Unreachable("a: connection lost"))
    for feed in ("sipd.sp2d", "sipd.anggaran", "sipd.anggaran"):
        with pytest.raises(Unreachable, match="a: connection lost"):
            tasks.archive(feed, by_hand(PAST))
    assert asked == ["sipd.sp2d", "sipd.anggaran", "sipd.anggaran"]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("select pg_terminate_backend(pg_backend_pid())", steps.DatabaseLost),
        ("select 'planted'::int", steps.StepFailed),
    ],
)
def test_a_lost_database_is_told_apart_from_a_statement_that_fails(
    database: psycopg.Connection, statement: str, kind: type
) -> None:
    @steps.hide_values
    def step() -> None:
        database.execute(statement)

    with pytest.raises(steps.StepFailed) as told:
        step()
    assert type(told.value) is kind
    assert "planted" not in str(told.value)


def test_a_night_that_cannot_begin_says_which_database_or_disk_failed(
    database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql+psycopg2://a:b@127.0.0.1:1/airflow")
    cannot = pytest.raises(RuntimeError, match=r"^The database at .* went away\. See that it runs")
    with orchestration.nights() as nights, cannot:
        nights.run(date(2025, 9, 9), lambda *_: None)
