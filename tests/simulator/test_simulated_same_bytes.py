"""The same question always gets the same bytes, and the past does not change."""

import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from simulator.manifest import NightError
from tests.simulator.conftest import NIGHTS, make

ROOT = Path(__file__).parents[2]


def prints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("hash_seed", ["1", "4242"])
def test_same_arguments_same_bytes_in_every_process(usual, tmp_path, hash_seed):
    command = [sys.executable, "-m", "simulator", "--out", str(tmp_path), "--workers", "600", "--seed", "1"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    nights = [night.isoformat() for night in NIGHTS]
    subprocess.run([*command, "--nights", *nights], check=True, cwd=ROOT, env=environment)
    assert prints(tmp_path) == prints(usual.out)


def test_another_seed_is_another_city(clean, tmp_path):
    make(tmp_path, 400, 0.0, NIGHTS[:1], seed=2)
    name = "deliveries/bpjstk/kepesertaan/kepesertaan_20250907.csv.gz"
    assert prints(tmp_path)[name] != prints(clean.out)[name]


def test_added_nights_leave_the_earlier_ones_alone_and_equal_one_go(usual, tmp_path):
    make(tmp_path, 600, 0.02, NIGHTS[:1])
    first = prints(tmp_path)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*_20250907.*")}
    make(tmp_path, 600, 0.02, NIGHTS[1:])
    assert {path: path.stat().st_mtime_ns for path in written} == written
    then = prints(tmp_path)
    assert {name: then[name] for name in first if name != "manifest.json"} == {
        name: value for name, value in first.items() if name != "manifest.json"
    }
    assert then == prints(usual.out)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*_202509*.*")}
    make(tmp_path, 600, 0.02, NIGHTS)  # asking for what is there writes nothing
    assert {path: path.stat().st_mtime_ns for path in written} == written


def test_a_night_before_the_last_one_is_refused(tmp_path):
    make(tmp_path, 300, 0.0, (NIGHTS[0], NIGHTS[2]))
    with pytest.raises(NightError, match="only be added after 2025-09-09"):
        make(tmp_path, 300, 0.0, (NIGHTS[1],))


def test_a_folder_holds_one_city(tmp_path):
    make(tmp_path, 300, 0.0, NIGHTS[:1])
    with pytest.raises(NightError, match="another city"):
        make(tmp_path, 301, 0.0, (date(2025, 9, 10),))
