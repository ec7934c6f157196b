"""Whole nights of a made-up city: what becomes of every delivery is what the city's own account says.

CAKUPAN_REFERENCE_CITY may name a folder with `sample/` and `expected/` of another city to be held against as well.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cakupan import landing, quality
from simulator.__main__ import main as simulate
from tests.quality.deliveries import FEEDS

NIGHTS = ("2025-09-07", "2025-09-08", "2025-09-09")
INCIDENTS = (
    "bpjstk.kepesertaan:2025-09-08:held-shrunk",
    "diskumdag.pelaku_usaha:2025-09-08:held-dirty",
    "distan.kelompok_tani:2025-09-08:missing-column",
    "dinsos.relawan_disabilitas:2025-09-08:empty",
)
Scorecard = dict[tuple[str, str], dict[str, Any]]
CITIES = ["made up", *(["reference"] if os.environ.get("CAKUPAN_REFERENCE_CITY") else [])]


@pytest.fixture(params=CITIES)
def city(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """Folders of deliveries and of expected answers."""
    if request.param == "reference":
        root = Path(os.environ["CAKUPAN_REFERENCE_CITY"])
        return root / "sample", root / "expected"
    incidents = [word for incident in INCIDENTS for word in ("--incident", incident)]
    simulate(
        ["--out", str(tmp_path), "--workers", "800", "--dirt", "0.1", "--seed", "5", *incidents, "--nights", *NIGHTS]
    )
    return tmp_path / "deliveries", tmp_path / "expected"


def test_every_delivery_is_judged_as_expected(database: psycopg.Connection[Any], city: tuple[Path, Path]) -> None:
    deliveries, expected = city
    found: dict[tuple[str, str], quality.Outcome] = {}
    for feed in FEEDS:
        database.execute(
            "insert into ledger.feed values (%s, %s, %s, %s, %s)",
            (feed.agency, feed.feed, feed.title, feed.owner, feed.cadence),
        )
        landing.ensure_landing_table(database, feed)
        for path in sorted((deliveries / feed.agency / feed.feed).iterdir()):
            night = datetime.strptime(path.name.removeprefix(f"{feed.feed}_")[:8], "%Y%m%d").date()
            row = database.execute(
                "insert into ledger.delivery (agency, feed, business_date, sha256, original_name, size_bytes)"
                " values (%s, %s, %s, %s, %s, %s) returning delivery_id",
                (feed.agency, feed.feed, night, hashlib.sha256(path.read_bytes()).hexdigest(), path.name, 1),
            ).fetchone()
            assert row
            landing.land(database, feed, row[0], path)
        database.commit()
        for outcome in quality.validate_feed(database, feed):
            found[outcome.business_date.isoformat(), feed.name] = outcome
    wanted = scorecard(expected)
    assert {at: said(outcome, wanted[at]) for at, outcome in found.items()} == wanted


def scorecard(expected: Path) -> Scorecard:
    answers = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(expected.glob("*.json"))]
    return {(answer["as_of_date"], feed): row for answer in answers for feed, row in answer["scorecard"].items()}


def said(outcome: quality.Outcome, wanted: dict[str, Any]) -> dict[str, Any]:
    """Of the outcome, what the expected answer speaks of."""
    values = {**asdict(outcome), "delivery_status": outcome.status}
    return {name: values[name] for name in wanted}
