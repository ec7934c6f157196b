"""What the program is made of: each package with its hash and a licence that is allowed, all of them on one list."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cakupan.ledger import definitions

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted([*ROOT.glob("requirements*.lock"), *ROOT.glob("dashboards/superset/requirements.lock")])
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})\b")
LICENCES = tomllib.loads((ROOT / "licences.toml").read_text())
SBOM = json.loads((ROOT / "sbom.cdx.json").read_text())


def pinned(lock: Path) -> dict[tuple[str, str], set[str]]:
    """The packages of a lock with their hashes; every line must be of one of these two kinds."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in lock.read_text().splitlines():
        if name := PINNED.match(line):
            found[package := (name[1], name[2])] = set()
        elif digest := HASH.search(line):
            found[package].add(digest[1])
        else:
            assert not line.strip() or line.lstrip().startswith("#"), f"{lock.name}: {line} is pinned by nothing"
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_every_package_of_a_lock_is_pinned_with_its_hash(lock: Path) -> None:
    packages = pinned(lock)
    assert packages
    assert [name for name, hashes in packages.items() if not hashes] == []
    assert "://" not in re.sub(r"#.*", "", lock.read_text()), "a package from elsewhere than a registry"


def test_the_list_holds_the_packages_of_the_lock_with_their_hashes() -> None:
    listed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for component in SBOM["components"]:
        if component["purl"].startswith("pkg:pypi/"):
            listed[component["name"], component["version"]] |= {each["content"] for each in component["hashes"]}
    locked = pinned(ROOT / "requirements.lock")
    assert dict(listed) == locked, "`make sbom` writes it anew"


def test_the_list_holds_the_packages_that_make_the_pages() -> None:
    lock = json.loads((ROOT / "dashboards" / "package-lock.json").read_text())["packages"]
    locked = {
        (place.rpartition("node_modules/")[2], about["version"], base64.b64decode(about["integrity"][7:]).hex())
        for place, about in lock.items()
        if place
    }
    listed = {
        (one["name"], one["version"], one["hashes"][0]["content"])
        for one in SBOM["components"]
        if one["purl"].startswith("pkg:npm/")
    }
    assert listed == locked, "`make sbom` writes it anew"


def may_be_used(component: dict[str, Any]) -> bool:
    """Whether all parts of a licence are allowed, or those of one of its alternatives."""
    (licence,) = component["licenses"]
    said = licence.get("expression") or licence["license"].get("id") or licence["license"]["name"]
    return any(all(part in LICENCES["allowed"] for part in one.split(" AND ")) for one in said.split(" OR "))


def test_every_package_has_a_licence_that_is_allowed() -> None:
    assert [one["name"] for one in SBOM["components"] if not may_be_used(one)] == []
    assert not may_be_used({"licenses": [{"license": {"id": "AGPL-3.0-only"}}]})
    assert not may_be_used({"licenses": [{"expression": "MIT AND SSPL-1.0"}]})
    assert not may_be_used({"licenses": [{"license": {"name": "none"}}]})


def test_nothing_is_looked_up_or_spelled_that_no_package_needs() -> None:
    names = {one["name"] for one in SBOM["components"]}
    assert set(LICENCES["looked_up"]) <= names
    assert set(LICENCES["spelled"].values()) <= set(LICENCES["allowed"])


def test_the_list_is_cyclonedx_and_the_same_whenever_it_is_written() -> None:
    assert (SBOM["bomFormat"], SBOM["specVersion"]) == ("CycloneDX", "1.6")
    assert "serialNumber" not in SBOM and "timestamp" not in SBOM["metadata"]


def test_its_hash_stands_in_the_record_of_each_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = definitions.program()
    assert len(before["sbom.cdx.json"]) == 64
    monkeypatch.setattr(definitions.settings, "PROJECT", tmp_path)
    (tmp_path / "sbom.cdx.json").write_text("another")
    monkeypatch.setattr(definitions, "_SBOM", tmp_path / "sbom.cdx.json")
    assert definitions._hash_of(definitions._SBOM) != before["sbom.cdx.json"]


@pytest.fixture
def audit_packages(tmp_path: Path) -> tuple[ModuleType, Path]:
    """The script, and the file of the program that it calls in place of pip-audit."""
    spec = importlib.util.spec_from_file_location("audit_packages", ROOT / "scripts" / "audit_packages.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.PIP_AUDIT = tmp_path / "pip-audit"
    return module, module.PIP_AUDIT


CLEAN = {"name": "a", "version": "1", "vulns": []}
HOLE = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
UNASKED = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (json.dumps({"dependencies": [CLEAN]}), 0, "requirements.lock: no hole is known in its 1 packages"),
        (json.dumps({"dependencies": [CLEAN, HOLE]}), 1, "b 2: PYSEC-1, mended in 3"),
        (json.dumps({"dependencies": [CLEAN, UNASKED]}), 2, "nothing is known about 1 of 2 packages"),
        (json.dumps({"dependencies": [HOLE, UNASKED]}), 1, "nothing is known about 1 of 2 packages"),
        ("", 2, "cannot be asked from here: no route"),
    ],
)
def test_what_is_known_of_holes_is_told_and_what_is_not_asked_too(
    answer: str, code: int, told: str, audit_packages: tuple[ModuleType, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    module, program = audit_packages
    program.write_text(f"#!{sys.executable}\nimport sys\nprint({answer!r})\nsys.stderr.write('no route')\n")
    program.chmod(0o755)
    assert module.main() == code
    assert told in capsys.readouterr().out
