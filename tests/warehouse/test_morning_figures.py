"""The morning's figures are those of the marts, beside those of the published night before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from typer.testing import CliRunner

from cakupan.cli import app
from cakupan.database import Role, connect
from cakupan.notices.figures import Figures, read_figures
from tests.warehouse.conftest import NIGHTS, Warehouse


@pytest.fixture(scope="module")
def auditor(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.AUDITOR, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def figures(auditor) -> Figures:
    found = read_figures(auditor, NIGHTS[2])
    assert found and found.before == NIGHTS[1]
    return found


def test_coverage_changed_by_what_the_marts_of_two_nights_differ_by(figures: Figures, auditor) -> None:
    query = (
        "select denominator_code, active_participants, coverage_rate from marts.universal_coverage"
        " where as_of_date = %s order by 1"
    )
    now, before = (auditor.execute(query, (night,)).fetchall() for night in (NIGHTS[2], NIGHTS[1]))
    assert [(one.denominator_code, one.active_participants, one.coverage_rate) for one in figures.coverage] == now
    assert [(one.active_change, one.rate_change) for one in figures.coverage] == [
        (new[1] - old[1], new[2] - old[2]) for new, old in zip(now, before, strict=True)
    ]


def test_what_sectors_are_beyond_their_targets_is_what_their_gaps_do_not_add_up_by(figures: Figures) -> None:
    sectors, city = figures.sectors, figures.coverage[0]
    assert sectors.gaps is not None and sectors.beyond_targets is not None
    assert city.target_participants is not None and city.active_participants is not None
    assert sectors.gaps - sectors.beyond_targets == city.target_participants - city.active_participants


def test_money_and_findings_are_all_there(figures: Figures, auditor) -> None:
    money = auditor.execute(
        "select fiscal_year, sum(budget_idr), sum(disbursed_idr), sum(posted_idr), sum(unposted_idr)"
        " from marts.dbhcht_reconciliation where as_of_date = %s group by 1 order by 1",
        (NIGHTS[2],),
    ).fetchall()
    names = ("budget_idr", "disbursed_idr", "posted_idr", "unposted_idr")
    assert [(year, *(figures.money(year, name) for name in names)) for year in figures.years] == money
    assert all(office.office_name for office in figures.offices)
    found = auditor.execute(
        "select finding_code, as_of_date from marts.audit_findings where as_of_date = any(%s)", ([*NIGHTS[1:]],)
    ).fetchall()
    counted = Counter(found)
    assert {(one.finding_code, one.cases, one.before) for one in figures.findings} == {
        (code, counted[code, NIGHTS[2]], counted[code, NIGHTS[1]]) for code, _ in found
    }


def test_the_morning_is_printed_again_for_a_person_and_a_program(figures: Figures) -> None:
    whole = CliRunner().invoke(app, ["morning", "--date", str(NIGHTS[2]), "--all"])
    assert whole.exit_code == 0, whole.output
    for heading in ("By sector", "By funding source", "By agency", "DBHCHT, Rp", "Needs a person"):
        assert heading in whole.stdout, heading
    told = json.loads(CliRunner().invoke(app, ["morning", "--format", "json"]).stdout)
    assert (told["as_of_date"], len(told["findings"])) == (str(NIGHTS[2]), len(figures.findings))
    assert CliRunner().invoke(app, ["morning", "--date", "2031-01-01"]).exit_code == 1
