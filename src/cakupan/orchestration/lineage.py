"""Airflow's runs and tasks as OpenLineage events. Imports Airflow: for Airflow alone, see docs/decisions."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from airflow.listeners import hookimpl as airflow_hook
from airflow.sdk.plugins_manager import AirflowPlugin

from cakupan.lineage import models, sending, steps
from cakupan.lineage.events import Job, event
from cakupan.orchestration import tasks
from cakupan.orchestration.tasks import night_of

Hook = TypeVar("Hook", bound=Callable[..., None])


def hookimpl(function: Hook) -> Hook:
    """Mark a method that Airflow calls."""
    return cast(Hook, airflow_hook(function))


class Listener:
    """Told by Airflow of every run and task that begins or ends; in `cakupan nightly` as under the scheduler."""

    @hookimpl
    def on_dag_run_running(self, dag_run: Any, msg: str) -> None:
        """Tell that a run of a DAG began."""
        _begun.add((dag_run.dag_id, dag_run.run_id))
        _tell("START", _run_of, dag_run)

    @hookimpl
    def on_dag_run_success(self, dag_run: Any, msg: str) -> None:
        """Tell that a run of a DAG is done."""
        _end("COMPLETE", dag_run)

    @hookimpl
    def on_dag_run_failed(self, dag_run: Any, msg: str) -> None:
        """Tell that a run of a DAG failed."""
        _end("FAIL", dag_run)

    @hookimpl
    def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:
        """Tell that a task began, in the process that runs it."""
        if tasks.tell_person:
            tasks.tell_person(f"{task_instance.dag_id}.{task_instance.task_id}")
        if not task_instance.get_template_context().get("task_reschedule_count"):  # a sensor begins once
            models.parent = _tell("START", _task_of, task_instance)

    @hookimpl
    def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
        """Tell that a task is done."""
        models.parent = None
        _tell("COMPLETE", _task_of, task_instance)

    @hookimpl
    def on_task_instance_failed(self, previous_state: Any, task_instance: Any, error: Any) -> None:
        """Tell that a try of a task failed; what the error quotes stays out."""
        models.parent = None
        _tell("FAIL", _task_of, task_instance, type(error).__name__ if isinstance(error, BaseException) else "failed")


class Plugin(AirflowPlugin):  # type: ignore[misc]  # mypy does not read Airflow
    """How Airflow finds the listener: see the entry points in pyproject.toml."""

    name = "cakupan_lineage"
    listeners = [Listener()]  # noqa: RUF012 - as Airflow declares it


_begun: set[tuple[str, str]] = set()
"""Runs whose beginning this process was told of, which it is not of a run from the command line."""


def _end(state: str, dag_run: Any) -> None:
    run = (dag_run.dag_id, dag_run.run_id)  # a night's runs share their run_id over all DAGs
    if run not in _begun:
        _tell("START", _run_of, dag_run, at=dag_run.start_date)
    _begun.discard(run)
    _tell(state, _run_of, dag_run)


def _tell(state: str, job_of: Any, what: Any, error: str | None = None, at: datetime | None = None) -> Job | None:
    try:
        job: Job = job_of(what)
        read, written = steps.step_datasets(job.name) if state == "COMPLETE" else ((), ())
        sending.send([event(state, job, at, read, written, error=error)], job.night)
    except Exception as trouble:
        logging.getLogger(__name__).warning("lineage: %s was not told: %s", state, type(trouble).__name__)
        return None
    return job


def _run_of(dag_run: Any) -> Job:
    return Job(dag_run.dag_id, dag_run.run_id, ("AIRFLOW", "DAG"), night_of(dag_run))


def _task_of(instance: Any) -> Job:
    # The scheduler, which fails a task whose process is gone, tells of its own record of it, which has no context.
    has_context = hasattr(instance, "get_template_context")
    parent = _run_of(instance.get_template_context()["dag_run"] if has_context else instance.dag_run)
    key = f"{instance.run_id}:{instance.map_index}:{instance.try_number}"
    return Job(f"{instance.dag_id}.{instance.task_id}", key, ("AIRFLOW", "TASK"), parent.night, None, parent)
