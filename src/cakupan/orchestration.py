"""The one module that knows Airflow: schedule, where a task finds its night and its agency, running DAGs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cakupan import night, publish, settings
from cakupan.database import Role, url
from cakupan.sources import NotConnected, Source
from cakupan.sources.connection import Settings, source

PATIENCE = timedelta(minutes=30)
START = datetime(2025, 1, 1, tzinfo=ZoneInfo(settings.TIME_ZONE))


def nightly() -> Any:
    """The schedule of every DAG: a partition for each business date, opening at 01:00 local time."""
    from airflow.sdk import CronPartitionTimetable

    return CronPartitionTimetable("0 1 * * *", timezone=settings.TIME_ZONE, key_format="%Y-%m-%d")


def night_of(dag_run: Any) -> date:
    """The business date of a DAG run: its partition, or `night` in the configuration of a run by hand."""
    return date.fromisoformat(dag_run.partition_key or dag_run.conf["night"])


def archive(feed: str, dag_run: Any) -> bool:
    """Archive the feed's new deliveries; False while the night's own one is due and may still come."""
    arrived = night.archive(feed, night_of(dag_run), source_of(feed.partition(".")[0]))
    return arrived or not _may_wait(dag_run, night.cut_off(night_of(dag_run)))


def agencies_are_in(dag_run: Any) -> bool:
    """Whether every feed is done for the night, or nobody waits for it any longer.

    A past night is filled in while its cut-off is long over: then the feeds have `PATIENCE` from the run's start.
    """
    as_of = night_of(dag_run)
    until = max(night.cut_off(as_of), dag_run.start_date + PATIENCE)
    return not _may_wait(dag_run, until) or not night.not_done(as_of)


def _may_wait(dag_run: Any, until: datetime) -> bool:
    """Whether the run waits at all, which one started by hand from the command line does not, and still may."""
    return bool(dag_run.partition_key) and datetime.now(UTC) < until


def source_of(agency: str) -> Source:
    """Where the agency delivers, from its Airflow connection `agency_<agency>`; raises NotConnected."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    name = f"agency_{agency}"
    try:
        connection = BaseHook.get_connection(name)
    except AirflowNotFoundException:
        raise NotConnected(
            f"no Airflow connection {name!r}: set AIRFLOW_CONN_{name.upper()} or add it in the Airflow UI"
        ) from None
    return source(
        Settings(
            name, connection.conn_type, connection.host, connection.port, connection.login, connection.password,
            connection.schema, connection.extra_dejson,
        )
    )  # fmt: skip


def deliver_from(folder: Path) -> None:
    """Make every agency deliver from below one folder, in this process and in later ones of this installation."""
    (settings.home() / "deliveries").write_text(str(folder.resolve()))
    os.environ.update(_folder_connections(folder))


def _folder_connections(folder: Path) -> dict[str, str]:
    value = json.dumps({"conn_type": "fs", "extra": {"path": str(folder.resolve())}})
    return {f"AIRFLOW_CONN_AGENCY_{agency.upper()}": value for agency in night.agencies()}


def environment() -> dict[str, str]:
    """Airflow's settings for this installation; what the environment says already wins.

    To be in force before Airflow is imported.
    """
    home = settings.home() / "airflow"
    defaults = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": settings.TIME_ZONE,
        "AIRFLOW__CORE__FERNET_KEY": settings.fernet_key(),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url(Role.AIRFLOW, "airflow", driver="postgresql+psycopg2"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__API_AUTH__JWT_SECRET": settings.secret("jwt_secret"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "GX_ANALYTICS_ENABLED": "false",
    }
    remembered = settings.home() / "deliveries"
    if remembered.exists():
        defaults |= _folder_connections(Path(remembered.read_text()))
    return {name: os.environ.get(name, value) for name, value in defaults.items()}


def write_login() -> str:
    """Put the UI's password where Airflow's simple auth manager reads it; returns it."""
    password = settings.secret("airflow_admin_password")
    path = settings.home() / "airflow" / "simple_auth_manager_passwords.json.generated"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({"admin": password}))
    return password


def migrate() -> None:
    """Bring Airflow's own database to this version; instant when it is there already."""
    import importlib.metadata

    version = importlib.metadata.version("apache-airflow-core")
    marker = settings.home() / "airflow" / "migrated"
    if marker.exists() and marker.read_text() == version:
        return
    marker.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "airflow", "db", "migrate"],
        env=os.environ | environment(), text=True, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"Airflow's database could not be prepared: {done.stderr.strip()[-2000:]}")
    marker.write_text(version)


def run_dags(as_of: date, progress: Callable[[str], None]) -> None:
    """Run the ingest DAGs and then the warehouse DAG of one night to completion, in one process of its own.

    What Airflow prints goes to `night.log` in the state folder. Raises RuntimeError when the DAGs cannot be read;
    tasks that fail are in `ledger.failure`. See docs/decisions for why in-process.
    """
    log = settings.home() / "night.log"
    with log.open("a") as output:
        runner = subprocess.Popen(
            [sys.executable, "-m", "cakupan.orchestration", as_of.isoformat()],
            env=os.environ | environment(), stdout=subprocess.PIPE, stderr=output, text=True,
        )  # fmt: skip
        assert runner.stdout is not None  # noqa: S101 asked for above
        for line in runner.stdout:
            progress(line.strip())
    if runner.wait():
        raise RuntimeError(f"Airflow could not run the night's DAGs; read {log}")


def main(as_of: str) -> int:
    """What `run_dags` starts: tells on stdout which DAG is running; everything else is printed on stderr."""
    progress = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(settings.DAGS))
    end_killed_runs()
    for path, error in bag.import_errors.items():
        sys.stderr.write(f"{path}: {error}\n")
    for dag_id in sorted(bag.dags, key=lambda name: (name == "warehouse", name)):
        progress.write(f"{dag_id}\n")
        bag.dags[dag_id].test(logical_date=None, run_conf={"night": as_of})
    return 1 if bag.import_errors else 0


def end_killed_runs() -> None:
    """Mark as failed what a killed night left running, which would hold up the scheduler's next run.

    Only for who holds the installation's lock: no night is running then.
    """
    os.environ.update(environment())
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType
    from sqlalchemy import select

    left = select(DagRun).where(DagRun.state == DagRunState.RUNNING, DagRun.triggered_by == DagRunTriggeredByType.TEST)
    with create_session() as session:
        for run in session.scalars(left):
            run.set_state(DagRunState.FAILED)


def note_failure(context: Any) -> None:
    """Airflow's callback for a task that failed for good: keep what a person needs to know in the ledger."""
    exception = context.get("exception")
    told = isinstance(
        exception, night.StepFailed | publish.BuildFailed | publish.NotBuilt | publish.StaleRun | NotConnected
    )
    message = str(exception) if told else type(exception).__name__
    instance = context["task_instance"]
    night.note_failure(night_of(context["dag_run"]), f"{instance.dag_id}.{instance.task_id}", message)


TASKS = {"retries": 1, "retry_delay": timedelta(seconds=10), "on_failure_callback": note_failure}
"""What every task has: one more try, because most trouble is the network's, and a line in the ledger when it fails."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
