"""A night from the command line leaves its lineage: every run begins and ends, and leads from agencies to marts."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import defaultdict
from typing import Any

from tests.lineage.specification import mistakes
from tests.night.bad_night import NIGHTS
from tests.night.conftest import Installation

WHOLE = NIGHTS[1]  # a night that nobody killed


def events_of(nights: Installation, night: str) -> list[dict[str, Any]]:
    path = nights.home / "lineage" / f"events-{night}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_run_begins_once_and_ends_well(nights: Installation) -> None:
    events = events_of(nights, WHOLE)
    assert [mistake for event in events for mistake in mistakes(event)] == []
    states: dict[str, list[str]] = defaultdict(list)
    for event in events:
        states[event["run"]["runId"]].append(event["eventType"])
    assert {tuple(sorted(told)) for told in states.values()} == {("COMPLETE", "START")}
    names = {event["job"]["name"] for event in events}
    assert {"warehouse", "warehouse.publish_run", "ingest_sipd.sp2d.take_in", "dbt.stored_dbhcht_lineage"} <= names
    assert {event["run"]["facets"]["cakupan_night"]["night"] for event in events} == {WHOLE}


def test_a_published_view_leads_back_to_what_the_agency_delivered(nights: Installation) -> None:
    made_from: dict[str, set[str]] = defaultdict(set)
    for event in events_of(nights, WHOLE):
        for output in event["outputs"]:
            made_from[output["name"]] |= {read["name"] for read in event["inputs"]}
    reached, waiting = set(), ["warehouse.marts.dbhcht_reconciliation"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += made_from[name]
    assert {"agencies/sipd.sp2d", "agencies/sipd.anggaran", "agencies/bpjstk.iuran"} <= reached


def test_no_event_holds_a_cell(nights: Installation) -> None:
    (delivery,) = (nights.city / "deliveries").glob(f"*/*/kepesertaan_{WHOLE.replace('-', '')}.csv.gz")
    with gzip.open(delivery, "rt") as lines:
        rows = list(csv.reader(lines, delimiter="|"))
    told = json.dumps([events_of(nights, night) for night in NIGHTS])
    cells = {cell for row in rows for cell in row if re.fullmatch(r"\d{11}|\d{16}|[A-Z]{3,} [A-Z ]{6,}", cell)}
    assert len(cells) > 500
    assert [cell for cell in cells if cell in told] == []
