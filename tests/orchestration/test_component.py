"""Each part of Airflow that is a service of its own has the secrets of its own work."""

from __future__ import annotations

from pathlib import Path

import pytest

from cakupan.orchestration import component


@pytest.mark.parametrize(
    ("name", "signs"),
    [("api-server", True), ("scheduler", True), ("jobs", True), ("triggerer", False), ("dag-processor", False)],
)
def test_only_who_signs_tokens_has_what_signs_them(
    name: str, signs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for handed in ("airflow_fernet_key", "jwt_secret", "pg_airflow_password"):
        (tmp_path / handed).write_text(f"the {handed}")
        monkeypatch.setenv(f"CAKUPAN_{handed.upper()}_FILE", str(tmp_path / handed))
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CAKUPAN_PG_HOST", "postgres")
    monkeypatch.setenv("CAKUPAN_PG_SSLROOTCERT", "/run/secrets/certificate")
    started: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _, command: started.append(command))
    monkeypatch.setattr("os.environ", dict(component.os.environ))
    component.main([name, "--option"])
    environment = component.os.environ
    assert started[0][1:] == ["-m", "airflow", name, "--option"]
    assert environment["AIRFLOW__CORE__FERNET_KEY"] == "the airflow_fernet_key"
    assert (environment.get("AIRFLOW__API_AUTH__JWT_SECRET") == "the jwt_secret") is signs
    address = environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert address.startswith("postgresql+psycopg2://cakupan_airflow:the%20pg_airflow_password@postgres:5432/airflow")
    assert "sslmode=verify-full" in address
    assert not (tmp_path / "home").exists(), "no secret is made beside those that are handed"
