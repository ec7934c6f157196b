"""A small city whose membership delivery of the second night comes late, built with dbt as in production."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

import psycopg
import pytest

from cakupan import night, publish, settings
from cakupan.database import Role, connect, environment
from cakupan.database.connection import database_name
from cakupan.feeds import load_feeds
from cakupan.sources import Source
from cakupan.sources.folder import Folder
from simulator.manifest import Plan
from simulator.nights import generate
from tests.databases import create_like

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

_read = TemporaryDirectory(prefix="cakupan-test-dbt-")
NIGHTS = (date(2025, 8, 31), date(2025, 9, 1), date(2025, 9, 2))


BY_RUN = {"aid_eligibility", "dbhcht_forward", "dbhcht_lineage", "dim_employer", "fct_coverage_daily", "fct_roster"}
BY_DELIVERY = {"fct_aid_application", "fct_beneficiary", "fct_membership", "fct_outreach_attendance"}
KEPT_AS_CHANGES = BY_RUN | BY_DELIVERY
"""Relations of which every row is stored once."""


def of_every_night(name: str) -> str:
    """Name the relation that has the rows of every run or delivery."""
    return f"warehouse.history_{name}" if name in KEPT_AS_CHANGES else f"warehouse.{name}"


@dataclass
class Warehouse:
    """A city's deliveries and the warehouse they are loaded into."""

    city: Path

    def load(self, until: date, source_of: Callable[[str], Source] | None = None) -> None:
        """Archive, land and validate everything delivered up to the night, in the city's folder or by each agency."""
        for feed in load_feeds(settings.FEEDS):
            source = source_of(feed.agency) if source_of else Folder(self.city / "deliveries")
            night.archive(feed.name, until, source)
            night.land(feed.name)
            night.validate(feed.name, until)

    def build(self, as_of: date, *, published: bool = True) -> None:
        """Build the night and, if asked, show it to readers."""
        run = night.start_run(as_of)
        for layer in publish.LAYERS:
            publish.build(run, layer)
        with connect(Role.ADMIN) as admin:
            keep_copy(admin)
        if published:
            night.publish_run(run)
        night.end_turn()

    def expected(self, as_of: date) -> dict:
        return json.loads((self.city / "expected" / f"{as_of}.json").read_text())

    @contextmanager
    def held_back(self, feed: str, as_of: date) -> Iterator[None]:
        """While inside, the feed's delivery of the night has not come yet."""
        (delivery,) = (self.city / "deliveries").glob(f"*/{feed}/{feed}_{as_of:%Y%m%d}.*")
        aside = self.city / delivery.name
        delivery.rename(aside)
        yield
        aside.rename(delivery)


def keep_copy(admin: psycopg.Connection) -> None:
    """Keep the night that was built in full, as a warehouse would that writes every row every night."""
    admin.execute("create schema if not exists copies")
    for name in sorted(KEPT_AS_CHANGES):
        admin.execute(f"create table if not exists copies.{name} (like warehouse.tonight_{name})")
        admin.execute(f"insert into copies.{name} select * from warehouse.tonight_{name}")


def _read_for(database: str) -> Path:
    """Where lies what dbt read of the project for a database."""
    return Path(_read.name) / f"{database}.msgpack"


def dbt(state: Path, *arguments: str, **variables: str) -> dbtRunnerResult:
    """Call dbt on the project with its own state folder."""
    from dbt.cli.main import dbtRunner  # as much as all else that the tests import together

    project = str(settings.DBT_PROJECT)
    options = (
        "--project-dir",
        project,
        "--profiles-dir",
        project,
        "--target-path",
        str(state),
        "--log-path",
        str(state),
    )
    with patch.dict(os.environ, variables):
        read = _read_for(database_name())
        own = state / "partial_parse.msgpack"
        if read.exists() and not own.exists():  # what dbt read of the project before: it reads only what differs
            state.mkdir(exist_ok=True)
            shutil.copy(read, own)
        outcome = dbtRunner().invoke(["--quiet", *arguments, *options])
        if own.exists() and not read.exists():
            shutil.copy(own, read)
        if hasattr(outcome.result, "results"):  # a hook of the project is no node of the tests' own
            outcome.result.results = [one for one in outcome.result.results if one.node.resource_type != "operation"]
        return outcome


@contextmanager
def installed(plan: Plan, database: str) -> Iterator[Warehouse]:
    """A database of its own and a city with its deliveries, none of which was read yet."""
    generate(plan)
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("CAKUPAN_PG_DATABASE", database)
        with connect(Role.ADMIN, "postgres", autocommit=True) as admin:
            create_like(admin, "test_template", database)
        night.prepare()
        yield Warehouse(plan.out)


@pytest.fixture(scope="package")
def warehouse(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Three nights built out of order and without a late delivery; then it came and two of them were built again."""
    first, second, third = NIGHTS
    plan = Plan(tmp_path_factory.mktemp("city"), 400, 11, 0.04, NIGHTS, ())
    with installed(plan, "test_marts") as made:
        made.load(first)
        made.build(first)
        with made.held_back("kepesertaan", second):
            made.load(third)
            made.build(third)
            made.build(second)
        made.load(third)
        made.build(third)
        made.build(second)
        shutil.copy(settings.home() / "dbt/target/partial_parse.msgpack", _read_for("test_marts"))
        yield made


@pytest.fixture
def dbt_environment(warehouse: Warehouse) -> dict[str, str]:
    """What dbt's profile needs to find the city's warehouse."""
    return environment()
