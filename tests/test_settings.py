"""The hours of a night are settings, and a wrong one is told before anything is begun."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

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
