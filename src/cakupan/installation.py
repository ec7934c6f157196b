"""Sets an installation up: server, databases, roles, relations, Airflow's database. Instant when all is there."""

from __future__ import annotations

import os
from collections.abc import Callable

from cakupan import night, orchestration, settings
from cakupan.audit.accepting import on_record
from cakupan.audit.folder import ledger_root
from cakupan.database import Role, apply_schema, connect, create_database
from cakupan.database.grants import limit_logins
from cakupan.database.schema import is_up_to_date
from cakupan.database.server import embedded


def start_database() -> None:
    """Start the embedded server, unless CAKUPAN_PG_HOST names one of one's own; close the state folder to others."""
    settings.keep_private()
    if "CAKUPAN_PG_HOST" not in os.environ:
        embedded().stop_another_accounts()
    settings.close_to_others(settings.home(), settings.archive_root(), ledger_root())
    if "CAKUPAN_PG_HOST" not in os.environ:
        embedded().start(Role.ADMIN.password)


def set_up_warehouse(progress: Callable[[str], None]) -> None:
    """Bring the warehouse into being, without any feed; `progress` is told what is being done."""
    progress("starting PostgreSQL")
    start_database()
    progress("databases, roles and relations")
    create_database()
    with connect(Role.ADMIN) as connection:
        if not is_up_to_date(connection):
            with on_record(connection, "the warehouse was brought to the version of the program"):
                apply_schema(connection)
        limit_logins(connection)


def set_up(progress: Callable[[str], None]) -> None:
    """Bring everything a night needs into being; `progress` is told what is being done. Raises BadSetting."""
    settings.hours()  # said before anything is made, not first when a DAG is read
    settings.landing_retention()
    set_up_warehouse(progress)
    night.prepare()
    progress("Airflow's database")
    orchestration.migrate()
    orchestration.write_login()
