"""Where no broker is named nothing of Celery is in force; where one is, its address is checked and carries a secret."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from cakupan import orchestration, settings
from cakupan.orchestration import component, spreading

PASSWORD = "of/the:broker@here"


@pytest.fixture(autouse=True)
def unsaid(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CAKUPAN_BROKER", "CAKUPAN_BROKER_PASSWORD", "CAKUPAN_FEEDS_QUEUE", "AIRFLOW__CORE__EXECUTOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.setenv("CAKUPAN_PG_HOST", "localhost")


def test_without_a_broker_nothing_of_celery_is_said() -> None:
    assert spreading.celery() == {}
    assert not [name for name in orchestration.environment() if "CELERY" in name]
    assert orchestration.feeds_queue() == "default"


def test_with_a_broker_tasks_go_to_celery(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAKUPAN_BROKER", "rediss://valkey:6379/0")
    monkeypatch.setenv("CAKUPAN_BROKER_SSLROOTCERT", "/run/secrets/valkey")
    (tmp_path / "password").write_text(PASSWORD)
    monkeypatch.setenv("CAKUPAN_BROKER_PASSWORD_FILE", str(tmp_path / "password"))
    said = orchestration.environment()
    assert said["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert said["AIRFLOW__CELERY__BROKER_URL"] == "rediss://:of%2Fthe%3Abroker%40here@valkey:6379/0"
    assert said["AIRFLOW__CELERY__RESULT_BACKEND"].startswith("db+postgresql+psycopg2://cakupan_airflow:")
    assert said["AIRFLOW__CELERY__SSL_ACTIVE"] == "True"
    assert said["AIRFLOW__CELERY__SSL_CACERT"] == "/run/secrets/valkey"
    for module in json.loads(said["AIRFLOW__CELERY__EXTRA_CELERY_CONFIG"])["imports"]:
        assert importlib.util.find_spec(module), module


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("valkey:6379", "an address like"),
        ("amqp://valkey", "an address like"),
        ("rediss://valkey:port/0", "an address like"),
        (f"rediss://:{PASSWORD.replace('/', '').replace('@', '')}@valkey", "without a login"),
        ("redis://valkey:6379/0", "leaves this machine without TLS"),
    ],
)
def test_a_broker_that_cannot_be_is_told(said: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_BROKER", said)
    with pytest.raises(settings.BadSetting, match=told) as refused:
        spreading.celery()
    assert "the:broker" not in str(refused.value)


def test_feeds_may_have_a_queue_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_FEEDS_QUEUE", "feeds")
    assert orchestration.feeds_queue() == "feeds"


def test_a_worker_elsewhere_makes_no_key_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each machine would have other keys, and what one of them keyed or salted would look altered to the others."""
    own = component.settings_of("celery")
    assert component.JWT_SECRET not in own
    monkeypatch.setenv(settings.KEYS_COME_FROM_ELSEWHERE, own[settings.KEYS_COME_FROM_ELSEWHERE])
    with pytest.raises(settings.BadSetting, match="CAKUPAN_LEDGER_SALT_KEY_FILE"):
        settings.secret("ledger_salt_key")
    assert settings.secret("airflow_admin_password"), "what protects nothing is made as ever"
    (tmp_path / "secrets" / "ledger_salt_key").write_text("of the city")
    assert settings.secret("ledger_salt_key") == "of the city"


def test_a_worker_that_shares_the_state_folder_makes_them_as_any_part_does(tmp_path: Path) -> None:
    (tmp_path / "airflow").mkdir()
    (tmp_path / "airflow" / "migrated").touch()
    assert settings.KEYS_COME_FROM_ELSEWHERE not in component.settings_of("celery")
