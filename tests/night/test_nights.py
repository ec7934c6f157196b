"""The whole of a night, from files to marts, against right answers that the pipeline had no part in."""

from __future__ import annotations

import fcntl
import json
import re
from datetime import date

import psycopg
import pytest

from cakupan import settings
from cakupan.feeds import load_feeds
from simulator.check import differences
from tests.night import bad_night
from tests.night.bad_night import BAD, GOOD, NIGHTS
from tests.night.conftest import Installation
from tests.warehouse.marts_as_json import actual


def fingerprints(connection: psycopg.Connection, night: str) -> dict[str, str]:
    """Every relation with a night, as one hash of that night's rows."""
    relations = connection.execute(
        "select distinct table_name from information_schema.columns"
        " where table_schema = 'marts' and column_name = 'as_of_date' order by 1"
    ).fetchall()
    return {
        name: connection.execute(
            f"select md5(string_agg(r::text, E'\\n' order by r::text)) from marts.{name} r where as_of_date = %s",
            (night,),
        ).fetchone()[0]
        for (name,) in relations
    }


@pytest.mark.parametrize("night", NIGHTS)
def test_every_figure_of_a_night_is_right(nights: Installation, marts: psycopg.Connection, night: str) -> None:
    assert nights.ran[night].returncode == 0, nights.ran[night].stderr
    right = nights.expected(night)
    if night == BAD:
        right["scorecard"] = bad_night.scorecard(right["scorecard"], nights.expected(GOOD)["scorecard"])
    assert differences(right, actual(marts, date.fromisoformat(night))) == []


def test_the_morning_report_speaks_of_every_feed_and_figure(nights: Installation) -> None:
    printed = nights.ran[NIGHTS[0]].stdout
    for feed in load_feeds(settings.FEEDS):
        assert feed.name in printed
    for heading in ("By sector", "By funding source", "By agency", "DBHCHT", "Findings", "Needs a person", "BI  "):
        assert heading in printed
    assert "Traceback" not in printed + nights.ran[NIGHTS[0]].stderr


def test_running_a_past_night_again_replaces_that_night_only(nights: Installation, marts: psycopg.Connection) -> None:
    past, others = NIGHTS[1], {*NIGHTS} - {NIGHTS[1]}
    before = {night: fingerprints(marts, night) for night in others}
    run = "select run_id from ledger.published where as_of_date = %s"
    (first_run,) = marts.execute(run, (past,)).fetchone()
    again = nights.run(past)
    assert again.returncode == 0, again.stderr
    assert marts.execute(run, (past,)).fetchone() != (first_run,)
    assert {night: fingerprints(marts, night) for night in others} == before
    assert differences(nights.expected(past), actual(marts, date.fromisoformat(past))) == []


def test_figures_can_be_asked_for_in_three_forms(nights: Installation) -> None:
    query = "select denominator_code, active_participants from universal_coverage where as_of_date = '2025-09-09'"
    rows = json.loads(nights.cakupan("sql", query, "--format", "json").stdout)
    assert {row["denominator_code"] for row in rows} == {"SAKERNAS", "SEMESTA_BPJS"}
    csv_lines = nights.cakupan("sql", query, "--format", "csv").stdout.splitlines()
    assert csv_lines[0] == "denominator_code,active_participants"
    assert len(csv_lines) == 3
    assert "SAKERNAS" in nights.cakupan("sql", query).stdout


@pytest.mark.parametrize(
    "statement",
    ["create table mine (a int)", "select nik from identity.worker", "select * from landing.bpjstk_kepesertaan"],
)
def test_a_bi_tool_can_neither_write_nor_see_a_person(nights: Installation, statement: str) -> None:
    asked = nights.cakupan("sql", statement)
    assert asked.returncode == 1
    assert re.search("read-only|permission denied", asked.stderr)
    assert "Traceback" not in asked.stderr


def test_a_second_night_at_once_says_so(nights: Installation) -> None:
    with (nights.home / "nightly.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = nights.cakupan("nightly", "--date", NIGHTS[0], "--from", nights.city / "deliveries")
    assert second.returncode == 1
    assert "Another night is being run" in second.stderr


@pytest.mark.parametrize("arguments", [(), ("--date", "9 September"), ("--date", NIGHTS[0], "--from", "nowhere")])
def test_wrong_usage_exits_with_two(nights: Installation, arguments: tuple[str, ...]) -> None:
    assert nights.cakupan("nightly", *arguments).returncode == 2


def test_a_simulated_city_is_never_mixed_with_recorded_deliveries(nights: Installation) -> None:
    refused = nights.cakupan("nightly", "--date", NIGHTS[0])
    assert refused.returncode == 2
    assert "must not be mixed" in refused.stderr
