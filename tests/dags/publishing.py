"""Run as a program: the warehouse's DAG publishes each night named on stdin, as by hand, and builds nothing."""

from __future__ import annotations

import sys
from unittest.mock import patch

from airflow.dag_processing.dagbag import DagBag

from cakupan import night, settings
from cakupan.orchestration.runs import _dags_are_read_once


def main() -> None:
    """Run the DAG in this process; publish_run moves no pointer, and every other task is taken to have gone well."""
    warehouse = DagBag(str(settings.DAGS)).dags["warehouse"]
    warehouse.deadline = None
    with patch.object(night, "publish_run"), _dags_are_read_once():
        for line in sys.stdin:
            run_conf = {"night": line.strip()}
            warehouse.test(logical_date=None, run_conf=run_conf, mark_success_pattern="(?!publish_run$).*")


if __name__ == "__main__":
    main()
