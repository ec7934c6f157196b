"""What a verification says of each area: what was checked, what was altered and where, what could not be checked."""

from __future__ import annotations

from dataclasses import dataclass, field

NAMED = 20
"""Alterations of one place that are named one by one."""


@dataclass(frozen=True)
class Changes:
    """What differs in one place: the changes that are named, and how many more there are."""

    named: list[str] = field(default_factory=list)
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.named)


@dataclass
class Area:
    """One area of the verification."""

    name: str
    checked: str = ""
    alterations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)
    """What could not be compared now, though it was recorded: nobody may take that for untouched."""

    def altered(self, where: str, what: Changes | list[str] | str) -> None:
        """Name alterations of one place, the first of many one by one."""
        changes = what if isinstance(what, Changes) else Changes([what] if isinstance(what, str) else what)
        self.alterations += [f"{where}: {each}" for each in changes.named[:NAMED]]
        more = len(changes.named[NAMED:]) + changes.more
        if more:
            self.alterations.append(f"{where}: and {more} more")
