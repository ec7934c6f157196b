"""When dbt has to read its project again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cakupan import settings
from cakupan.publish import parsed


@pytest.fixture
def read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Tell whether a project that was read once is read again when it is asked for; a list stands for it."""
    monkeypatch.setattr(settings, "DBT_PROJECT", tmp_path)
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path / "home"))
    for folder in ("dbt", "database"):
        (tmp_path / "home" / folder).mkdir(parents=True)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/one.sql").write_text("select 1 as n")
    times: list[int] = []

    def is_read() -> bool:
        before = len(times)
        manifest = parsed.parsed(lambda: times.append(1) or ["as read"])  # type: ignore[arg-type, return-value, func-returns-value]
        assert manifest == ["as read"]
        manifest.append("what dbt compiled")  # type: ignore[attr-defined]
        return len(times) > before

    assert is_read()
    return is_read


def test_a_project_that_stayed_the_same_is_not_read_again(read_again: Callable[[], bool]) -> None:
    assert not read_again()
    assert not read_again()


@pytest.mark.parametrize("file", ["models/one.sql", "models/two.sql", "macros/one.sql", "profiles.yml"])
def test_another_file_is_read(read_again: Callable[[], bool], file: str) -> None:
    path = settings.DBT_PROJECT / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("select 2 as n")
    assert read_again()
    assert not read_again()
    assert len(list((settings.home() / "dbt").iterdir())) == 1


@pytest.mark.parametrize("name", ["CAKUPAN_PG_DATABASE", "CAKUPAN_PG_HOST", "CAKUPAN_CITUS"])
def test_another_warehouse_is_read(read_again: Callable[[], bool], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "on")
    assert read_again()
    assert not read_again()


def test_another_dbt_reads_for_itself(read_again: Callable[[], bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed.metadata, "version", lambda name: f"{name} of tomorrow")
    assert read_again()


@pytest.mark.parametrize("instead", ["a link", "half of it", "nothing"])
def test_what_is_not_what_was_kept_is_not_taken_for_it(read_again: Callable[[], bool], instead: str) -> None:
    (kept,) = (settings.home() / "dbt").iterdir()
    if instead == "a link":
        kept.symlink_to(kept.rename(settings.home() / "elsewhere"))
    else:
        kept.write_bytes(kept.read_bytes()[: 20 if instead == "half of it" else 0])
    assert read_again()
    assert not read_again()
    assert not kept.is_symlink()
