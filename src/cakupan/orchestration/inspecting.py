"""How Airflow stands here: its settings as they are in force, and what its database says of its work."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.orchestration.environment import environment
from cakupan.orchestration.scheduling import begins_by_itself

RECENT = timedelta(days=2)
READ = (
    ("core", "auth_manager"), ("core", "simple_auth_manager_all_admins"), ("core", "fernet_key"),
    ("core", "load_examples"), ("core", "hide_sensitive_var_conn_fields"), ("api", "expose_config"), ("api", "host"),
    ("api", "expose_stacktrace"), ("api", "access_control_allow_origins"), ("api_auth", "jwt_secret"),
    ("logging", "logging_level"),
)  # fmt: skip


@dataclass(frozen=True)
class Airflow:
    """What there is to know of it."""

    settings: Mapping[str, str]
    """By section and key: `core.fernet_key`."""
    password: str
    scheduled: bool
    paused: tuple[str, ...]
    failed: tuple[str, ...]
    unreadable: tuple[str, ...]


def inspect() -> Airflow:
    """Read all of it. Raises psycopg.Error."""
    os.environ.update(environment())
    from airflow.configuration import conf

    values = {f"{section}.{key}": str(conf.get(section, key, fallback=None) or "") for section, key in READ}
    with connect(Role.AIRFLOW, "airflow") as database:
        paused = [name for (name,) in database.execute("select dag_id from dag where is_paused and not is_stale")]
        failed = database.execute(
            "select distinct dag_id || '.' || task_id from task_instance"
            " where state in ('failed', 'upstream_failed') and end_date > now() - %s order by 1",
            (RECENT,),
        ).fetchall()
        unreadable = database.execute("select distinct filename from import_error order by 1").fetchall()
    return Airflow(
        values, settings.secret("airflow_admin_password"), begins_by_itself(), tuple(sorted(paused)),
        tuple(name for (name,) in failed), tuple(str(name) for (name,) in unreadable),
    )  # fmt: skip
