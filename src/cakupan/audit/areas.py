"""What a verification says of each area: what was checked, what was altered and where, what could not be checked."""

from __future__ import annotations

from dataclasses import dataclass, field

NAMED = 20
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
        alterations = [what] if isinstance(what, str) else what
        self.alterations += [f"{where}: {each}" for each in alterations[:NAMED]]
        if len(alterations) > NAMED:
            self.alterations.append(f"{where}: and {len(alterations) - NAMED} more")
