"""One expectation as declared: its type, its arguments, its severity, and what people read of it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from cakupan.bilingual import Text
from cakupan.feeds import Strict

Severity = Literal["critical", "warning", "info"]
Cadence = Literal["snapshot", "increment", "occasional"]
NOT_NULL = "expect_column_values_to_not_be_null"
IN_SET = "expect_column_values_to_be_in_set"
REGEX = "expect_column_values_to_match_regex"
PARSE = "expect_column_values_to_parse"
ROWS = "unexpected_rows_expectation"
UNIQUE = "expect_column_values_to_be_unique"
COMPOUND_UNIQUE = "expect_compound_columns_to_be_unique"
AT_MOST = "expect_column_max_to_be_between"
AT_LEAST = "expect_column_min_to_be_between"

KWARGS: dict[str, frozenset[str]] = {
    NOT_NULL: frozenset({"column"}),
    IN_SET: frozenset({"column", "value_set"}),
    REGEX: frozenset({"column", "regex"}),
    PARSE: frozenset({"column", "kind", "spelling"}),
    ROWS: frozenset({"unexpected_rows_query"}),
    UNIQUE: frozenset({"column"}),
    COMPOUND_UNIQUE: frozenset({"column_list"}),
    AT_MOST: frozenset({"column", "max_value"}),
    AT_LEAST: frozenset({"column", "min_value"}),
}
DELIVERY_TYPES = frozenset({AT_MOST, AT_LEAST})
KEY_TYPES = frozenset({UNIQUE, COMPOUND_UNIQUE})
ROWS_FORM = "select * from {batch} where …"
_ROWS_QUERY = re.compile(r"^select \* from \{batch\} where (.+)$", re.DOTALL)


def condition_of(query: str) -> str:
    """Take the condition out of a query of the form of ROWS_FORM; empty where it has another."""
    found = _ROWS_QUERY.match(query)
    return found.group(1).strip() if found else ""


class Meta(Strict):
    """What people read of a rule."""

    rule_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")]
    says: str
    says_id: str
    code: str | None = None
    """The reason code that a failure gives a delivery; of a rule on rows that is only reported, the remark's code."""
    cadences: tuple[Cadence, ...] = ("snapshot", "increment", "occasional")
    """For rules on whole deliveries: the feeds they hold for."""

    @property
    def sentence(self) -> Text:
        """What the rule says, in both languages."""
        return Text(self.says_id, self.says)


class Rule(Strict):
    """One expectation."""

    type: str
    kwargs: dict[str, Any]
    severity: Severity
    meta: Meta

    @property
    def rule_id(self) -> str:
        """The rule's one name: in quarantine, results, reports and tests."""
        return self.meta.rule_id

    @property
    def on_delivery(self) -> bool:
        """Whether the rule judges the delivery as a whole, by its figures."""
        return self.type in DELIVERY_TYPES

    @property
    def on_key(self) -> bool:
        """Whether the rule is the feed's key."""
        return self.type in KEY_TYPES

    @property
    def column(self) -> str | None:
        """The column judged, where it is one."""
        return self.kwargs.get("column")

    @property
    def where(self) -> str:
        """The condition of an unexpected-rows rule, as SQL over one row."""
        return condition_of(self.kwargs["unexpected_rows_query"])

    @field_validator("kwargs")
    @classmethod
    def _listed_as_text(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Make text of what a list closes, however YAML took it: cells are text."""
        if "value_set" in kwargs:
            return {**kwargs, "value_set": [str(value) for value in kwargs["value_set"]]}
        return kwargs

    @model_validator(mode="after")
    def _known(self) -> Rule:
        if self.type not in KWARGS:
            raise ValueError(f"{self.rule_id}: unknown type {self.type}")
        if unknown := set(self.kwargs) - KWARGS[self.type]:
            raise ValueError(f"{self.rule_id}: unknown arguments {sorted(unknown)}")
        if self.type == ROWS and not self.where:
            raise ValueError(f"{self.rule_id}: not of the form {ROWS_FORM!r}")
        return self
