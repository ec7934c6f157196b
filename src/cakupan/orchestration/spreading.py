"""Tasks on several machines: Celery hands them out, by way of a broker that CAKUPAN_BROKER names; see docs/machines.md.

Without one nothing of Celery is imported, and the scheduler runs the tasks itself.
"""

from __future__ import annotations

import json
import os
from urllib.parse import quote, urlsplit

from cakupan import settings
from cakupan.database import Role, url
from cakupan.wire import stays_here

BROKER = "CAKUPAN_BROKER"
EXAMPLE = "rediss://valkey:6379/0"
ANY_QUEUE = "default"
"""Airflow's own name of the queue of tasks that name none."""


def feeds_queue() -> str:
    """Name the queue of the tasks that take feeds in: CAKUPAN_FEEDS_QUEUE, where some workers run nothing else."""
    return os.environ.get("CAKUPAN_FEEDS_QUEUE", "").strip() or ANY_QUEUE


def celery() -> dict[str, str]:
    """Return Airflow's settings for Celery; nothing where no broker is named. Raises BadSetting."""
    if not os.environ.get(BROKER, "").strip():
        return {}
    authority = os.environ.get("CAKUPAN_BROKER_SSLROOTCERT", "").strip()
    broker = _broker()
    return {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__PARALLELISM": "32",  # on all workers together
        "AIRFLOW__CELERY__BROKER_URL": broker,
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{url(Role.AIRFLOW, 'airflow', driver='postgresql+psycopg2')}",
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": "4",
        "AIRFLOW__CELERY__EXTRA_CELERY_CONFIG": json.dumps({"imports": ["cakupan.orchestration.prepared"]}),
        "AIRFLOW__CELERY__SSL_ACTIVE": str(broker.startswith("rediss:")),
        "AIRFLOW__CELERY__SSL_MUTUAL_TLS": "False",
        "AIRFLOW__CELERY__SSL_CACERT": authority,
        # Waiting for a worker is no trouble, and Airflow would fail what has waited for ten minutes.
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "86400",
        # What a worker took and died with goes to another one; what it still runs is not begun twice.
        "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "600",
    }


def _broker() -> str:
    """Return the broker's address with its password. Raises BadSetting."""
    said = os.environ[BROKER].strip()
    parts = urlsplit(said)
    try:
        whole = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and (parts.port or 6379) > 0
    except ValueError:  # a port that is no number
        whole = False
    if not whole or parts.username or parts.password:
        raise settings.BadSetting(
            f"{BROKER} must be an address like {EXAMPLE}, without a login. Its password is CAKUPAN_BROKER_PASSWORD, or"
            " in the file that CAKUPAN_BROKER_PASSWORD_FILE names"
        )
    if parts.scheme == "redis" and not stays_here(parts.hostname or ""):
        raise settings.BadSetting(
            f"{BROKER} leaves this machine without TLS: what it carries lets others act as a task. Say rediss://, and"
            " name the certificate of the broker's authority in CAKUPAN_BROKER_SSLROOTCERT"
        )
    password = settings.given("broker_password")
    login = f":{quote(password, safe='')}@" if password else ""
    return parts._replace(netloc=f"{login}{parts.netloc}").geturl()
