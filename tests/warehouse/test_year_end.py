"""Money of two fiscal years side by side: a new year's documents and orders leave last year's lines as they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from cakupan.database import Role, connect
from simulator.check import differences
from simulator.manifest import Plan
from tests.warehouse.conftest import Warehouse, installed
from tests.warehouse.marts_as_json import actual

OLD, NEW = date(2025, 12, 31), date(2026, 1, 9)
DISNAKER = "2.07.0.00.0.00.01.0000"
DISTAN = "3.27.2.09.0.00.01.0000"

KEYS = """
    select array_agg(a.attname order by place.number)
    from pg_index as i cross join unnest(i.indkey::int[]) with ordinality as place (attnum, number)
    inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = place.attnum
    where i.indisunique and i.indrelid = 'warehouse.dbhcht_reconciliation'::regclass group by i.indexrelid
"""
AS_IT_WAS = (
    "create unique index of_an_earlier_version on warehouse.dbhcht_reconciliation"
    " (run_id, skpd_code, sub_activity_code, account_code)",
    "alter table warehouse.dbhcht_reconciliation alter column posted_idr set not null",
    "alter table warehouse.universal_coverage alter column jakon_headcount set not null",
)
"""What a table was like before budget lines had a year and figures could be empty."""


@pytest.fixture(scope="module")
def turned(installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A city on the last day of a year and on the ninth of the next; then an office invents a source of funds."""
    plan = Plan(tmp_path_factory.mktemp("turned"), 300, 5, 0.02, (OLD, NEW), ())
    with installed(plan, "test_year_end") as made:
        delivered = made.city / "deliveries" / "sipd" / "sp2d" / f"sp2d_{NEW:%Y%m%d}.csv"
        delivered.write_bytes(delivered.read_bytes().replace(b";DAU;", b";XYZ;"))
        made.load(OLD)
        made.build(OLD)
        with connect(Role.TRANSFORMER, autocommit=True) as transformer:
            (index,) = transformer.execute(
                "select indexrelid::regclass::text from pg_index"
                " where indisunique and indrelid = 'warehouse.dbhcht_reconciliation'::regclass"
            ).fetchone()
            for statement in (f"drop index {index}", *AS_IT_WAS):
                transformer.execute(statement)
        made.load(NEW)
        made.build(NEW)
        yield made


@pytest.fixture
def reader(turned: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.AUDITOR) as connection:
        yield connection


def lines(reader: psycopg.Connection, night: date, year: int) -> dict[tuple[str, ...], tuple[int, int]]:
    """The lines of a year as a night shows them: budget and disbursed."""
    rows = reader.execute(
        "select skpd_code, sub_activity_code, account_code, budget_idr, disbursed_idr"
        " from marts.dbhcht_reconciliation where as_of_date = %s and fiscal_year = %s",
        (night, year),
    ).fetchall()
    return {row[:3]: row[3:] for row in rows}


@pytest.mark.parametrize("night", (OLD, NEW))
def test_every_figure_is_right_on_both_sides_of_the_year_s_end(turned, reader, night) -> None:
    assert differences(turned.expected(night), actual(reader, night)) == []


def test_last_years_budget_stays_and_this_years_stands_beside_it(reader) -> None:
    before, after = lines(reader, OLD, 2025), lines(reader, NEW, 2025)
    # An order of last year can come to light late; it is last year's.
    assert {line: budget for line, (budget, _) in after.items()} == {line: had for line, (had, _) in before.items()}
    assert all(after[line][1] >= disbursed for line, (_, disbursed) in before.items())
    assert lines(reader, OLD, 2026) == {}
    assert {line[0] for line in lines(reader, NEW, 2026)} > {DISNAKER, DISTAN}


def test_a_line_over_its_budget_is_found_in_the_year_in_which_it_is(reader) -> None:
    found = reader.execute(
        "select fiscal_year, amount_idr from marts.audit_findings"
        " where as_of_date = %s and finding_code = 'OVER_BUDGET' and skpd_code = %s",
        (NEW, DISNAKER),
    ).fetchall()
    assert found == [(2026, 20_000)]


def test_an_order_needs_a_budget_line_of_its_own_year(reader) -> None:
    found = reader.execute(
        "select s.sp2d_date from marts.audit_findings as f inner join marts.fct_disbursement as s using (sp2d_no)"
        " where f.as_of_date = %s and f.finding_code = 'NO_BUDGET_LINE' and s.skpd_code = %s order by 1",
        (NEW, DISTAN),
    ).fetchall()
    assert [day.year for (day,) in found][-1] == 2026


def test_a_table_of_an_earlier_version_is_brought_to_what_the_model_says(reader) -> None:
    keys = reader.execute(KEYS).fetchall()
    assert keys == [(["run_id", "fiscal_year", "skpd_code", "sub_activity_code", "account_code"],)]
    must = reader.execute(
        "select attrelid::regclass::text, attname from pg_attribute where attnotnull and (attrelid, attname) in"
        " (('warehouse.dbhcht_reconciliation'::regclass, 'posted_idr'),"
        " ('warehouse.universal_coverage'::regclass, 'jakon_headcount'))"
    ).fetchall()
    assert must == []


def test_a_source_of_funds_that_nobody_knows_is_told_with_its_rupiah_and_stops_no_night(reader) -> None:
    (rows, amount) = reader.execute(
        "select count(*), sum(amount_idr) from marts.fct_disbursement where budget_source = 'XYZ'"
    ).fetchone()
    assert rows > 0
    told = reader.execute(
        "select as_of_date, rows, amount_idr, since_on from marts.unmapped_codes"
        " where feed = 'sipd.sp2d' and column_name = 'sumber_dana'"
    ).fetchall()
    assert told == [(NEW, rows, amount, NEW)]
    (observed,) = reader.execute(
        "select count(*) from marts.audit_observations where as_of_date = %s and finding_code = 'NEW_FUNDING_SOURCE'"
        " and amount_idr in (select amount_idr from marts.fct_disbursement where budget_source = 'XYZ')",
        (NEW,),
    ).fetchone()
    assert observed == rows
    hops = reader.execute(
        "select hop, difference_idr from marts.dbhcht_conservation where as_of_date = %s and difference_idr <> 0",
        (NEW,),
    ).fetchall()
    assert hops == [("SP2D_STORED_TO_KNOWN_SOURCE", amount)]


def test_an_unmapped_code_is_known_since_it_was_first_seen(reader) -> None:
    villages = reader.execute(
        "select code, count(*), min(since_on), max(since_on) from marts.unmapped_codes"
        " where feed = 'bpjstk.kepesertaan' and column_name = 'kode_wilayah' group by 1 having count(*) = 2"
    ).fetchall()
    assert villages
    assert {(first, last) for _, _, first, last in villages} == {(OLD, OLD)}


def test_sums_lose_no_row_with_an_unmapped_code(reader) -> None:
    for night in (OLD, NEW):
        regions = reader.execute(
            "select region_code from marts.coverage_by_region where as_of_date = %s and region_code not in"
            " (select region_code from marts.dim_region)",
            (night,),
        ).fetchall()
        told = reader.execute(
            "select code from marts.unmapped_codes where as_of_date = %s and feed = 'bpjstk.kepesertaan'", (night,)
        ).fetchall()
        assert {code for (code,) in regions} <= {code for (code,) in told}


def test_the_lineage_names_the_budget_document_of_the_orders_year(reader) -> None:
    wrong = reader.execute(
        "select sp2d_no from marts.dbhcht_lineage as l inner join marts.fct_budget as b"
        " on b.document_no = l.budget_document_no and b.skpd_code = l.skpd_code and b.account_code = l.account_code"
        " where as_of_date = %s and extract(year from b.document_date) <> l.fiscal_year",
        (NEW,),
    ).fetchall()
    assert wrong == []
    years = reader.execute("select distinct fiscal_year from marts.dbhcht_lineage where as_of_date = %s", (NEW,))
    assert {year for (year,) in years} == {2025, 2026}
