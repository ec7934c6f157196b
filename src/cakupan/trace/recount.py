"""From a published figure to the rows it counts: their number, a sample, and whether they still make the figure."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from cakupan.trace import queries
from cakupan.trace.catalogue import MARTS, Counted, Derived, Mart, Totals
from cakupan.trace.landed import files
from cakupan.trace.night import Night, Row, unknown
from cakupan.trace.tree import Address, CannotTrace, Node

TOTALS = sql.SQL(
    "select count(*) as rows, count(distinct who) as different, sum(value)::bigint as summed, max(value) as largest,"
    " min(who) as first from ({}) as counted"
)
SAMPLE = sql.SQL("select * from ({}) as counted order by delivery_id, sheet, row_number limit %(limit)s")
KEPT_SINCE = {"fiscal_year": sql.SQL("coalesce(fiscal_year, extract(year from as_of_date)::int)")}
"""Parts of keys that runs of earlier versions do not have, and what was meant by their rows."""
OF_SEVERAL_ROWS = ("dbhcht_lineage",)
"""Marts whose key here is that of several rows, which are summed."""


def trace_figure(night: Night, relation: str, key: str, name: str | None) -> Node:
    """Trace one figure of a mart's row, or all of them where `name` is None. Raises CannotTrace."""
    mart = _mart(relation)
    if name is not None and name not in mart.figures:
        raise CannotTrace(
            f"{relation} has no figure {name!r} that can be traced; use one of --figure {', '.join(mart.figures)}"
        )
    parts = _parts(mart, relation, key)
    row = _published(night, relation, mart, key)
    wanted = [name] if name else list(mart.figures)
    return Node("mart", f"{relation} {key}", children=[_traced(night, mart, one, parts, row) for one in wanted])


def _mart(relation: str) -> Mart:
    if relation == "audit_findings":
        raise CannotTrace("A finding is traced with --finding KEY, its finding_key in audit_findings.")
    if relation not in MARTS:
        listed = ", ".join(sorted(MARTS))
        raise CannotTrace(f"There is no mart {relation!r} that can be traced; use one of --mart {listed}")
    return MARTS[relation]


def _parts(mart: Mart, relation: str, key: str) -> dict[str, str]:
    parts = key.split("|")
    if len(parts) != len(mart.key):
        wanted = "|".join(mart.key)
        raise CannotTrace(f"The key of {relation} reads {wanted}: --key {wanted!r} with the values in their places.")
    return dict(zip(mart.key, parts, strict=True))


def _published(night: Night, relation: str, mart: Mart, key: str) -> Row:
    """Read the row of the mart, its figures as texts but for sums."""
    table = night.rows_of_runs(relation)
    spelled = sql.SQL(" || '|' || ").join(KEPT_SINCE.get(name, sql.Identifier(name)) for name in mart.key)
    figure = sql.SQL("sum({0})::bigint as {0}" if relation in OF_SEVERAL_ROWS else "max({0}::text) as {0}")
    query = sql.SQL("select {}, count(*) as found from {} where run_id = %(run)s and {} = %(key)s").format(
        sql.SQL(", ").join(figure.format(sql.Identifier(name)) for name in mart.figures), table, spelled
    )
    (row,) = night.select(query, key=key)
    if not row["found"]:
        keys = night.select(sql.SQL("select distinct {} as key from {} where run_id = %(run)s").format(spelled, table))
        listing = f"select distinct {', '.join(mart.key)} from {relation}"  # noqa: S608 - shown to a person
        raise unknown(f"key of {relation}", key, [one["key"] for one in keys], night.as_of, listing)
    return row


def _traced(night: Night, mart: Mart, name: str, parts: dict[str, str], row: Row) -> Node:
    what = mart.figures[name]
    if isinstance(what, Derived):
        of = [_traced(night, mart, one, parts, row) for one in what.of]
        made = what.reckon(*(node.facts["recomputed"] for node in of))
        return Node("figure", name, _checked(row[name], made, {"formula": what.formula}), of)
    values = {**parts, "figure": name}
    rows = sql.SQL(queries.read(f"figures/{what.rows}").decode())
    (found,) = night.select(TOTALS.format(rows), **values)
    totals = Totals(**found)
    made = what.made(totals) if _is_known(night, what, values) else None
    sample = _nodes(night, night.select(SAMPLE.format(rows), **values))
    return Node("figure", name, _checked(row[name], made, {"count": totals.rows}), sample, totals.rows)


def _is_known(night: Night, what: Counted, values: dict[str, str]) -> bool:
    """Tell whether there is a figure: one that needs a feed which was never accepted is empty, not 0."""
    if what.is_known:
        (row,) = night.rows(f"figures/{what.is_known}", **values)
        return bool(row["is_known"])
    return set(what.needs) <= set(night.feeds().values())


def _checked(published: Any, made: Any, facts: Row) -> Row:
    """Say what there is to a figure. Published and recomputed are compared as texts, which one type spells one way."""
    return {
        "published": published,
        "recomputed": made,
        "agrees": _as_text(published) == _as_text(made),
        **facts,
    }


def _as_text(figure: Any) -> str | None:
    return None if figure is None else str(figure)


def _nodes(night: Night, rows: list[Row]) -> list[Node]:
    archived = files(night.connection, {row["delivery_id"] for row in rows if row["row_number"] is None})
    nodes = []
    for row in rows:
        if row["row_number"] is None:
            file = archived[row["delivery_id"]]
            facts: Row = {"file": file.original_name, "sha256": file.sha256, "archive": file.path}
            nodes.append(Node("delivery", file.feed, facts))
        else:
            nodes.append(
                Node("counted", row["who"] or "", address=Address(row["delivery_id"], row["sheet"], row["row_number"]))
            )
    return nodes
