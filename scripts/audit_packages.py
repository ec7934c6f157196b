"""Ask for known security holes in the packages of the locks, with pip-audit; says plainly where it cannot be asked.

Run by `make audit`. Exit code 0: none is known; 1: some are; 2: the database of holes could not be asked about all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements-boot.lock", "requirements.lock")
OPTIONS = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off")
PIP_AUDIT = Path(sys.executable).with_name("pip-audit")


def audit(lock: Path) -> int:
    """Ask about one lock and say what is known; returns the exit code."""
    done = subprocess.run(
        [PIP_AUDIT, "--requirement", lock, *OPTIONS],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return _say(f"{lock.name}: the database of known holes cannot be asked from here: {why}", 2)
    holes = [(each["name"], each["version"], hole) for each in packages for hole in each.get("vulns", ())]
    for name, version, hole in holes:
        mended = ", ".join(hole["fix_versions"]) or "no version yet"
        _say(f"{lock.name}: {name} {version}: {hole['id']}, mended in {mended}")
    unasked = [each["name"] for each in packages if "skip_reason" in each]
    if unasked:
        _say(f"{lock.name}: nothing is known about {len(unasked)} of {len(packages)} packages, because the database of"
             f" known holes could not be asked about them from here: {', '.join(unasked[:5])} …")  # fmt: skip
    if not holes and not unasked:
        _say(f"{lock.name}: no hole is known in its {len(packages)} packages")
    return 1 if holes else 2 if unasked else 0


def _say(line: str, code: int = 0) -> int:
    sys.stdout.write(f"{line}\n")
    return code


def main() -> int:
    """Ask about every lock."""
    codes = {audit(ROOT / lock) for lock in LOCKS}
    return 1 if 1 in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main())
