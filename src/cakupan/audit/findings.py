"""What a verification says: for each area what was checked, what was altered and where, and what could not be told."""

from __future__ import annotations

from dataclasses import dataclass, field

TOLD = 20
"""Alterations of one place that are named one by one."""


@dataclass
class Area:
    """One area of the verification."""

    name: str
    checked: str = ""
    alterations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def altered(self, where: str, what: list[str] | str) -> None:
        """Name alterations of one place, the first of many one by one."""
        told = [what] if isinstance(what, str) else what
        self.alterations += [f"{where}: {each}" for each in told[:TOLD]]
        if len(told) > TOLD:
            self.alterations.append(f"{where}: and {len(told) - TOLD} more")
