"""The only part that knows Airflow: what DAGs are written with, where agencies are, settings, running DAGs."""

from cakupan import settings
from cakupan.orchestration.agencies import (
    connect_agencies,
    connection_of,
    connections,
    deliver_from,
    environment_names_all,
    environment_names_any,
    source_of,
)
from cakupan.orchestration.environment import environment, migrate, write_login
from cakupan.orchestration.inspecting import Airflow, inspect
from cakupan.orchestration.runs import TAGS, Nights, end_killed_runs, keep_to_the_schedule, nights
from cakupan.orchestration.scheduling import begins_by_itself
from cakupan.orchestration.spreading import feeds_queue
from cakupan.orchestration.tasks import (
    START,
    after_the_night,
    agencies_are_in,
    decisions_to_ask_for,
    longest_wait,
    night_of,
    nightly,
    start_run,
    take_in,
    task_defaults,
)

settings.keep_private()  # here, because Airflow starts its processes itself, and each of them imports this room

__all__ = [
    "START",
    "TAGS",
    "Airflow",
    "Nights",
    "after_the_night",
    "agencies_are_in",
    "begins_by_itself",
    "connect_agencies",
    "connection_of",
    "connections",
    "decisions_to_ask_for",
    "deliver_from",
    "end_killed_runs",
    "environment",
    "environment_names_all",
    "environment_names_any",
    "feeds_queue",
    "inspect",
    "keep_to_the_schedule",
    "longest_wait",
    "migrate",
    "night_of",
    "nightly",
    "nights",
    "source_of",
    "start_run",
    "take_in",
    "task_defaults",
    "write_login",
]
