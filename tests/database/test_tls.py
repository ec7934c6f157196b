"""What leaves this machine asks for TLS, unless the installation says that nobody can listen."""

from __future__ import annotations

import psycopg
import pytest

from cakupan.database import Role, connect, environment, said, url
from cakupan.database.connection import tls
from cakupan.settings import BadSetting
from cakupan.wire import stays_here


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HOST", "db.example.go.id"), ("BI_PASSWORD", "p@ss"), ("TRANSFORMER_PASSWORD", "t")):
        monkeypatch.setenv(f"CAKUPAN_PG_{name}", value)
    for name in ("SSLMODE", "SSLROOTCERT"):
        monkeypatch.delenv(f"CAKUPAN_PG_{name}", raising=False)


@pytest.mark.parametrize(
    ("host", "stays"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("localhost", True), ("LocalHost.", True), ("::1", True),
        ("[::1]", True), ("::ffff:127.0.0.1", True), ("/var/run/postgresql", True),
        ("10.0.0.1", False), ("db.example.go.id", False), ("localhost.example.go.id", False),
        ("127.0.0.1.nip.io", False), ("", False), ("::ffff:10.0.0.1", False),
    ],
)  # fmt: skip
def test_only_loopback_stays_here(host: str, stays: bool) -> None:
    assert stays_here(host) is stays


def test_beyond_loopback_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tls() == {"sslmode": "require"}
    assert url(Role.BI).endswith("?sslmode=require")
    assert environment()["CAKUPAN_PG_SSLMODE"] == "require"
    monkeypatch.setenv("CAKUPAN_PG_HOST", "127.0.0.1")
    assert tls() == {} and "?" not in url(Role.BI) and environment()["CAKUPAN_PG_SSLMODE"] == ""


def test_with_an_authority_the_servers_name_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_PG_SSLROOTCERT", "/etc/city & co/ca.pem")
    assert tls() == {"sslmode": "verify-full", "sslrootcert": "/etc/city & co/ca.pem"}
    options = psycopg.conninfo.conninfo_to_dict(url(Role.BI))
    assert (options["sslmode"], options["sslrootcert"]) == ("verify-full", "/etc/city & co/ca.pem")
    assert environment()["CAKUPAN_PG_SSLROOTCERT"] == "/etc/city & co/ca.pem"


def test_an_installation_may_say_otherwise_but_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_PG_SSLMODE", "disable")
    assert url(Role.BI).endswith("?sslmode=disable")
    monkeypatch.setenv("CAKUPAN_PG_SSLMODE", "of course")
    with pytest.raises(BadSetting, match="CAKUPAN_PG_SSLMODE is 'of course'; it may be disable"):
        url(Role.BI)


def test_a_server_without_tls_is_refused_in_words(installation: object, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "BI_PASSWORD", "TRANSFORMER_PASSWORD"):
        monkeypatch.delenv(f"CAKUPAN_PG_{name}")
    connect(Role.AIRFLOW, "airflow").close()
    monkeypatch.setenv("CAKUPAN_PG_SSLMODE", "require")
    with pytest.raises(psycopg.OperationalError) as refused:
        connect(Role.AIRFLOW, "airflow")
    assert "gives no TLS connection that can be trusted. Switch TLS on there" in said(refused.value)
