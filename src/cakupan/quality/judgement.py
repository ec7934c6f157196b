"""Judges every rule of a delivery: by what Great Expectations says of it, beside what the pass counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cakupan.quality import comparison
from cakupan.quality.comparison import Predecessor
from cakupan.quality.counts import Counts
from cakupan.quality.gx_context import NotJudged, as_expectation, delivery_batch, error_message, great_expectations
from cakupan.quality.gx_counts import GxCount
from cakupan.quality.rule import Rule
from cakupan.quality.suite import Suite


@dataclass(frozen=True)
class RuleResult:
    """What was said of one rule."""

    rule: Rule
    success: bool
    checked_rows: int
    failed_rows: int
    observed: str
    unexpected_rows: int | None = None
    """Of a rule on rows: those that break it by the pass, repeated ones included; only these two are held together."""
    recounted_rows: int | None = None
    """The same by Great Expectations."""

    @property
    def disagrees(self) -> bool:
        """Whether the pass and Great Expectations counted otherwise."""
        return self.unexpected_rows != self.recounted_rows


@dataclass(frozen=True)
class DeliveryFigures:
    """A delivery in numbers: what the rules on whole deliveries judge."""

    delivered_rows: int
    quarantined_rows: int
    accepted_rows: int
    duplicate_rows: int
    new_columns: int
    before: Predecessor | None
    """Of the delivery in force before; None where there is none."""
    median_on: date | None = None
    comes_again: bool = False
    """The same bytes were accepted before."""
    rules_counted_otherwise: int = 0
    """Rules on rows of which the pass and Great Expectations count other numbers of failing rows."""

    @property
    def lost_share(self) -> float:
        """Rows missing against the delivery before, as a share of that one's."""
        return comparison.lost_share(self, self.before)

    @property
    def days_older(self) -> int:
        """By how many days its dates lie before those of the delivery before."""
        return comparison.days_older(self, self.before)

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
        """Return the figures by the names the rules use."""
        return {
            "delivered_rows": self.delivered_rows,
            "nothing_accepted": self.nothing_accepted,
            "lost_share": self.lost_share,
            "days_older": self.days_older,
            "quarantined_share": self.quarantined_share,
            "new_columns": self.new_columns,
            "rules_counted_otherwise": self.rules_counted_otherwise,
        }


def judge_rows(suite: Suite, counts: Counts, recounts: Mapping[str, GxCount]) -> list[RuleResult]:
    """Hold what the pass counted of each rule on rows beside what Great Expectations says of it.

    The word of Great Expectations decides, but for one case: a rule that only repeated rows break holds, because they
    count for nothing (a NIK typed as a number, in a row that is there again with the NIK as text).
    """
    rules = {rule.rule_id: rule for rule in (*suite.row_rules, suite.key_rule)}
    results = []
    for rule_id, rule in rules.items():
        failed, unexpected, said = counts.broken.get(rule_id, 0), counts.unexpected.get(rule_id, 0), recounts[rule_id]
        only_repeated = not failed and unexpected == said.unexpected_rows
        results.append(
            RuleResult(
                rule=rule,
                success=said.success or only_repeated,
                checked_rows=counts.delivered - counts.duplicates,
                failed_rows=failed,
                observed=str(failed),
                unexpected_rows=unexpected,
                recounted_rows=said.unexpected_rows,
            )
        )
    return results


def judge_delivery(suite: Suite, figures: DeliveryFigures) -> list[RuleResult]:
    """Have the rules on the whole delivery judged by its figures; raises NotJudged where the library cannot."""
    rules = {rule.rule_id: rule for rule in suite.delivery_rules}
    row = figures.row()
    # Asked for a column that is not there, the library spends minutes on its own error message.
    if unknown := sorted({rule.column or "" for rule in rules.values()} - row.keys()):
        raise NotJudged(f"{suite.name}: no such figure: {unknown}")
    said = _validate(suite.delivery_rules, row)
    if said.keys() != rules.keys():
        raise NotJudged(f"{suite.name}: no judgement on {sorted(rules.keys() ^ said.keys())}")
    return [
        RuleResult(
            rule=rule,
            success=said[rule_id],
            checked_rows=figures.delivered_rows,
            failed_rows=0,
            observed=f"{row[rule.kwargs['column']]:.12g}",
        )
        for rule_id, rule in rules.items()
    ]


def _validate(rules: Sequence[Rule], row: Mapping[str, float]) -> dict[str, bool]:
    suite = great_expectations().ExpectationSuite(name="figures", expectations=[as_expectation(rule) for rule in rules])
    batch = delivery_batch().get_batch(batch_parameters={"dataframe": _frame(row)})
    results = batch.validate(suite, result_format="BASIC").results
    said = {}
    for result in results:
        rule_id = result.expectation_config.meta["rule_id"]
        if message := error_message(result.exception_info):
            raise NotJudged(f"{rule_id}: {message}")
        said[rule_id] = bool(result.success)
    return said


def _frame(row: Mapping[str, float]) -> Any:
    import pandas as pd

    return pd.DataFrame([dict(row)])
