"""What decides what readers see, held against the record: as it is now, and from each recorded state to the next.

Between two nights of one program nothing of it changes, unless a migration or a person's signed word says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from psycopg import Connection

from cakupan.audit.accepting import enter_change, is_signed
from cakupan.audit.areas import Area, Changes
from cakupan.audit.differences import Cells, name_differences
from cakupan.audit.folder import Folder
from cakupan.audit.record import Record, read_record
from cakupan.ledger import copied, runs
from cakupan.ledger.definitions import DEFINITIONS, FORM, definitions, digest_of_definitions, program
from cakupan.ledger.digests import Digest
from cakupan.ledger.entries import Entry

_OTHERWISE = "was changed, and not by the program"


class NothingToAccept(ValueError):
    """Everything is as it was recorded."""


@dataclass(frozen=True)
class State:
    """The definitions as an entry recorded them."""

    entry: Entry
    digest: Digest
    form: int
    """Of what was asked then: earlier versions asked for less."""

    @property
    def run_id(self) -> int | None:
        """The run that recorded them, unless a change between two nights did."""
        return self.entry.facts.get("run_id")

    def is_explained_after(self, earlier: State) -> bool:
        """Tell whether the record says why they are not what they were."""
        facts = self.entry.facts
        if self.run_id is None:
            return is_signed(facts) and Digest.from_facts(facts["before"]) == earlier.digest
        brought_by_program = earlier.run_id is None or facts["program"] != earlier.entry.facts["program"]
        return self.digest == earlier.digest or brought_by_program


def check_definitions(connection: Connection[Any], record: Record, folder: Folder, area: Area) -> None:
    """Name in `area` what was defined otherwise than by the program; the program's own change is a note."""
    newest = last_state(record)
    if newest is None:
        area.notes.append("no night was published yet by a version that records definitions")
        return
    for earlier, later in unexplained(record):
        where = f"definitions, before entry {later.entry}"
        area.altered(where, _named_between(folder, earlier, later))
    for entry, names in referred_otherwise(record):
        area.altered(f"definitions, before entry {entry}", [f"{name} {_OTHERWISE}" for name in names])
    if newest.form != FORM:
        area.notes.append("an earlier version recorded less of the definitions: compared from the next night on")
        return
    area.checked = f"{newest.digest.rows} views, functions, grants, roles and others"
    if (program_then := newest.entry.facts["program"]) != (now := program()):
        changed = ", ".join(name for name in now if now[name] != program_then.get(name))
        area.notes.append(f"the program is not the one that recorded them last: other files in {changed}")
    current = runs.current_run(connection)
    if program_then != now and current and runs.run_state(connection, current.run_id) != "PUBLISHED":
        # Of one program a night defines nothing otherwise, and is no cover for somebody who does.
        area.not_compared.append(f"run {current.run_id} of another program is being built, or was left unfinished")
        return
    with connection.transaction():
        if digest_of_definitions(connection) != newest.digest:
            marks = None if newest.run_id is None else folder.marks("runs", newest.run_id).get(DEFINITIONS)
            area.altered("definitions", name_differences(connection, definitions(), marks, _worded))


def accept(connection: Connection[Any], folder: Folder, by: str, why: str) -> None:
    """Enter that a person answers for what was defined otherwise than by the program.

    Raises ValueError where nobody is named, NothingToAccept where nothing was.
    """
    if not by.strip() or not why.strip():
        raise ValueError("who accepts a change names themselves and the grounds")
    record = read_record(connection, folder, Area("ledger"))
    newest = last_state(record)
    accepts = sorted(
        {later.entry.entry_no for _, later in unexplained(record)}
        | {entry.entry_no for entry, _ in referred_otherwise(record)}
    )
    if newest is None or (not accepts and digest_of_definitions(connection) == newest.digest):
        raise NothingToAccept("all definitions are as the program made them: there is nothing to accept")
    enter_change(connection, newest.digest, by.strip(), why.strip(), accepts)


def last_state(record: Record) -> State | None:
    """Return the definitions as they were recorded last; None before a night was published."""
    return next(reversed(list(states(record))), None)


def states(record: Record) -> Iterator[State]:
    """Return the definitions as the record knows them, oldest first."""
    for entry in record.entries:
        facts = entry.facts
        is_change = facts.get("kind") == DEFINITIONS
        if recorded := facts.get("after") if is_change else facts.get("standing", {}).get(DEFINITIONS):
            yield State(entry, Digest.from_facts(recorded), recorded.get("form", 1))


def unexplained(record: Record) -> Iterator[tuple[State, State]]:
    """Find states that the record does not explain and nobody has accepted, each with the one before."""
    accepted = _accepted(record)
    for earlier, later in pairwise(states(record)):
        if not later.is_explained_after(earlier) and later.entry.entry_no not in accepted:
            yield earlier, later


def referred_otherwise(record: Record) -> Iterator[tuple[Entry, list[str]]]:
    """Find publications that nights of one program made with other reference data, which nobody has accepted."""
    accepted = _accepted(record)
    for earlier, later in pairwise(entry for entry in record.entries if entry.facts.get("kind") == "publication"):
        was, now = earlier.facts, later.facts
        names = sorted(name for name in was["standing"] if name.startswith("reference."))
        if was.get("program") == now.get("program") and later.entry_no not in accepted:
            other = [name for name in names if _root(was, name) != _root(now, name)]
            if other:
                yield later, other


def _root(facts: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    said = facts["standing"].get(name, {})
    return said.get("rows"), said.get("root")


def _accepted(record: Record) -> set[int]:
    """Return the numbers of the entries that a person answers for."""
    return {number for facts in filter(is_signed, record.of(DEFINITIONS)) for number in facts["accepts"]}


def _named_between(folder: Folder, earlier: State, later: State) -> Changes:
    """Name what changed from one night to another by what was kept of both."""
    kept = [
        {line for _, line in marks.rows()}
        for state in (earlier, later)
        if state.run_id is not None and (marks := folder.marks("runs", state.run_id).get(DEFINITIONS))
    ]
    changed = sorted({copied.cells(line)[0] or "" for line in kept[0] ^ kept[1]}) if len(kept) == 2 else []
    return Changes([f"{name} {_OTHERWISE}" for name in changed] or ["changed, and not by the program"])


def _worded(now: Cells, was: Cells | None) -> str:
    if was is None or was is now or len(was) < 2:
        return str(now[0])
    return f"{now[0]} was {_short(was[1])}, is {_short(now[1])}"


def _short(cell: str | None) -> str:
    return repr(cell if cell is None or len(cell) <= 160 else cell[:157] + "…")
