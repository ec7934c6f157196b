"""Airflow for this installation: its settings, its database, the login of its UI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path

from cakupan import settings
from cakupan.database import Role, url
from cakupan.orchestration.agencies import remembered_connections
from cakupan.orchestration.scheduling import SWITCH, begins_by_itself
from cakupan.orchestration.spreading import celery

FERNET_KEY, JWT_SECRET = "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"
SECRETS: dict[str, Callable[[], str]] = {
    FERNET_KEY: settings.fernet_key,
    JWT_SECRET: lambda: settings.secret("jwt_secret"),
}


def environment(without: Collection[str] = ()) -> dict[str, str]:
    """Return Airflow's settings for this installation, but for secrets left out; what the environment says wins.

    To be in force before Airflow is imported. Raises BadSetting.
    """
    home = settings.home() / "airflow"
    defaults = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "cakupan.orchestration.executor.PreparedExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": settings.TIME_ZONE,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url(Role.AIRFLOW, "airflow", driver="postgresql+psycopg2"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "GX_ANALYTICS_ENABLED": "false",
    }
    # Said once for all processes: the connections below would look to them as if somebody had named all agencies.
    schedule = {SWITCH: "on" if begins_by_itself() else "off"}
    defaults |= celery() | environment_of_agencies()
    defaults |= {name: make() for name, make in SECRETS.items() if name not in without and name not in os.environ}
    return {name: os.environ.get(name, value) for name, value in defaults.items()} | schedule


def environment_of_agencies() -> dict[str, str]:
    """Return where the agencies are that this installation remembers, unless the environment says it already."""
    return {name: value for name, value in remembered_connections().items() if name not in os.environ}


def write_login() -> str:
    """Put the UI's password where Airflow's simple auth manager reads it; returns it."""
    password = settings.secret("airflow_admin_password")
    path = settings.home() / "airflow" / "simple_auth_manager_passwords.json.generated"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({"admin": password}))
    return password


def is_set_up() -> bool:
    """Tell whether the state folder is one that was set up here, and not a worker's that has none of the city's."""
    return _marker().exists()


def _marker() -> Path:
    return settings.home() / "airflow" / "migrated"


def migrate() -> None:
    """Bring Airflow's own database to this version; instant when it is there already."""
    import importlib.metadata

    version = importlib.metadata.version("apache-airflow-core")
    marker = _marker()
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
