"""Great Expectations as it is used here: one context for each process, and the batches that rules are judged over.

The library is slow to import (seconds) and only needed where something is judged, so it is imported then and its
context is kept.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from cakupan.quality.gx_connection import LentConnection
from cakupan.quality.rule import Rule


class NotJudged(RuntimeError):
    """Great Expectations could not say whether a rule holds."""


@cache
def great_expectations() -> Any:
    """Import the library, quiet and with the expectations it is taught here."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as library

    import cakupan.quality.expectations  # noqa: F401 - registers expectations

    # This one has a level of its own, set when it is imported.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    return library


@cache
def context() -> Any:
    """Make the context of this process, which leaves nothing on disk."""
    made = great_expectations().get_context(mode="ephemeral")
    made.variables.progress_bars = {"globally": False}
    return made


@cache
def delivery_batch() -> Any:
    """Define batches of one row: the figures of a delivery."""
    asset = context().data_sources.add_pandas("figures").add_dataframe_asset("delivery")
    return asset.add_batch_definition_whole_dataframe("one row")


@cache
def lent_connection() -> LentConnection:
    """Make the connection that Great Expectations asks the warehouse through."""
    return LentConnection()


@cache
def warehouse_source() -> Any:
    """Name the warehouse to the library: over whatever connection is lent, and no other."""
    from sqlalchemy import StaticPool

    engine = {
        "creator": lent_connection,
        "poolclass": StaticPool,
        "pool_reset_on_return": None,
        "use_native_hstore": False,
    }
    nowhere = "postgresql+psycopg://lent:@lent/lent"  # the library asks for an address, which `creator` makes needless
    return context().data_sources.add_postgres("warehouse", connection_string=nowhere, kwargs=engine)


def as_expectation(rule: Rule, **instead: Any) -> dict[str, Any]:
    """Write the rule as the library reads it: its own type, arguments and severity, but for what `instead` names."""
    own = {"type": rule.type, "kwargs": rule.kwargs, "severity": rule.severity, "meta": {"rule_id": rule.rule_id}}
    return own | instead


def error_message(info: Mapping[str, Any]) -> str:
    """Tell what the library could not do; it says so for the rule, or for each figure the rule needs."""
    told = [info] if "raised_exception" in info else list(info.values())
    return "; ".join(str(one["exception_message"]) for one in told if one["raised_exception"])
