"""`cakupan doctor` on an installation that ran nights."""

from __future__ import annotations

import json

from tests.databases import UNSAFE_BUT_FAST
from tests.night.conftest import Installation

ASKED_FOR = {
    "airflow.login", "airflow.fernet_key", "airflow.jwt_secret", "airflow.configuration", "airflow.examples",
    "airflow.address", "database.passwords", "machine.state_folder", "database.tls", "database.roles",
    "database.extensions", "database.log", "database.clock", "machine.disk", "record.backup", "record.signed",
}  # fmt: skip


def test_every_item_can_be_seen_and_only_what_tests_do_is_bad(nights: Installation) -> None:
    told = json.loads(nights.cakupan("doctor", "--format", "json").stdout)
    items = {item["item"]: item for item in told["items"]}
    assert set(items) >= ASKED_FOR and len(items) >= 25
    assert [item for item in told["items"] if item["what"].startswith("It cannot be seen")] == []
    bad = {name for name, item in items.items() if item["state"] == "fail"}
    assert bad == ({"database.durability"} if UNSAFE_BUT_FAST.get("fsync") == "off" else set())
    assert items["record.signed"]["state"] == "ok" and items["machine.state_folder"]["state"] == "ok"
