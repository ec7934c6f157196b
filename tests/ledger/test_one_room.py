"""Every table of the ledger is written from the room `ledger`, and each from one file of it."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "src/cakupan/ledger"
SCHEMA = ROOT / "src/cakupan/database"
"""What makes the tables, and the functions by which alone the record grows; it migrates what is there."""
READ = [ROOT / name for name in ("src", "dags", "dbt_project/macros", "dbt_project/models", "benchmarks", "scripts")]
WRITES = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate(?:\s+table)?|copy)\s+(?:only\s+)?\"?ledger\"?\.\"?(\w+)",
    re.IGNORECASE,
)
QUOTED = re.compile(r"Identifier\(\s*[\"']ledger[\"']")
"""A name put together from parts, which could be that of any table."""


def written(path: Path) -> list[str]:
    # A statement may be spelled over several string literals.
    text = re.sub(r"[\"']\s*\n\s*[bf]?[\"']", " ", path.read_text(encoding="utf-8"))
    return WRITES.findall(text) + (["?"] if QUOTED.search(text) else [])


def sources() -> list[Path]:
    return [path for root in READ for path in root.rglob("*") if path.suffix in (".py", ".sql")]


def test_nobody_else_writes_to_the_ledger() -> None:
    outside = [path for path in sources() if not path.is_relative_to(ROOM) and not path.is_relative_to(SCHEMA)]
    assert len(outside) > 200
    assert {str(path.relative_to(ROOT)): tables for path in outside if (tables := written(path))} == {}


def test_each_table_is_written_from_one_file() -> None:
    writers = defaultdict(set)
    for path in ROOM.rglob("*.py"):
        for table in written(path):
            writers[table].add(path.stem)
    assert {table: names for table, names in writers.items() if len(names) > 1} == {}
    assert writers == {
        "asked": {"nights"},
        "build": {"runs"},
        "checkpoint": {"checkpoints"},
        "city": {"cities"},
        "correction": {"corrections"},
        "delivery": {"deliveries"},
        "dropped_landing": {"landings"},
        "erased_row": {"erased"},
        "failure": {"nights"},
        "feed": {"feeds"},
        "ignored": {"agency_files"},
        "landing": {"landings"},
        "notification": {"notifications"},
        "publication": {"publications"},
        "reference": {"runs"},
        "run": {"runs"},
        "run_input": {"runs"},
        "seen": {"agency_files"},
        "validation": {"validations"},
        "written": {"written"},
    }


@pytest.mark.parametrize(
    "code",
    [
        'x.execute("insert into ledger.failure values (1)")',
        'x.execute("delete"\n    " from ledger.failure")',
        "update ledger.failure set task = 't'",
        'sql.SQL("delete from {}").format(sql.Identifier("ledger", "failure"))',
    ],
)
def test_a_write_is_recognised(tmp_path: Path, code: str) -> None:
    path = tmp_path / "code.py"
    path.write_text(code)
    assert written(path) in (["failure"], ["?"])


def test_a_night_is_steps_only() -> None:
    assert ".execute(" not in (ROOT / "src/cakupan/night.py").read_text(encoding="utf-8")
