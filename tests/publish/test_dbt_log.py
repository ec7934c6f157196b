"""What dbt tells of a build is kept, without its debugging."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

from cakupan.dbt_project import _log


def event(level: str, msg: str) -> SimpleNamespace:
    return SimpleNamespace(info=SimpleNamespace(level=level, msg=msg))


def test_what_dbt_tells_is_written_line_by_line(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    for round_ in ("first", "second"):
        with _log(folder) as (write,):
            for level, msg in (
                ("debug", "select 1"),
                ("info", ""),
                ("test", "t"),
                ("info", f"{round_} done"),
                ("error", "no table"),
            ):
                write(event(level, msg))
    lines = [re.sub(r"^[\d :,-]+", "", line) for line in (folder / "dbt.log").read_text().splitlines()]
    assert lines == ["INFO first done", "ERROR no table", "INFO second done", "ERROR no table"]


def test_without_a_folder_nothing_is_written() -> None:
    with _log(None) as callbacks:
        assert callbacks == []
