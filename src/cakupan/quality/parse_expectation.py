"""Great Expectations learns `expect_column_values_to_parse` by importing this module.

The nightly pass judges typed cells in SQL; this is the same rule for anyone who runs a suite over rows with Great
Expectations itself (as the tests do, to hold the pass against it). Cells are expected in normal form; NULL is no
failure.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics import ColumnMapMetricProvider, column_condition_partial

from cakupan.quality.cells import parses


class ColumnValuesParse(ColumnMapMetricProvider):  # type: ignore[misc]
    """Which cells parse as the kind."""

    condition_metric_name = "column_values.parse"
    condition_value_keys = ("kind", "spelling")

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column: pd.Series, kind: str, spelling: str | None, **_: Any) -> pd.Series:
        return column.map(lambda cell: parses(cell, kind, spelling)).astype(bool)


class ExpectColumnValuesToParse(ColumnMapExpectation):  # type: ignore[misc]
    """Every filled cell of a column is a value of its kind, spelled as declared."""

    kind: str
    spelling: str | None = None

    map_metric = "column_values.parse"
    success_keys = ("kind", "spelling", "mostly")
