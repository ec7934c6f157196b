"""Connections as people write them, JSON or URI, read by Airflow itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from cakupan import orchestration

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZvb2Jhcm9vYmFyZm9vYmFyb29iYXJmb29iYXJvb2Jh"
URI_KEY = HOST_KEY.replace(" ", "%20")
SECRET = "p/ss w%rd"
QUOTED = "p%2Fss%20w%25rd"

SAME = {
    "fs": (
        '{"conn_type": "fs", "extra": {"path": "/srv/drop", "settle_seconds": 3}}',
        "fs:///?path=%2Fsrv%2Fdrop&settle_seconds=3",
        ["Folder", "/srv/drop", 3.0],
    ),
    "sftp": (
        f'{{"conn_type": "sftp", "host": "h", "port": 2222, "login": "u", "password": "{SECRET}",'
        f' "extra": {{"path": "/drop", "host_key": "{HOST_KEY}"}}}}',
        f"sftp://u:{QUOTED}@h:2222/?path=%2Fdrop&host_key={URI_KEY}",
        ["Sftp", "h", 2222, "u", SECRET, "/drop"],
    ),
    "aws": (
        f'{{"conn_type": "aws", "login": "k", "password": "{SECRET}", "extra": {{"path": "s3://bucket/drop",'
        ' "endpoint_url": "https://h:9000", "region_name": "ap-southeast-3"}}',
        f"aws://k:{QUOTED}@/?path=s3%3A%2F%2Fbucket%2Fdrop&endpoint_url=https%3A%2F%2Fh%3A9000&region_name=ap-southeast-3",
        ["ObjectStore", "s3://bucket/drop", "k", SECRET, "https://h:9000", "ap-southeast-3"],
    ),
    "http": (
        '{"conn_type": "http", "host": "http://h:8080/v1", "password": "token", "extra": {"allow_unencrypted": true}}',
        "http://:token@h:8080/v1?allow_unencrypted=true",
        ["Http", "http://h:8080/v1", "token"],
    ),
    "https": (
        '{"conn_type": "http", "host": "h", "schema": "https", "port": 8443, "password": "token"}',
        "http://:token@h:8443/https",
        ["Http", "https://h:8443", "token"],
    ),
    "quoted": (
        '{"conn_type": "http", "host": "https://h/v1", "password": "token", "extra": ""}',
        "http://:token@https%3A%2F%2Fh%2Fv1",
        ["Http", "https://h/v1", "token"],
    ),
    "postgres": (
        f'{{"conn_type": "postgres", "host": "h", "schema": "dinas", "login": "u", "password": "{SECRET}",'
        ' "extra": {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}}',
        f"postgresql://u:{QUOTED}@h/dinas?sslmode=verify-full&sslrootcert=%2Fca.pem",
        ["PostgreSql", "h", 5432, "dinas", "u", SECRET, {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}],
    ),
    "mysql": (
        f'{{"conn_type": "mysql", "host": "h", "port": "3307", "schema": "dinas", "login": "u", "password": "{SECRET}",'
        ' "extra": "{\\"ssl_ca\\": \\"/ca.pem\\"}"}',
        f"mysql://u:{QUOTED}@h:3307/dinas?ssl_ca=%2Fca.pem",
        ["MySql", "h", 3307, "dinas", "u", SECRET, {"ca": "/ca.pem"}],
    ),
}
WRONG = {
    "half": ('{"conn_type": "http", "password": "planted"', "AIRFLOW_CONN_AGENCY_HALF is neither JSON nor a URI"),
    "port": ("sftp://u:planted@h:port/", "AIRFLOW_CONN_AGENCY_PORT is neither JSON nor a URI"),
    "extra": ('{"conn_type": "fs", "extra": "planted"}', "connection 'agency_extra': its extra is no JSON object"),
    "list": ('{"conn_type": "fs", "extra": "[1]"}', "connection 'agency_list': its extra is no JSON object"),
    "kind": ("planted", "connection 'agency_kind' is of type ''; this installation reads:"),
    "number": ('{"conn_type": "fs", "extra": {"path": 7}}', "connection 'agency_number': path in its extra is no text"),
}
READ = """
import json, sys
from dataclasses import astuple
from cakupan import orchestration
from cakupan.sources import NotConnected

def told(agency):
    try:
        source = orchestration.source_of(agency)
    except NotConnected as error:
        return str(error)
    name = type(source).__name__
    if name == "Folder":
        return [name, str(source.root), source.settle_seconds]
    a = source.account
    return [name, *{
        "Sftp": lambda: (a.host, a.port, a.login, a.password, a.path),
        "Http": lambda: (a.url, a.token),
    }.get(name, lambda: astuple(a)[1:])()]

print(json.dumps({agency: told(agency) for agency in sys.argv[1:]}))
"""


@pytest.fixture(scope="module")
def read(installation) -> dict:
    """What becomes of every connection, in one process: Airflow takes its time to load."""
    orchestration.migrate()
    connections = {f"{name}_{form}": text for name, texts in SAME.items() for form, text in enumerate(texts[:2])}
    connections |= {name: text for name, (text, _) in WRONG.items()}
    variables = {f"AIRFLOW_CONN_AGENCY_{name.upper()}": text for name, text in connections.items()}
    ran = subprocess.run(
        [sys.executable, "-c", READ, *connections, "nowhere"],
        env=os.environ | orchestration.environment() | variables, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "planted" not in ran.stdout + ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", SAME)
def test_json_and_uri_say_the_same(read: dict, name: str) -> None:
    assert read[f"{name}_0"] == SAME[name][2]
    assert read[f"{name}_1"] == SAME[name][2]


@pytest.mark.parametrize("name", WRONG)
def test_a_connection_that_cannot_be_read_is_told_in_one_line(read: dict, name: str) -> None:
    assert read[name].startswith(WRONG[name][1])


def test_an_agency_without_connection_is_told_how_to_get_one(read: dict) -> None:
    assert read["nowhere"] == (
        "no Airflow connection 'agency_nowhere': set AIRFLOW_CONN_AGENCY_NOWHERE or add it in the Airflow UI"
    )
