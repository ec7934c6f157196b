"""The answer check: an expected night against what the marts show."""

from collections.abc import Iterator
from typing import Any

# Rates are rounded to six decimals; half a step of rounding either way is no difference.
CLOSE = 1.5e-6
MISSING = "(none)"


def differences(expected: dict[str, Any], actual: dict[str, Any]) -> list[str]:
    """Return one line per difference: relation, key, column, expected, actual.

    Only relations that the expected night has are compared, and in a row only the columns that it has; a row
    that only one side has is a difference.
    """
    found: list[str] = []
    for relation, right in expected.items():
        if relation not in actual:
            found.append(f"{relation}: expected, but not there at all")
        else:
            found += _compare(relation, right, actual[relation])
    return found


def _compare(relation: str, expected: Any, actual: Any) -> Iterator[str]:
    if not isinstance(expected, dict):
        if expected != actual:
            yield f"{relation}: expected {expected!r}, actual {actual!r}"
        return
    for key in sorted({*expected, *actual}):
        if key not in actual:
            yield f"{relation} | {key}: expected {_short(expected[key])}, actual {MISSING}"
        elif key not in expected:
            yield f"{relation} | {key}: expected {MISSING}, actual {_short(actual[key])}"
        else:
            yield from _row(relation, key, "", expected[key], actual[key])


def _row(relation: str, key: str, column: str, expected: Any, actual: Any) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        # A map from places to counts must match in both directions, a row only in the columns expected.
        names = {*expected, *actual} if column == "where" else set(expected)
        for name in sorted(names):
            inner = f"{column}[{name}]" if column else str(name)
            yield from _row(relation, key, inner, expected.get(name, MISSING), actual.get(name, MISSING))
    elif not _same(expected, actual):
        yield f"{relation} | {key} | {column or 'value'}: expected {expected!r}, actual {actual!r}"


def _same(expected: Any, actual: Any) -> bool:
    """Compare two cells; numbers by value, so that 1, 1.0 and Decimal(1) are one."""
    if isinstance(expected, bool) or expected is None or isinstance(expected, str):
        return bool(expected == actual)
    if actual is None or isinstance(actual, str):
        return False
    if isinstance(expected, int):
        return bool(expected == actual)
    return abs(float(expected) - float(actual)) <= CLOSE


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
