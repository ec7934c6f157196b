"""What Great Expectations is taught by importing this module: the expectation that cells parse, and a count of rows.

`expect_column_values_to_parse` judges by the form of a value (`forms`), never by the functions that the pass reads
cells with. Cells are expected in normal form; NULL is no failure.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine import PandasExecutionEngine, SqlAlchemyExecutionEngine
from great_expectations.expectations.core import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics import ColumnMapMetricProvider, column_condition_partial
from great_expectations.expectations.metrics.metric_provider import metric_partial
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from sqlalchemy import ColumnElement, case, func, literal_column

from cakupan.quality.forms import form
from cakupan.quality.rule import condition_of

UNEXPECTED_ROWS = "unexpected_rows.count"


class ColumnValuesParse(ColumnMapMetricProvider):  # type: ignore[misc]
    """Which cells parse as the kind."""

    condition_metric_name = "column_values.parse"
    condition_value_keys = ("kind", "spelling")

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column: pd.Series, kind: str, spelling: str | None, **_: Any) -> pd.Series:
        if kind == "json":
            return column.map(_is_json).astype(bool)
        pattern = re.compile(form(kind, spelling))
        return column.map(lambda cell: bool(pattern.fullmatch(cell))).astype(bool)

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)  # type: ignore[untyped-decorator]
    def _sql(cls, column: ColumnElement[str], kind: str, spelling: str | None, **_: Any) -> ColumnElement[bool]:
        # Whether a text is JSON is PostgreSQL's word alone.
        return func.quality.to_json(column).is_not(None) if kind == "json" else column.op("~")(form(kind, spelling))


class ExpectColumnValuesToParse(ColumnMapExpectation):  # type: ignore[misc]
    """Every filled cell of a column is a value of its kind, spelled as declared."""

    kind: str
    spelling: str | None = None

    map_metric = "column_values.parse"
    success_keys = ("kind", "spelling", "mostly")


class UnexpectedRowsCount(TableMetricProvider):  # type: ignore[misc]
    """How many rows a query of the form `select * from {batch} where …` finds, as a part of the query for all rules."""

    metric_name = UNEXPECTED_ROWS
    value_keys = ("unexpected_rows_query",)

    @metric_partial(  # type: ignore[untyped-decorator]
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sql(
        cls, metric_domain_kwargs: dict[str, Any], metric_value_kwargs: dict[str, Any], **_: Any
    ) -> tuple[ColumnElement[int], dict[str, Any], dict[str, Any]]:
        condition = condition_of(metric_value_kwargs["unexpected_rows_query"])
        broken: ColumnElement[bool] = literal_column(f"({condition})")
        return func.sum(case((broken, 1), else_=0)), metric_domain_kwargs, {}


class CountedUnexpectedRowsExpectation(UnexpectedRowsExpectation):  # type: ignore[misc]
    """An `unexpected_rows_expectation` of one condition, counted in one query with all others.

    The library's own asks two queries for each such rule, over the whole table.
    """

    metric_dependencies = (UNEXPECTED_ROWS,)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        rows = metrics[UNEXPECTED_ROWS] or 0
        return {"success": rows == 0, "result": {"observed_value": rows}}


def _is_json(cell: str) -> bool:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(cell, parse_constant=refuse)
    except ValueError:
        return False
    return True
