"""Of two who would write at once one goes on, and the other is told so at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cakupan import night, publish
from cakupan.cli.app import app
from cakupan.cli.lock import only_one_night
from cakupan.ledger.runs import CurrentRun
from cakupan.orchestration import tasks

RUN = SimpleNamespace(partition_key="2025-09-09", conf={}, start_date=datetime(2025, 9, 9, tzinfo=UTC))


@pytest.fixture
def another_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler builds another night."""

    def busy(_: date) -> int:
        raise publish.Busy(CurrentRun(7, date(2025, 9, 8), "2025-09-09 05:00", alive=True))

    monkeypatch.setattr(night, "start_run", busy)


def test_a_second_night_on_the_command_line_ends_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    with only_one_night():
        outcome = CliRunner().invoke(app, ["nightly", "--date", "2025-09-09"])
    assert outcome.exit_code == 1
    assert "Another night is being run in this installation" in outcome.output
    assert [path.name for path in tmp_path.iterdir()] == ["nightly.lock"]


def test_a_person_is_told_which_night_the_scheduler_builds(another_night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "person_waits", True)
    with pytest.raises(publish.Busy, match="run 7 builds the night of 2025-09-08 since 2025-09-09 05:00"):
        tasks.start_run(RUN)


def test_the_scheduler_waits_for_the_night_that_is_built(another_night, caplog: pytest.LogCaptureFixture) -> None:
    assert tasks.start_run(RUN) is None
    assert "run 7 builds the night of 2025-09-08" in caplog.text
