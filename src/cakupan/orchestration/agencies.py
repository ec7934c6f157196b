"""Where the agencies are: Airflow connections, one for each, and those that this installation remembers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from cakupan import night, settings
from cakupan.sources import BrokenContract, NotConnected, Source
from cakupan.sources.connection import ConnectionSettings, make_source
from cakupan.sources.retries import RetryPolicy


def source_of(agency: str, retries: RetryPolicy | None = None) -> Source:
    """Find where the agency delivers, by its Airflow connection `agency_<agency>`; raises NotConnected."""
    return make_source(connection_of(agency), retries)


def connection_of(agency: str) -> ConnectionSettings:
    """Return what the agency's Airflow connection says; raises NotConnected."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    name = f"agency_{agency}"
    try:
        connection = BaseHook.get_connection(name)
    except AirflowNotFoundException:
        if os.environ.get(_variable(agency)):
            raise BrokenContract(f"{_variable(agency)} is neither JSON nor a URI that Airflow can read") from None
        raise NotConnected(
            f"no Airflow connection {name!r}: set {_variable(agency)} or add it in the Airflow UI"
        ) from None
    return ConnectionSettings(
        name, connection.conn_type, connection.host, connection.port, connection.login, connection.password,
        connection.schema, _extra(name, connection),
    )  # fmt: skip


def _extra(name: str, connection: Any) -> dict[str, Any]:
    """Read the connection's extra; raises BrokenContract where Airflow would go on without what it cannot read."""
    try:
        read = json.loads(connection.extra or "{}")
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise BrokenContract(f"connection {name!r}: its extra is no JSON object")
    extra: dict[str, Any] = connection.extra_dejson  # which keeps its secrets out of the logs
    return extra


def deliver_from(folder: Path) -> None:
    """Make every agency deliver from below one folder, whose files are whole, in the nights of this installation."""
    value = {"conn_type": "fs", "extra": {"path": str(folder.resolve()), "settle_seconds": 0}}
    connect_agencies(dict.fromkeys(night.agencies(), value))


def connect_agencies(connections: dict[str, dict[str, Any]]) -> None:
    """Remember where agencies are, as Airflow connections; those that the environment names win."""
    path = settings.home() / "connections.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(connections))


def connections() -> dict[str, dict[str, Any]]:
    """Name the file in which this installation remembers where agencies are."""
    path = settings.home() / "connections.json"
    known: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    return known


def remembered_connections() -> dict[str, str]:
    """Return the remembered connections as environment variables that Airflow reads."""
    return {_variable(agency): json.dumps(value) for agency, value in connections().items()}


def environment_names_all() -> bool:
    """Tell whether the environment says for every agency where it is."""
    return all(os.environ.get(_variable(agency)) for agency in night.agencies())


def environment_names_any() -> bool:
    """Tell whether the environment says of some agency where it is."""
    return any(os.environ.get(_variable(agency)) for agency in night.agencies())


def _variable(agency: str) -> str:
    return f"AIRFLOW_CONN_AGENCY_{agency.upper()}"
