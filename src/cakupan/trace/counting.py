# ruff: noqa: S608 - queries are put together from the texts of this package; keys are always parameters
"""How a figure is counted again: the rows it counts and what makes them a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cakupan.trace.night import in_force

DISTINCT = "count(distinct who)"
SUM = "coalesce(sum(value), 0)::bigint"
GIVEN = "sum(value)::bigint"
"""A sum that is empty where nobody gave a figure."""
MEMBERS = "bpjstk.kepesertaan"


@dataclass(frozen=True)
class Counted:
    """Rows of the warehouse and how they make the figure; empty while a feed that it `needs` was never accepted."""

    how: str
    rows: str
    needs: str = ""


@dataclass(frozen=True)
class Derived:
    """A formula over other figures of the row; `said` is the formula for people."""

    said: str
    of: tuple[str, ...]
    reckon: Callable[..., Any]


@dataclass(frozen=True)
class Mart:
    """A published relation with its key and figures."""

    key: tuple[str, ...]
    figures: Mapping[str, Counted | Derived]


def rate(part: int | None, whole: int | None) -> Decimal | None:
    """A rate as the marts round it; None when there is nothing to divide by, or either is unknown."""
    return round(Decimal(part) / whole, 6) if whole and part is not None else None


def given(feeds: str) -> str:
    """SQL for whether the run rests on deliveries of all the feeds, `agency.feed agency.feed`."""
    return " and ".join(
        f"exists (select from ledger.run_input where run_id = %(run)s and agency || '.' || feed = '{feed}')"
        for feed in feeds.split()
    )


def deliveries(feed: str) -> str:
    """SQL for the deliveries of `agency.feed` that the run rests on."""
    return in_force(feed).replace("validation_id", "delivery_id", 1)


def coverage(condition: str) -> str:
    """Workers of the night that meet a condition."""
    return (
        "select worker_key::text as who, 1 as value, delivery_id, sheet, row_number"
        f" from warehouse.fct_coverage_daily as coverage where run_id = %(run)s and {condition}"
    )


def newest(feed: str, value: str, more: str = "true") -> str:
    """Rows of the newest year not after the night's in a yearly feed."""
    table, of = f"warehouse.stg_{feed.replace('.', '_')}", deliveries(feed)
    return (
        f"select null as who, {value} as value, delivery_id, sheet, row_number from {table} as yearly"
        f" where delivery_id in {of} and year = (select max(year) from {table}"
        f" where delivery_id in {of} and year <= extract(year from %(as_of)s::date)) and {more}"
    )


def stored(table: str, feed: str, value: str, condition: str, who: str = "null") -> str:
    """Rows of accepted deliveries that meet a condition."""
    return (
        f"select {who} as who, {value} as value, delivery_id, sheet, row_number from warehouse.{table}"
        f" where validation_id in {in_force(feed)} and {condition}"
    )
