"""Texts that a spreadsheet would take for a formula, and how one is written so that it does not."""

from __future__ import annotations

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the beginning of a formula."""


def inert(text: str) -> str:
    """Return the text as a cell of a CSV that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(BEGINNINGS) else text
