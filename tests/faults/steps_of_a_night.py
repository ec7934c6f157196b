"""The steps of a whole night without Airflow, which only decides what comes when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from cakupan import for_readers, night, publish, settings
from cakupan.database import Role, connect
from cakupan.feeds import load_feeds
from cakupan.ledger.runs import current_run
from cakupan.sources import Source
from tests.faults.forks import Step

SourceOf = Callable[[str], tuple[str, Source]]
"""From an agency to the kind of its source, and the source."""


def loading(as_of: date, source_of: SourceOf) -> list[Step]:
    """List the steps that take deliveries in."""
    found = []
    for feed in load_feeds(settings.FEEDS):
        name, (kind, source) = feed.name, source_of(feed.agency)
        found += [
            Step(
                name, f"archive ({kind}), {name}", lambda name=name, source=source: night.archive(name, as_of, source)
            ),
            Step(name, f"land, {name}", lambda name=name: night.land(name)),
            Step(name, f"validate, {name}", lambda name=name: night.validate(name, as_of)),
        ]
    return [*found, Step("seal", "seal", night.seal)]


def building(as_of: date) -> list[Step]:
    """List the steps from there to published marts and what is told of them."""
    began = datetime.now(UTC)
    return [
        Step("build", "start", lambda: night.start_run(as_of)),
        *(
            Step("build", f"build {layer}", lambda layer=layer: night.build(_run_id(), layer))
            for layer in publish.LAYERS
        ),
        Step("build", "publish", lambda: night.publish_run(_run_id())),
        Step("build", "turn", night.end_turn),
        Step("seal of marts", "seal of marts", night.seal),
        Step("pages", "pages", lambda: for_readers.write_pages(as_of)),
        Step("report", "report", lambda: for_readers.report(as_of)),
        Step("scorecards", "scorecards", lambda: for_readers.write_scorecards(as_of)),
        *(
            Step(
                f"letter, {agency}",
                f"letter, {agency}",
                lambda agency=agency: for_readers.tell_office(agency, as_of, nowhere),
            )
            for agency in night.agencies()
        ),
        Step("summary", "summary", lambda: for_readers.tell_data_team(as_of, began, nowhere)),
    ]


def _run_id() -> int:
    with connect(Role.LOADER) as connection:
        run = current_run(connection)
    assert run, "no run is being built"
    return run.run_id


def nowhere(*_: Any) -> None:
    """Send no letter."""
