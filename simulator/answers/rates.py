"""Rates as the marts show them."""

from decimal import ROUND_HALF_UP, Decimal


def rate(part: int | None, whole: int | None) -> float | None:
    """Divide: "rounded to 6 decimals; a rate with denominator 0 is NULL", and so is one of a figure nobody gave."""
    if part is None or not whole:
        return None
    return float((Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"), ROUND_HALF_UP))


def less(whole: int | None, part: int | None) -> int | None:
    """Subtract; what is computed from a figure that nobody gave is NULL."""
    return None if whole is None or part is None else whole - part


def gap(target: int | None, reached: int | None) -> int | None:
    """Compute "gap_to_target (never below 0)"."""
    missing = less(target, reached)
    return None if missing is None else max(0, missing)
