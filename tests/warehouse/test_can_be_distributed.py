"""What dbt compiled can be spread over machines: facts meet where they are cut, and nothing is what Citus refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlglot import exp, parse, parse_one
from sqlglot.optimizer.scope import Scope, traverse_scope

from cakupan import settings
from tests.warehouse.conftest import Warehouse

CUT_BY = {
    **dict.fromkeys(
        ("fct_membership", "fct_coverage_daily", "fct_roster", "fct_beneficiary", "fct_aid_application"), "worker_key"
    ),
    **dict.fromkeys(("fct_outreach_attendance", "aid_eligibility", "int_worker_change"), "worker_key"),
    # A contribution names a membership: whose that was is known on the night that reads it.
    **dict.fromkeys(("int_contribution", "int_membership_owner"), "membership_key"),
}
"""Relations of schema warehouse that are cut, and by which column: docs/decisions/0037-what-can-be-distributed.md."""
ACROSS = {"stored_audit_observations": 1}
"""Joins across the two ways of cutting, once one side is cut down to the changed memberships."""
ASKED_OTHERWISE = {"stored_lapse_calendar"}
"""What is looked up one by one, and on Citus by one such join, to a row of each membership: macro last_paid_months."""
SIDES = ("tonight_", "history_")
LAYERS = ("intermediate", "warehouse")


def cut_by(source: exp.Expression | Scope, known: dict[int, str | None]) -> str | None:
    """The column by which a source of rows is cut, if its rows stay where they lie and it still has the column."""
    if isinstance(source, Scope):
        return known.get(id(source))
    if not isinstance(source, exp.Table) or source.db != "warehouse":
        return None
    name = source.name
    for side in SIDES:
        name = name.removeprefix(side)
    return CUT_BY.get(name)


def of_query(scope: Scope, known: dict[int, str | None]) -> str | None:
    """By which column a query's own rows are cut: one that it selects as it is, from a source that is cut by it."""
    if isinstance(scope.expression, exp.SetOperation):
        parts = {known.get(id(part)) for part in scope.set_operation_scopes}
        return parts.pop() if len(parts) == 1 else None
    query = scope.expression
    if not isinstance(query, exp.Select):
        return None
    found = {cut_by(source, known) for _, source in scope.selected_sources.values()} - {None}
    grouped = {each.name for each in query.args["group"].expressions} if query.args.get("group") else None
    for column in found:
        selected = {each.name for each in query.selects if isinstance(each, exp.Column)} | {
            column for each in query.selects if each.is_star
        }
        if column in selected and (grouped is None or column in grouped):
            return column
    return None


def joined_elsewhere(sql: str) -> Iterator[str]:
    """Yield the joins of cut relations that do not compare the column by which both are cut."""
    known: dict[int, str | None] = {}
    for scope in traverse_scope(parse_one(sql, dialect="postgres")):
        known[id(scope)] = of_query(scope, known)
        joins = scope.expression.args.get("joins") or []
        joined = {join.this.alias_or_name for join in joins}
        cut = {alias: cut_by(source, known) for alias, (_, source) in scope.selected_sources.items()}
        before = {alias for alias, column in cut.items() if column and alias not in joined}
        for join in joins:
            alias = join.this.alias_or_name
            if column := cut.get(alias):
                if before and not compared(join, column, alias, {each for each in before if cut[each] == column}):
                    yield join.sql(dialect="postgres")
                before.add(alias)


def looked_up_elsewhere(sql: str) -> Iterator[str]:
    """Yield the subqueries that look at the row beside them otherwise than by the column by which theirs are cut."""
    known: dict[int, str | None] = {}
    for scope in traverse_scope(parse_one(sql, dialect="postgres")):
        known[id(scope)] = of_query(scope, known)
        for inner in scope.subquery_scopes:
            cut = {
                alias: column for alias, (_, one) in inner.selected_sources.items() if (column := cut_by(one, known))
            }
            around = {alias for alias, (_, one) in scope.selected_sources.items() if cut_by(one, known) in cut.values()}
            if cut and inner.external_columns and not looks_up(inner.expression, cut, around):
                yield inner.expression.sql(dialect="postgres")


def looks_up(query: exp.Expression, cut: dict[str, str], around: set[str]) -> bool:
    """Tell whether a query compares the column of one of its relations with that of one around it."""
    where = query.args.get("where")
    conditions = where.this.flatten() if where and isinstance(where.this, exp.And) else [where.this] if where else []
    return any(
        alias in {one.table, other.table} and {one.table, other.table} & around and {one.name, other.name} == {column}
        for condition in conditions
        if isinstance(condition, exp.EQ)
        for one, other in [(condition.this, condition.expression)]
        if isinstance(one, exp.Column) and isinstance(other, exp.Column)
        for alias, column in cut.items()
    )


def compared(join: exp.Join, column: str, alias: str, others: set[str]) -> bool:
    """Tell whether a join compares this column of the relation and of one of the others."""
    if not others:
        return False
    if column in {each.name for each in join.args.get("using") or []}:
        return True
    on = join.args.get("on") or exp.true()
    conditions = on.flatten() if isinstance(on, exp.And) else [on]
    pairs = [(each.this, each.expression) for each in conditions if isinstance(each, exp.EQ)]
    return any(
        {one.name, other.name} == {column} and alias in {one.table, other.table} and {one.table, other.table} & others
        for one, other in pairs
        if isinstance(one, exp.Column) and isinstance(other, exp.Column)
    )


def refused(sql: str) -> Iterator[str]:
    """Yield what Citus refuses whatever it stands in: MERGE, triggers, and ROLLUP, CUBE or GROUPING SETS over rows."""
    for tree in parse(sql, dialect="postgres"):
        if tree is None:
            continue
        if isinstance(tree, exp.Merge) or (isinstance(tree, exp.Create) and tree.args.get("kind") == "TRIGGER"):
            yield tree.sql(dialect="postgres")[:80]
        for scope in traverse_scope(tree):
            query = scope.expression
            group = query.args.get("group") if isinstance(query, exp.Select) else None
            if group and group.find(exp.Rollup, exp.Cube, exp.GroupingSets):
                sources = [source for _, source in scope.selected_sources.values()]
                if any(cut_by(source, {}) for source in sources if not isinstance(source, Scope)):
                    yield group.sql(dialect="postgres")


@pytest.fixture(scope="module")
def compiled(warehouse: Warehouse) -> dict[str, str]:
    """The queries of the models that make tables, as dbt compiled them for the last night."""
    models = settings.home() / "dbt/target/compiled/cakupan/models"
    return {path.stem: path.read_text() for layer in LAYERS for path in sorted((models / layer).rglob("*.sql"))}


def test_facts_are_joined_by_the_column_by_which_they_are_cut(compiled: dict[str, str]) -> None:
    assert len(compiled) > 30
    joins = {name: len(list(joined_elsewhere(sql))) for name, sql in compiled.items()}
    assert {name: number for name, number in joins.items() if number} == ACROSS


def test_facts_are_looked_up_by_the_column_by_which_they_are_cut(compiled: dict[str, str]) -> None:
    found = {name: subqueries for name, sql in compiled.items() if (subqueries := list(looked_up_elsewhere(sql)))}
    assert found.keys() == ASKED_OTHERWISE


@pytest.mark.unit
def test_what_is_cut_is_what_the_models_say() -> None:
    said = {}
    for path in (settings.DBT_PROJECT / "models").rglob("*.sql"):
        if found := re.search(r"'distributed_by': '(\w+)'", path.read_text()):
            said[path.stem.removeprefix("stored_")] = found[1]
    assert said == CUT_BY


def test_no_query_holds_what_citus_refuses(compiled: dict[str, str]) -> None:
    assert {name: found for name, sql in compiled.items() if (found := list(refused(sql)))} == {}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("on", "found"),
    [
        ("using (worker_key)", 0),
        ("on r.worker_key = c.worker_key and c.run_id = 1", 0),
        ("on r.region_code = c.region_code", 1),
        ("on r.worker_key = c.membership_key", 1),
        ("on r.worker_key = c.worker_key or c.run_id = 1", 1),
    ],
)
def test_a_join_elsewhere_is_seen_through_the_parts_of_a_query(on: str, found: int) -> None:
    sql = f"""
        with r as (select worker_key, region_code from warehouse.tonight_fct_roster where run_id = 1),
        c as (select distinct on (worker_key) * from warehouse.history_fct_coverage_daily order by worker_key)
        select count(*) from r inner join warehouse.dim_agency as a using (agency_code) left join c {on}
    """
    assert len(list(joined_elsewhere(sql))) == found


ROSTER = "select 1 from warehouse.tonight_fct_roster as r where"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (f"exists ({ROSTER} r.worker_key = c.worker_key)", 0),
        (f"not exists ({ROSTER} r.worker_key = c.worker_key and r.run_id = 1)", 0),
        (f"exists ({ROSTER} r.region_code = c.region_code)", 1),
        (f"exists ({ROSTER} r.worker_key = c.worker_key or c.run_id = 1)", 1),
        (f"exists ({ROSTER} r.worker_key = a.worker_key)", 1),
        ("c.run_id = (select max(r.run_id) from warehouse.fct_roster as r where r.agency_code = a.agency_code)", 1),
        ("c.worker_key in (select r.worker_key from warehouse.tonight_fct_roster as r)", 0),
        ("exists (select 1 from reference.region as r where r.region_code = c.region_code)", 0),
    ],
)
def test_a_subquery_that_looks_elsewhere_is_seen(condition: str, found: int) -> None:
    sql = f"""
        with c as (select worker_key, region_code, run_id from warehouse.tonight_fct_coverage_daily)
        select count(*) from c inner join warehouse.dim_agency as a on c.run_id = a.run_id where {condition}
    """
    assert len(list(looked_up_elsewhere(sql))) == found


@pytest.mark.unit
@pytest.mark.parametrize(
    "sql",
    [
        "merge into warehouse.x using warehouse.y on x.a = y.a when matched then update set b = 1",
        "create trigger t before insert on warehouse.x for each row execute function f()",
        "select region_code, count(*) from warehouse.tonight_fct_roster group by rollup (region_code)",
        "select region_code, count(*) from warehouse.tonight_fct_roster group by grouping sets ((region_code), ())",
    ],
)
def test_what_citus_refuses_is_seen(sql: str) -> None:
    assert list(refused(sql))


@pytest.mark.unit
def test_totals_over_figures_are_not_refused() -> None:
    assert not list(refused("select sum(n) from warehouse.coverage_by_region group by rollup (region_code)"))
