"""Bringing the warehouse's own relations up to date while somebody reads them."""

from __future__ import annotations

import time

import psycopg
import pytest

from cakupan.database import Role, apply_schema, connect, schema


def test_whoever_holds_the_fixed_relations_is_named_and_nobody_waits_long(
    database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "PAUSES", (0.2,))
    monkeypatch.setattr(schema, "LOCK_TIMEOUT", "500ms")
    with connect(Role.ADMIN) as admin:
        admin.execute("comment on schema ledger is 'an older version'")
    with connect(Role.AUDITOR) as reader:
        reader.execute("select count(*) from ledger.published")
        with connect(Role.ADMIN) as admin:
            began = time.monotonic()
            with pytest.raises(schema.Held, match=f"session {reader.info.backend_pid} of cakupan_auditor"):
                apply_schema(admin)
            assert time.monotonic() - began < 10
            assert admin.execute("show lock_timeout").fetchone() == ("0",)
        reader.rollback()
    with connect(Role.ADMIN) as admin:
        apply_schema(admin)
        version = admin.execute("select obj_description('ledger'::regnamespace, 'pg_namespace')").fetchone()
    assert version != ("an older version",)


def test_a_change_passes_between_short_reads_and_is_whole_or_not_at_all(database: psycopg.Connection) -> None:
    with connect(Role.TRANSFORMER) as owner:
        owner.execute("create table marts.t (a int)")
    with connect(Role.BI) as reader, connect(Role.TRANSFORMER) as owner:
        reader.execute("select * from marts.t")
        began = time.monotonic()
        with pytest.raises(psycopg.Error, match=r"marts\.t could not be changed, because session") as told:
            owner.execute(
                "select ledger.patiently(array['create table marts.u ()', 'alter table marts.t add b int'],"
                " array['marts.t'])"
            )
        assert told.value.sqlstate == "CKP01"
        assert time.monotonic() - began < 30
        owner.rollback()
        assert owner.execute("select to_regclass('marts.u')").fetchone() == (None,)
