"""The benchmark at its smallest: every line of its tables has its number, and the floor has the same figures."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import FIRST_NIGHT
from benchmarks.city import make_city, workers_for
from benchmarks.slope import _lines
from benchmarks.table import Line
from cakupan import settings

STAGES = [
    "archive", "land CSV", "land others", "validate", "build", "publish", "seal", "verify",
]  # fmt: skip
LINES = [
    *(f"{ordinal} night{what}" for ordinal in ("first", "next") for what in (", project", ", floor", " / floor")),
    *(f"landing of CSV / \\copy, {ordinal} night" for ordinal in ("first", "next")),
    *(f"build of marts / its own statements, {ordinal} night" for ordinal in ("first", "next")),
    *(f"publish and seal, share of the {ordinal} night" for ordinal in ("first", "next")),
    *(f"tables grew, {ordinal} night" for ordinal in ("first", "next")),
    *(f"write-ahead log, {ordinal} night" for ordinal in ("first", "next")),
    "bytes of tables a worker, next night",
    "verify / one hash of all landed rows",
    *(f"most memory, {group}" for group in ("land", "validate", "build", "publish", "verify")),
    *(f"{what}, slope a night" for what in ("seconds", "tables", "log")),
    *(f"{what}, last / first" for what in ("seconds", "tables", "log")),
    *(f"{what}, night 1000 / night 10 by that slope" for what in ("seconds", "tables", "log")),
]


@pytest.mark.night
def test_every_line_is_there_and_has_a_number() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--workers", "300", "--nights", "3", "--without-airflow"],
        cwd=settings.PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told = dict(re.findall(r"^(\S.*?)  +(-?[\d,]+(?:\.\d+)?)\b", ran.stdout, re.MULTILINE))
    assert [name for name in STAGES + LINES if name not in told] == []
    assert ran.stdout.count("rows of figures as the floor's: ") == 2
    assert "fixed cost" not in ran.stdout


def test_a_city_of_so_many_contributions_has_about_as_many(tmp_path: Path) -> None:
    city = make_city(tmp_path, workers_for(20_000), [FIRST_NIGHT])
    (delivered,) = (city / "bpjstk/iuran").iterdir()
    assert gzip.decompress(delivered.read_bytes()).count(b"\n") == pytest.approx(20_000, rel=0.05)


def test_a_goal_is_met_or_not() -> None:
    assert str(Line("a ratio", 1.5, "", 1.3)).endswith("1.30   over")
    assert str(Line("a ratio", 1.25, "", 1.3)).endswith("1.30   ok")
    assert str(Line("seconds", 1234.5, "s")) == f"{'seconds':<52}     1,234 s"


def test_a_slope_is_followed_to_the_thousandth_night() -> None:
    growing = {line.what: line for line in _lines("seconds", [10 + night for night in range(40)], "s")}
    assert growing["seconds a night, mean of the first 10"].measured == 14.5
    assert growing["seconds, slope a night"].measured == pytest.approx(1)
    assert growing["seconds, last / first"].measured == pytest.approx(44.5 / 14.5)
    assert not growing["seconds, night 1000 / night 10 by that slope"].met
    level = {line.what: line for line in _lines("seconds", [10.0] * 40, "s")}
    assert level["seconds, night 1000 / night 10 by that slope"].met
