"""Rates as the marts show them."""

from decimal import ROUND_HALF_UP, Decimal


def rate(part: int, whole: int) -> float | None:
    """ "Rates are rounded to 6 decimals; a rate with denominator 0 is NULL"."""
    if whole == 0:
        return None
    return float((Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"), ROUND_HALF_UP))
