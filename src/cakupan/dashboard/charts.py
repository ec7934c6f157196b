"""Charts as ECharts is told of them; colours, fonts and the writing of numbers are of the pages' script, `pages.js`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cakupan.bilingual import Text
from cakupan.dashboard.content import Chart

Words = Text | str
Value = int | float | Decimal | None
Series = tuple[Words, Sequence[Value]]


def bars(
    name: str, says: Text, categories: Sequence[Words], series: Sequence[Series], kind: str = "count", *,
    stacked: bool = False,
) -> Chart:  # fmt: skip
    """Make lying bars, a line of them for each category, the first on top."""
    return Chart(
        name,
        {
            "kind": kind,
            "legend": {"show": len(series) > 1},
            "xAxis": {"type": "value"},
            "yAxis": {"type": "category", "inverse": True, "data": list(categories)},
            "series": [_series("bar", one, "all" if stacked else None) for one in series],
        },
        says,
        lines=len(categories) * (1 if stacked or len(series) == 1 else 2) + (2 if len(series) > 1 else 1),
    )


def columns(name: str, says: Text, categories: Sequence[Words], series: Sequence[Series], kind: str = "count") -> Chart:
    """Make standing bars, the series on top of each other."""
    return Chart(
        name,
        {
            "kind": kind,
            "legend": {"show": len(series) > 1},
            "xAxis": {"type": "category", "data": list(categories)},
            "yAxis": {"type": "value"},
            "series": [_series("bar", one, "all") for one in series],
        },
        says,
    )


def lines(name: str, says: Text, categories: Sequence[Words], series: Sequence[Series], kind: str = "share") -> Chart:
    """Make lines over time."""
    return Chart(
        name,
        {
            "kind": kind,
            "legend": {"show": True},
            "xAxis": {"type": "category", "data": list(categories)},
            "yAxis": {"type": "value", "scale": True},
            "series": [_series("line", one, None) for one in series],
        },
        says,
    )


def flows(name: str, says: Text, links: Sequence[tuple[Words, Words, int]]) -> Chart:
    """Make a Sankey diagram of rupiah that flow from one name to the next."""
    nodes = list(dict.fromkeys(end for source, target, _ in links for end in (source, target)))
    return Chart(
        name,
        {
            "kind": "rupiah",
            "series": [
                {
                    "type": "sankey",
                    "data": [{"name": node} for node in nodes],
                    "links": [{"source": source, "target": target, "value": idr} for source, target, idr in links],
                }
            ],
        },
        says,
        lines=max(14, len(nodes) * 2),
    )


def _series(kind: str, one: Series, stack: str | None) -> dict[str, Any]:
    title, values = one
    data = [float(value) if isinstance(value, Decimal) else value for value in values]
    return {"type": kind, "name": title, "data": data} | ({"stack": stack} if stack else {})
