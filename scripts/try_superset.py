"""Tries the Superset bundle: a Superset from .superset/ that begins empty takes it in, and every chart is asked.

`make superset` calls this with the warehouse's server running; what it makes is gone afterwards.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from cakupan.database import Role
from cakupan.database.connection import database_name, host_and_port

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".superset/bin"
BUNDLE = ROOT / "dashboards/superset"
ADMIN = ("--username", "admin", "--firstname", "Tim", "--lastname", "Data", "--email", "admin@localhost")


def environment(home: Path) -> dict[str, str]:
    """Return what Superset needs to know: where its own database is, and the warehouse's."""
    host, port = host_and_port()
    return os.environ | {
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(BUNDLE / "superset_config.py"),
        "SUPERSET_SECRET_KEY": secrets.token_hex(32),
        "SUPERSET_DATABASE_URI": f"sqlite:///{home / 'superset.db'}",
        "FLASK_APP": "superset",
        "CAKUPAN_PG_HOST": host,
        "CAKUPAN_PG_PORT": str(port),
        "CAKUPAN_PG_DATABASE": database_name(),
        "CAKUPAN_PG_BI_PASSWORD": Role.BI.password,
    }


def main() -> int:
    """Set Superset up, import the bundle twice, ask every chart; returns 1 where one of them fails."""
    steps = [
        ("Superset's own database", [BIN / "superset", "db", "upgrade"]),
        ("its administrator", [BIN / "superset", "fab", "create-admin", *ADMIN, "--password", secrets.token_hex(8)]),
        ("its roles", [BIN / "superset", "init"]),
        ("the bundle, imported", [BIN / "python", BUNDLE / "import_bundle.py"]),
        ("the bundle, imported again and every chart asked", [BIN / "python", BUNDLE / "import_bundle.py", "--check"]),
    ]
    with tempfile.TemporaryDirectory(prefix="cakupan-superset-") as home:
        surroundings = environment(Path(home))
        for what, command in steps:
            sys.stdout.write(f"… {what}\n")
            sys.stdout.flush()
            words = [str(word) for word in command]
            done = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False)
            if command[-1] == "--check":
                sys.stdout.write(
                    "".join(f"{line}\n" for line in done.stdout.splitlines() if line[:4] in ("ok  ", "FAIL"))
                )
            if done.returncode:
                sys.stderr.write(done.stderr[-3000:])
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
