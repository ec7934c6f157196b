# ruff: noqa: S608 - queries are put together from the texts of this package; keys are always parameters
"""From a published figure to the rows it counts: their number, a sample, and whether they still make the figure."""

from __future__ import annotations

from typing import Any

from cakupan.trace.counting import Counted, Derived, Mart, given
from cakupan.trace.figures import MARTS
from cakupan.trace.landed import files
from cakupan.trace.night import Night, Row, unknown
from cakupan.trace.tree import Address, CannotTrace, Node

KEPT_SINCE = {"fiscal_year": "coalesce(fiscal_year, extract(year from as_of_date)::int)"}
"""Parts of keys that runs of earlier versions do not have, and what was meant by their rows."""


def figure(night: Night, relation: str, key: str, name: str | None) -> Node:
    """One figure of a mart's row, or all of them where `name` is None. Raises CannotTrace."""
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
    return {f"k{place}": part for place, part in enumerate(parts)}


def _published(night: Night, relation: str, mart: Mart, key: str) -> Row:
    spelled = " || '|' || ".join(KEPT_SINCE.get(name, name) for name in mart.key)
    columns = ", ".join(
        f"sum({name})::bigint as {name}" if relation == "dbhcht_lineage" else f"max({name}::text) as {name}"
        for name in mart.figures
    )
    query = f"select {columns}, count(*) as found from warehouse.{relation} where run_id = %(run)s and {{}}"
    row = night.row(query.format(f"{spelled} = %(key)s"), key=key)
    if not row or not row["found"]:
        keys = night.rows(f"select distinct {spelled} as key from warehouse.{relation} where run_id = %(run)s")
        listing = f"select distinct {', '.join(mart.key)} from {relation}"
        raise unknown(f"key of {relation}", key, [r["key"] for r in keys], night.as_of, listing)
    return row


def _traced(night: Night, mart: Mart, name: str, parts: dict[str, str], row: Row) -> Node:
    what = mart.figures[name]
    if isinstance(what, Derived):
        of = [_traced(night, mart, one, parts, row) for one in what.of]
        made = what.reckon(*(node.facts["recomputed"] for node in of))
        return Node("figure", name, _checked(row[name], made, {"formula": what.said}), of)
    made, total = _counted(night, what, parts)
    sample = night.rows(f"select * from ({what.rows}) as counted order by 3, 4, 5 limit %(limit)s", **parts)
    return Node("figure", name, _checked(row[name], made, {"count": total}), _nodes(night, sample), total)


def _counted(night: Night, what: Counted, parts: dict[str, str]) -> tuple[Any, int]:
    how = f"case when {given(what.needs)} then {what.how} end" if what.needs else what.how
    query = f"with counted as ({what.rows}) select {how} as made, count(*) as total from counted"
    row = night.row(query, **parts) or {"made": None, "total": 0}
    return row["made"], row["total"]


def _checked(published: Any, made: Any, facts: Row) -> Row:
    """What is told of a figure. Published and recomputed are compared as texts, which one type spells one way."""
    agrees = (None if published is None else str(published)) == (None if made is None else str(made))
    return {"published": published, "recomputed": made, "agrees": agrees, **facts}


def _nodes(night: Night, rows: list[Row]) -> list[Node]:
    archived = files(night.connection, {row["delivery_id"] for row in rows if row["row_number"] is None})
    nodes = []
    for row in rows:
        if row["row_number"] is None:
            file = archived[row["delivery_id"]]
            told: Row = {"file": file.original_name, "sha256": file.sha256, "archive": file.path}
            nodes.append(Node("delivery", file.feed, told))
        else:
            nodes.append(
                Node("counted", row["who"] or "", address=Address(row["delivery_id"], row["sheet"], row["row_number"]))
            )
    return nodes
