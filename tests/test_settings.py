"""The hours of a night are settings, and a wrong one is told before anything is begun."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from cakupan import for_readers, installation, night, orchestration, settings
from cakupan.orchestration import deadline


@pytest.fixture(autouse=True)
def unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CAKUPAN_OPENING", "CAKUPAN_CUT_OFF", "CAKUPAN_MARTS_DUE"):
        monkeypatch.delenv(name, raising=False)


def test_unsaid_the_hours_are_those_of_the_documentation(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.hours() == settings.Hours(time(1), time(3, 30), time(5))
    monkeypatch.setenv("CAKUPAN_CUT_OFF", "")
    assert settings.hours().cut_off == time(3, 30)
    assert orchestration.longest_wait() == 6 * 3600


def test_a_city_sets_hours_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    as_of = date(2025, 9, 9)
    monkeypatch.setenv("CAKUPAN_OPENING", "02:15")
    monkeypatch.setenv("CAKUPAN_CUT_OFF", "09:00")
    monkeypatch.setenv("CAKUPAN_MARTS_DUE", "10:30")
    assert night.cut_off(as_of).astimezone(UTC) == datetime(2025, 9, 9, 2, 0, tzinfo=UTC)
    assert for_readers.marts_due(as_of).astimezone(UTC) == datetime(2025, 9, 9, 3, 30, tzinfo=UTC)
    assert deadline.due("2025-09-09", datetime(2025, 9, 9, tzinfo=UTC)) == datetime(2025, 9, 9, 3, 30, tzinfo=UTC)
    assert orchestration.nightly().serialize()["expression"] == "15 2 * * *"
    assert orchestration.longest_wait() == 7.75 * 3600


@pytest.mark.parametrize(
    ("name", "said", "told"),
    [
        ("CAKUPAN_CUT_OFF", "3.30", "CAKUPAN_CUT_OFF is '3.30', which is no time of day as HH:MM, for example 03:30"),
        ("CAKUPAN_OPENING", "24:00", "CAKUPAN_OPENING is '24:00', which is no time"),
        ("CAKUPAN_MARTS_DUE", "05:00\n06:00", "which is no time of day"),
        ("CAKUPAN_CUT_OFF", "00:30", r"CAKUPAN_CUT_OFF \(00:30\) is not later than CAKUPAN_OPENING \(01:00\)"),
        ("CAKUPAN_MARTS_DUE", "03:30", r"CAKUPAN_MARTS_DUE \(03:30\) is not later than CAKUPAN_CUT_OFF \(03:30\)"),
    ],
)
def test_a_wrong_hour_is_told_before_anything_is_made(
    name: str, said: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, said)
    with pytest.raises(settings.BadSetting, match=told):
        installation.set_up(lambda what: pytest.fail(f"began: {what}"))


def test_a_secret_may_be_a_file_that_only_this_process_is_handed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed = tmp_path / "handed"
    handed.write_text("of the file\n")
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CAKUPAN_PG_BI_PASSWORD_FILE", str(handed))
    assert settings.secret("pg_bi_password") == "of the file"
    monkeypatch.setenv("CAKUPAN_PG_BI_PASSWORD", "of the environment")
    assert settings.secret("pg_bi_password") == "of the environment"
    assert not (tmp_path / "home").exists(), "nothing is made beside what is given"


def test_a_secret_that_is_not_in_its_file_is_not_replaced_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path / "home"))
    for path, why in ((tmp_path / "none", "cannot be read: No such file"), (tmp_path / "empty", "is empty")):
        if why == "is empty":
            path.touch()
        monkeypatch.setenv("CAKUPAN_IDENTITY_KEY_FILE", str(path))
        with pytest.raises(settings.BadSetting, match=f"CAKUPAN_IDENTITY_KEY_FILE names {path}, which {why}"):
            settings.secret("identity_key")
    assert not (tmp_path / "home").exists()


def test_a_fernet_key_that_airflow_had_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    made = settings.fernet_key()
    assert len(made) == 44 and settings.fernet_key() == made
    monkeypatch.setenv("CAKUPAN_AIRFLOW_FERNET_KEY", "as it was")
    assert settings.fernet_key() == "as it was"


@pytest.mark.parametrize("name", ["identity_key", "identity_key_2", "ledger_key", "ledger_salt_key", "erasure_key"])
def test_a_key_lies_where_the_installation_says_and_moves_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, keys = tmp_path / "home", tmp_path / "keys"
    monkeypatch.setenv("CAKUPAN_HOME", str(home))
    before, password = settings.secret(name), settings.secret("pg_bi_password")
    assert (home / "secrets" / name).exists()
    monkeypatch.setenv("CAKUPAN_KEYS", str(keys))
    assert settings.secret(name) == before
    assert [path.name for path in keys.iterdir()] == [name] and not (home / "secrets" / name).exists()
    assert keys.stat().st_mode & 0o777 == 0o700 and (keys / name).stat().st_mode & 0o777 == 0o600
    assert settings.secret(name) == before
    assert settings.secret("pg_bi_password") == password and (home / "secrets" / "pg_bi_password").exists()


def test_a_new_installation_keeps_no_key_beside_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CAKUPAN_KEYS", str(tmp_path / "keys"))
    assert settings.secret("ledger_key", lambda: "made") == "made"
    assert (tmp_path / "keys" / "ledger_key").read_text() == "made" and not (tmp_path / "home/secrets").exists()


def test_a_key_that_was_made_and_is_gone_is_not_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.delenv("CAKUPAN_KEYS", raising=False)
    lost = settings.secret("ledger_key")
    path = settings.secret_file("ledger_key")
    path.rename(tmp_path / "aside")
    with pytest.raises(settings.BadSetting, match=f"The key {path} was made here and is missing"):
        settings.secret("ledger_key")
    (tmp_path / "aside").rename(path)
    assert settings.secret("ledger_key") == lost

    path.unlink()
    (tmp_path / "keys_made/ledger_key").unlink()
    assert settings.secret("ledger_key") != lost


def test_a_password_that_is_gone_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    settings.secret("jwt_secret")
    settings.secret_file("jwt_secret").unlink()
    assert settings.secret("jwt_secret")


def test_a_key_whose_folder_is_no_longer_named_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CAKUPAN_KEYS", str(tmp_path / "keys"))
    settings.secret("identity_key")
    monkeypatch.delenv("CAKUPAN_KEYS")
    with pytest.raises(settings.BadSetting, match="CAKUPAN_KEYS"):
        settings.secret("identity_key")
