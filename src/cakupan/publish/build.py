"""dbt in this process, one call per layer; the run being built is read from the ledger by the models themselves."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import psycopg

from cakupan import settings
from cakupan.database import Role, cause_of, connect
from cakupan.database.grants import give_own
from cakupan.dbt_project import FeedsUndeclared, call_dbt, declare_feeds
from cakupan.ledger.runs import loaded_reference, lock_build, mark_run, note_reference
from cakupan.lineage.models import tell_build
from cakupan.publish.parsed import parsed
from cakupan.publish.run import RETRY_TURN, check_current, keep_turn
from cakupan.publish.standing import StandingViews, version

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

LAYERS = ("reference", "night")
"""The layers of a night in the order in which they are built; each is a selector of the dbt project."""

TOLD = 3  # failing nodes that a message names


class BuildFailed(RuntimeError):
    """dbt could not build or a test failed; the message names each node and why."""


def build(run_id: int, layer: str) -> int:
    """Build and test one layer of the run; returns how many nodes there were.

    Raises BuildFailed, and StaleRun when a newer run has taken over.
    """
    try:
        with connect(Role.LOADER) as connection:
            keep_turn(connection, run_id)
        nodes = _build(run_id, layer)
        with connect(Role.LOADER) as connection:
            keep_turn(connection, run_id)
            if layer == LAYERS[-1]:
                mark_run(connection, run_id, "BUILT")
    except (BuildFailed, psycopg.Error):
        with contextlib.suppress(psycopg.Error), connect(Role.LOADER) as connection:
            keep_turn(connection, run_id, RETRY_TURN)
        raise
    return nodes


def _build(run_id: int, layer: str) -> int:
    with connect(Role.LOADER) as guard:
        # Held by this transaction until dbt is done: a second build waits, then finds that it is stale.
        lock_build(guard)
        check_current(guard, run_id)
        _declare_feeds()
        if layer == LAYERS[0] and loaded_reference(guard) == _reference_version():
            return 0  # loading the seeds again would only lock out their readers
        views = StandingViews(guard)
        selector = f"{layer}_on_standing_views" if views.stand(layer) else layer
        manifest = read_project()
        results = _dbt("build", "--selector", selector, manifest=manifest).result.results
        with connect(Role.TRANSFORMER) as owner:
            give_own(owner)
        tell_build(guard, run_id, manifest, results)
        _refuse_failed(results)
        if layer == LAYERS[0]:
            note_reference(guard, _reference_version())
        elif selector == layer:
            views.note(layer)
    return len(results)


def read_project() -> Manifest:
    """Return the dbt project for one build, read by dbt where it changed. Raises BuildFailed."""
    return parsed(lambda: _dbt("parse").result)


def _declare_feeds() -> None:
    try:
        declare_feeds()
    except FeedsUndeclared as error:
        raise BuildFailed(str(error)) from None


def _reference_version() -> str:
    """Hash what the reference layer is made from: seeds, staging and the macros staging is written with."""
    return version(("seeds", "models/staging", "macros"))


def _dbt(*arguments: str, manifest: Manifest | None = None) -> dbtRunnerResult:
    """Call dbt, which writes no artifacts: each would be the whole project in JSON, more work than the layer itself."""
    state = settings.home() / "dbt"
    quietly = (*arguments, "--no-write-json")
    outcome = call_dbt(*quietly, target=state / "target", logs=state / "logs", manifest=manifest)
    if outcome.exception:
        cause = cause_of(str(outcome.exception))
        raise BuildFailed(f"dbt stopped: {cause or outcome.exception}") from None
    return outcome


def _refuse_failed(results: Sequence[RunResult]) -> None:
    failed = [r for r in results if str(r.status) in ("error", "fail")]
    if failed:
        told = "; ".join(map(_why, failed[:TOLD]))
        more = f"; and {len(failed) - TOLD} more" if len(failed) > TOLD else ""
        raise BuildFailed(f"dbt: {told}{more}; details in {settings.home() / 'dbt' / 'logs' / 'dbt.log'}")


def _why(result: RunResult) -> str:
    """Say why a node failed: of a test what should hold, by its name, how much contradicts, and how to see that."""
    node = result.node
    if str(result.status) != "fail":
        return f"{node.unique_id}: {_first_line(result.message)}"
    rows = f"{result.failures} {'row contradicts' if result.failures == 1 else 'rows contradict'} it"
    return f"it does not hold that {node.name.replace('_', ' ')}: {rows}, which the query in {node.compiled_path} shows"


def _first_line(message: str | None) -> str:
    """Quote what dbt says of a node, without the values that a database error quotes from a row."""
    if cause := cause_of(message or ""):
        return str(cause)
    lines = [line.strip() for line in (message or "failed").splitlines() if line.strip()]
    return re.sub(r'"[^"]*"', '"…"', " ".join(lines[:2]))
