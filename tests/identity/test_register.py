"""Keys are given to the workers of accepted rows only, once, and by a run that was killed before too."""

from __future__ import annotations

import psycopg
import pytest

from cakupan import identity, settings
from cakupan.feeds import find_feed
from cakupan.identity import keys
from cakupan.landing import ensure_landing_table
from cakupan.quality import ensure_accepted_view, ensure_quarantine_table

FEED = find_feed(settings.FEEDS, "dinsos.relawan_disabilitas")
ACCEPTED, QUARANTINED, NORMALISED = "3579011505900001", "3579015505900001", "3579024102010003"


@pytest.fixture
def delivery(database: psycopg.Connection) -> int:
    """Three landed rows of which one is quarantined and one was accepted after normalising; returns the validation."""
    ensure_landing_table(database, FEED)
    ensure_quarantine_table(database, FEED)
    ensure_accepted_view(database, FEED)
    database.execute("insert into ledger.feed values (%s, %s, 't', 'o', 'snapshot')", (FEED.agency, FEED.feed))
    row = database.execute(
        "with d as (insert into ledger.delivery (agency, feed, business_date, sha256, original_name, size_bytes)"
        " values (%s, %s, '2025-09-09', repeat('a', 64), 'n', 1) returning delivery_id)"
        " insert into ledger.validation (delivery_id, delivery_status, delivered_rows, accepted_rows, quarantined_rows,"
        " duplicate_rows) select delivery_id, 'ACCEPTED', 3, 2, 1, 0 from d returning delivery_id, validation_id",
        (FEED.agency, FEED.feed),
    ).fetchone()
    assert row
    delivery_id, validation_id = row
    for number, nik in enumerate((ACCEPTED, QUARANTINED, "'" + NORMALISED), start=2):
        database.execute(
            f"insert into landing.{FEED.table} (delivery_id, sheet, row_number, nik) values (%s, '', %s, %s)",
            (delivery_id, number, nik),
        )
    for number, nik, verdict in ((3, QUARANTINED, "quarantined"), (4, NORMALISED, "accepted")):
        database.execute(
            f"insert into quarantine.{FEED.table} (validation_id, delivery_id, sheet, row_number, nik, verdict, rules)"
            " values (%s, %s, '', %s, %s, %s, '{}')",
            (validation_id, delivery_id, number, nik, verdict),
        )
    database.commit()
    return int(validation_id)


def keyed(database: psycopg.Connection) -> set[str]:
    return {nik for (nik,) in database.execute("select nik from identity.worker").fetchall()}


@pytest.mark.parametrize("at_once", [1, identity.AT_ONCE])
def test_accepted_workers_get_a_key_and_quarantined_ones_do_not(
    database: psycopg.Connection, delivery: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "AT_ONCE", at_once)
    assert identity.register(database, FEED) == 2
    assert keyed(database) == {ACCEPTED, NORMALISED}


def test_registering_again_adds_nothing(database: psycopg.Connection, delivery: int) -> None:
    identity.register(database, FEED)
    before = database.execute("select * from identity.worker order by nik").fetchall()
    assert identity.register(database, FEED) == 0
    assert database.execute("select * from identity.worker order by nik").fetchall() == before


def test_a_validation_is_looked_at_until_all_its_values_have_a_key(database: psycopg.Connection, delivery: int) -> None:
    pending = "select count(*) from identity.registered where validation_id = %s"
    assert database.execute(pending, (delivery,)).fetchone() == (0,)
    identity.register(database, FEED)
    assert database.execute(pending, (delivery,)).fetchone() == (1,)


def test_a_rotation_keeps_everybody_known_and_keys_who_is_new_otherwise(
    database: psycopg.Connection, delivery: int
) -> None:
    first = keys.key(database, 1)
    known = identity.pseudonym("nik", ACCEPTED, first)
    database.execute(
        "insert into identity.worker (nik, worker_key, born_on, sex) values (%s, %s, '1990-05-15', 'L')",
        (ACCEPTED, known),
    )
    assert keys.rotate(database, "Ani", "kunci bocor") == 2
    assert identity.register(database, FEED) == 1
    rows = database.execute("select nik, worker_key, key_no from identity.worker order by nik").fetchall()
    new = identity.pseudonym("nik", NORMALISED, keys.key(database, 2))
    assert rows == [(ACCEPTED, known, 1), (NORMALISED, new, 2)]
    assert new != identity.pseudonym("nik", NORMALISED, first)
    assert [identity.worker_key(database, nik) for nik in (ACCEPTED, NORMALISED)] == [known, new]


def test_another_secret_than_the_newest_key_is_refused(
    database: psycopg.Connection, delivery: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = keys.rotate(database, "Ani", "kunci bocor")
    monkeypatch.setenv(f"CAKUPAN_IDENTITY_KEY_{number}", "00" * 24)
    with pytest.raises(keys.WrongKey, match="put it back"):
        identity.register(database, FEED)
