"""Imports the bundle beside it into Superset, in Superset's own environment: `python import_bundle.py [--check]`.

The database's host, port and name come from CAKUPAN_PG_HOST, CAKUPAN_PG_PORT and CAKUPAN_PG_DATABASE, the password of
role cakupan_bi from CAKUPAN_PG_BI_PASSWORD or the file that CAKUPAN_PG_BI_PASSWORD_FILE names; without it one is asked
for. CAKUPAN_PG_SSLROOTCERT names the certificate by which the server is known. What was imported before is brought up
to date. With --check every chart is then asked once, as a browser would.
"""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
DATABASE = "databases/cakupan.yaml"


def bundle() -> dict[str, str]:
    """Read the bundle, with the database where this installation has it."""
    paths = [FOLDER / "metadata.yaml", *sorted(FOLDER.glob("*/**/*.yaml"))]
    contents = {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    server = f"{os.environ.get('CAKUPAN_PG_HOST', 'postgres')}:{os.environ.get('CAKUPAN_PG_PORT', '5432')}"
    place = f"{server}/{os.environ.get('CAKUPAN_PG_DATABASE', 'warehouse')}"
    if authority := os.environ.get("CAKUPAN_PG_SSLROOTCERT"):
        place += f"?sslmode=verify-full&sslrootcert={authority}"
    contents[DATABASE] = contents[DATABASE].replace("postgres:5432/warehouse", place)
    # As dashboards, what is there already would stay as it was; as assets, it is brought up to date.
    contents["metadata.yaml"] = contents["metadata.yaml"].replace("type: Dashboard", "type: assets")
    return contents


def load() -> None:
    """Import the bundle as the administrator; Superset raises CommandInvalidError where it does not take it."""
    from superset import security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user

    file = os.environ.get("CAKUPAN_PG_BI_PASSWORD_FILE")
    given = os.environ.get("CAKUPAN_PG_BI_PASSWORD") or (file and Path(file).read_text(encoding="utf-8").strip())
    password = given or getpass.getpass("Password of cakupan_bi: ")
    with override_user(security_manager.find_user(os.environ.get("SUPERSET_ADMIN_USER", "admin"))):
        ImportAssetsCommand(bundle(), passwords={DATABASE: password}).run()


def ask(chart: Any) -> str:
    """Ask a chart's question; returns what is wrong with the answer, or nothing."""
    from superset.commands.chart.data.get_data_command import ChartDataCommand

    try:
        command = ChartDataCommand(chart.get_query_context())
        command.validate()
        answer = command.run()["queries"][0]
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return answer.get("error") or ""


def check() -> int:
    """Ask every chart of every dashboard; prints a line for each and returns how many gave no answer."""
    from superset import db, security_manager
    from superset.models.dashboard import Dashboard
    from superset.utils.core import override_user

    failed = 0
    with override_user(security_manager.find_user(os.environ.get("SUPERSET_ADMIN_USER", "admin"))):
        for dashboard in db.session.query(Dashboard).order_by(Dashboard.dashboard_title):
            for chart in sorted(dashboard.slices, key=lambda each: each.slice_name):
                wrong = ask(chart)
                failed += bool(wrong)
                sys.stdout.write(
                    f"{'FAIL' if wrong else 'ok  '} {dashboard.dashboard_title}: {chart.slice_name} {wrong}\n"
                )
    return failed


def main() -> int:
    """Import, and check where that is asked for; returns 1 where a chart gives no answer."""
    from superset.app import create_app

    with create_app().app_context():
        load()
        return int(bool(check())) if "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
