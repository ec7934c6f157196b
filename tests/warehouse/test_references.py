"""An address leads from an office's file to a worker: readers see a reference in its place, and auditors both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

import psycopg
import pytest
from typer.testing import CliRunner

from cakupan.cli import app
from cakupan.database import Role, connect
from tests.warehouse.conftest import Warehouse

ADDRESSED = (
    "select n.nspname || '.' || c.relname, a.attname from pg_attribute as a join pg_class as c on c.oid = a.attrelid"
    " join pg_namespace as n on n.oid = c.relnamespace"
    " where n.nspname in ('marts', 'latest', 'open') and a.attname = any(%s) order by 1, 2"
)
REFERENCE = "^[0-9a-f]{32}$"


@pytest.fixture(scope="module")
def bi(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.BI, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def auditor(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.AUDITOR, autocommit=True) as connection:
        yield connection


def test_no_reader_but_the_auditor_sees_where_a_row_was_received(
    bi: psycopg.Connection, auditor: psycopg.Connection
) -> None:
    found = bi.execute(ADDRESSED, (["delivery_id", "sheet", "row_number", "evidence"],)).fetchall()
    assert len(found) > 60
    for relation, column in found:
        shown = f"select count({column}) from {relation}"
        if column == "evidence":
            shown = f"select count(*) from {relation}, unnest(evidence) as word where word !~ '{REFERENCE}'"
        assert bi.execute(shown).fetchone() == (0,), f"{relation}.{column}"
        assert auditor.execute(shown).fetchone() != (0,), f"{relation}.{column}"


def test_every_row_with_an_address_has_a_reference_of_its_own(bi: psycopg.Connection) -> None:
    addressed = {relation for relation, _ in bi.execute(ADDRESSED, (["row_number"],))}
    assert addressed == {relation for relation, _ in bi.execute(ADDRESSED, (["row_reference"],))}
    for relation in addressed:
        without = f"select count(*) from {relation} where coalesce(row_reference !~ '{REFERENCE}', true)"
        assert bi.execute(without).fetchone() == (0,), relation


def test_a_reader_joins_evidence_with_the_rows_it_names(bi: psycopg.Connection, auditor: psycopg.Connection) -> None:
    joined = """
        select count(*)
        from marts.audit_findings as finding
        cross join unnest(finding.evidence) as word
        inner join marts.fct_disbursement as payment on word in (payment.row_reference, {})
    """
    address = "payment.delivery_id || ':' || payment.sheet || ':' || payment.row_number"
    by_reference = bi.execute(joined.format("null")).fetchone()
    assert by_reference == auditor.execute(joined.format(address)).fetchone() != (0,)


def test_rows_do_not_come_in_the_order_of_their_file(bi: psycopg.Connection, auditor: psycopg.Connection) -> None:
    farmers = (
        "select {} from marts.fct_roster where agency_code = 'distan'"
        " and as_of_date = (select max(as_of_date) from marts.fct_roster)"
    )
    place = dict(auditor.execute(farmers.format("row_reference, row_number")).fetchall())
    shown = [place[reference] for (reference,) in bi.execute(farmers.format("row_reference"))]
    rising = sum(one < two for one, two in pairwise(shown))
    assert len(shown) > 30 and 0.3 < rising / len(shown) < 0.7


def test_a_reference_leads_an_auditor_to_the_row(bi: psycopg.Connection, auditor: psycopg.Connection) -> None:
    (reference,) = bi.execute("select row_reference from marts.fct_roster where roster ~ 'distan' limit 1").fetchone()
    (row,) = auditor.execute(
        "select row_number from marts.fct_roster where row_reference = %s limit 1", (reference,)
    ).fetchone()
    asked = ["trace", "--row-reference", reference, "--format", "json"]
    told = json.loads(CliRunner().invoke(app, asked).stdout)
    assert f'"row_number": {row}' in json.dumps(told) and "kelompok_tani" in json.dumps(told)
    unknown = CliRunner().invoke(app, ["trace", "--row-reference", "0" * 32])
    assert unknown.exit_code == 1 and "No row has the reference" in unknown.stderr
