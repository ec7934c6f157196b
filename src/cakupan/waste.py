"""How often Python searches for waste."""

from __future__ import annotations

import gc


def search_rarely() -> None:
    """Search for waste less often: what a night imports and reads it keeps, and that is a million objects."""
    gc.set_threshold(5_000, 10, 10)
