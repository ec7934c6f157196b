"""The gate: Great Expectations judges the figures of the pass, one expectation for each declared rule.

Its library is slow to import (seconds) and is only needed here, so it is imported at the first judgement of a process
and its context is kept.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from cakupan.quality import limits
from cakupan.quality.limits import Measures
from cakupan.quality.rule import AT_MOST, Rule
from cakupan.quality.suite import Suite


class GateError(RuntimeError):
    """Great Expectations could not say whether a rule holds."""


@dataclass(frozen=True)
class Result:
    """What was said of one rule."""

    rule: Rule
    success: bool
    checked_rows: int
    failed_rows: int
    observed: str


@dataclass(frozen=True)
class Figures:
    """A delivery in numbers: what the rules on whole deliveries judge."""

    delivered_rows: int
    quarantined_rows: int
    accepted_rows: int
    duplicate_rows: int
    new_columns: int
    before: Measures | None
    """Of the delivery in force before; None where there is none."""
    median_on: date | None = None
    comes_again: bool = False
    """The same bytes were accepted before."""

    @property
    def lost_share(self) -> float:
        """Rows missing against the delivery before, as a share of that one's."""
        return limits.lost_share(self, self.before)

    @property
    def days_older(self) -> int:
        """By how many days its dates lie before those of the delivery before."""
        return limits.days_older(self, self.before)

    @property
    def all_repeated(self) -> bool:
        """Whether rows were delivered and each of them was let in before."""
        only_repeats = self.comes_again or self.duplicate_rows == self.delivered_rows
        return self.delivered_rows > 0 and not self.accepted_rows and only_repeats

    @property
    def nothing_accepted(self) -> bool:
        """Whether rows were delivered and nothing became of them."""
        return self.delivered_rows > 0 and not self.accepted_rows and not self.all_repeated

    @property
    def quarantined_share(self) -> float:
        """Quarantined rows as a share of the delivered ones."""
        return self.quarantined_rows / self.delivered_rows if self.delivered_rows else 0.0

    def row(self) -> dict[str, float]:
        """The figures by the names the rules use."""
        return {
            "delivered_rows": self.delivered_rows,
            "nothing_accepted": self.nothing_accepted,
            "lost_share": self.lost_share,
            "days_older": self.days_older,
            "quarantined_share": self.quarantined_share,
            "new_columns": self.new_columns,
        }


def judge(suite: Suite, figures: Figures, broken: Mapping[str, int]) -> list[Result]:
    """Have every rule of the suite judged; raises GateError where Great Expectations fails to."""
    rules = {rule.rule_id: rule for rule in suite.expectations}
    row: dict[str, float] = dict(figures.row())
    row.update({rule_id: broken.get(rule_id, 0) for rule_id, rule in rules.items() if not rule.on_delivery})
    expectations = [_expectation(rule) for rule in rules.values()]
    # Asked for a column that is not there, the library spends minutes on its own error message.
    if unknown := sorted({expectation["kwargs"]["column"] for expectation in expectations} - row.keys()):
        raise GateError(f"{suite.name}: no such figure: {unknown}")
    said = _validate(expectations, row)
    if said.keys() != rules.keys():
        raise GateError(f"{suite.name}: no judgement on {sorted(rules.keys() ^ said.keys())}")
    once = figures.delivered_rows - figures.duplicate_rows
    return [
        Result(
            rule=rule,
            success=said[rule_id],
            checked_rows=figures.delivered_rows if rule.on_delivery else once,
            failed_rows=0 if rule.on_delivery else broken.get(rule_id, 0),
            observed=f"{row[rule.kwargs['column'] if rule.on_delivery else rule_id]:.12g}",
        )
        for rule_id, rule in rules.items()
    ]


def _expectation(rule: Rule) -> dict[str, Any]:
    """The rule over the figures: rules on the delivery as declared, the others as "no row breaks it"."""
    if rule.on_delivery:
        kind, kwargs = rule.type, rule.kwargs
    else:
        kind, kwargs = AT_MOST, {"column": rule.rule_id, "max_value": 0}
    return {
        "type": kind,
        "kwargs": kwargs,
        "severity": rule.severity,
        "meta": {"rule_id": rule.rule_id, "declared": rule.type},
    }


def _validate(expectations: list[dict[str, Any]], row: Mapping[str, float]) -> dict[str, bool]:
    library, batches = _great_expectations()
    suite = library.ExpectationSuite(name="figures", expectations=expectations)
    batch = batches.get_batch(batch_parameters={"dataframe": _frame(row)})
    results = batch.validate(suite, result_format="BASIC").results
    said = {}
    for result in results:
        rule_id = result.expectation_config.meta["rule_id"]
        if message := _error(result.exception_info):
            raise GateError(f"{rule_id}: {message}")
        said[rule_id] = bool(result.success)
    return said


def _error(info: Mapping[str, Any]) -> str:
    """What the library could not do; it says so for the rule, or for each figure the rule needs."""
    told = [info] if "raised_exception" in info else list(info.values())
    return "; ".join(str(one["exception_message"]) for one in told if one["raised_exception"])


def _frame(row: Mapping[str, float]) -> Any:
    import pandas as pd

    return pd.DataFrame([dict(row)])


@cache
def _great_expectations() -> tuple[Any, Any]:
    """The library and, in a context of this process alone, a definition of batches made of a data frame."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as library

    # This one has a level of its own, set when it is imported.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)

    context = library.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("figures").add_dataframe_asset("delivery")
    return library, asset.add_batch_definition_whole_dataframe("one row")
