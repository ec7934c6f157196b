"""The scorecards of a published night say what its marts and results of rules say, and no row of anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from cakupan import night
from cakupan.database import Role, connect
from cakupan.scorecards import write_scorecards
from cakupan.scorecards.figures import read_office
from tests.warehouse.conftest import NIGHTS, Warehouse

NIGHT = NIGHTS[-1]


def test_a_scorecard_is_made_of_what_is_published(warehouse: Warehouse, tmp_path: Path) -> None:
    feeds = night.feeds_of("disnaker")
    with connect(Role.AUDITOR) as published, connect(Role.LOADER) as loader:
        found = read_office(published, loader, feeds, NIGHT)
        delivered = published.execute(
            "select accepted_rows, accepted_rows + quarantined_rows from marts.data_quality_scorecard"
            " where as_of_date = %s and agency_code = 'disnaker'",
            (NIGHT,),
        ).fetchone()
        registered = published.execute(
            "select sum(registered_workers) from marts.coverage_by_agency"
            " where as_of_date = %s and agency_code = 'disnaker'",
            (NIGHT,),
        ).fetchone()
        written = write_scorecards(published, loader, feeds, NIGHT, tmp_path)
    assert tuple(found.valid) == delivered
    assert found.timely == (len(NIGHTS), len(NIGHTS))
    assert found.coverage and registered == (found.coverage.registered,)
    assert found.coverage.registered == (found.coverage.covered or 0) + (found.coverage.not_covered or 0)
    assert sum(month.due for month in found.months) == len(NIGHTS)
    assert found.problems == sorted(found.problems, key=lambda one: -(one.workers or 0))
    names = {path.name for path in tmp_path.iterdir()}
    assert {path.name for path in written} == names
    assert names == {f"rapor-disnaker-{NIGHT:%Y%m%d}.html", f"rapor-disnaker-{NIGHT:%Y%m%d}.pdf",
                     f"scorecard-disnaker-{NIGHT:%Y%m%d}.html"}  # fmt: skip


@pytest.mark.parametrize("agency", ["sipd", "bpjstk"])
def test_rows_weigh_what_their_amounts_are(warehouse: Warehouse, agency: str) -> None:
    with connect(Role.AUDITOR) as published, connect(Role.LOADER) as loader:
        found = read_office(published, loader, night.feeds_of(agency), NIGHT)
    assert all((one.amount_idr is not None) <= bool(one.delivery.feed.amount) for one in found.problems)
    assert all(
        (one.workers is None) == all(c.type != "nik" for c in one.delivery.feed.columns) for one in found.problems
    )
