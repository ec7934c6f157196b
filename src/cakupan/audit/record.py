"""The record as far as it can be trusted: the database's entries held against what was signed and kept outside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from cakupan.audit.areas import Area
from cakupan.audit.folder import Folder
from cakupan.audit.keys import signing_key
from cakupan.audit.restarts import WITHOUT_WORD, disowned, is_signed, made_by_others
from cakupan.audit.sealing import Signed, newest, signed_checkpoints
from cakupan.ledger.entries import Entry, authentic_since, canonical
from cakupan.ledger.merkle import leaf_hash, node_hash, root

_OF_A_DELIVERY = {"delivery_id": int, "agency": str, "feed": str, "business_date": str, "sha256": str}
_DECIDED = {"delivery_id": int, "validation_id": int, "by": str, "why": str}
SAID: dict[str, dict[str, type]] = {
    "opening": {"last_delivery_id": int, "last_run_id": int, "last_validation_id": int},
    "delivery": {**_OF_A_DELIVERY, "original_name": str, "size_bytes": int},
    "validation": {
        **_OF_A_DELIVERY, "validation_id": int, "landed_rows": int, "rows_root": str, "columns": list,
        "decisions": dict,
    },
    "correction": {"delivery_id": int, "corrects": int, "workbook_sha256": str, "by": str},
    "access": {"access": str, "agency": str, "by": str, "why": str},
    "release": _DECIDED,
    "rejection": _DECIDED,
    "publication": {
        "run_id": int, "as_of_date": str, "inputs": str, "columns": dict, "relations": dict, "facts": dict,
        "standing": dict,
    },
    "restart": {"by": str, "why": str, "given_up": list},
    "definitions": {"by": str, "why": str, "before": dict, "after": dict, "accepts": list, "program": dict},
    "destruction": {**_OF_A_DELIVERY, "landed_rows": int, "set_aside": int, "years": int},
    "removal": {"up_to": int},
    "erasure": {"by": str, "why": str, "case": str, "rows": int, "digest": str},
    "rotation": {"by": str, "why": str, "key_no": int},
    "books": {"to": str, "parts": dict},
    "read": {"who": str, "reason": str, "what": dict},
}  # fmt: skip
"""What an entry of each kind says that is read again."""


@dataclass
class Record:
    """The entries to believe, and those that a restored or shortened database lacks."""

    entries: list[Entry] = field(default_factory=list)
    lost: list[Entry] = field(default_factory=list)
    sealed: int = 0
    """Entries under the newest checkpoint."""

    def of(self, kind: str) -> Iterator[dict[str, Any]]:
        """Return what the entries of a kind say, oldest first."""
        return (entry.facts for entry in self.entries if entry.facts.get("kind") == kind)

    def lost_numbers(self, kind: str, name: str) -> set[Any]:
        """Return what the lost entries of a kind say of one fact."""
        return {entry.facts.get(name) for entry in self.lost if entry.facts.get("kind") == kind}

    def opening(self, name: str) -> int:
        """Return the newest number that was there before the record."""
        return int(next(self.of("opening"), {}).get(name, 0))


def read_record(connection: Connection[Any], folder: Folder, area: Area) -> Record:
    """Read the record and name in `area` whatever was altered in it, in its checkpoints and in its files."""
    # The folder is read first: what is sealed meanwhile must not look like entries that the database lacks.
    valid, wrong = signed_checkpoints(connection, folder, signing_key().verifier)
    held = _held(connection, area)
    area.alterations += [f"checkpoint {each}" for each in wrong]
    last = newest(valid)
    _compare_checkpoints(valid, area)
    if last is None:
        area.notes.append("no checkpoint was signed yet: nothing vouches for the record. Run: cakupan ledger seal")
        return _by_program(Record([Entry(number, body) for number, body in sorted(held.items())]), area)
    size = last.checkpoint.size
    leaves = folder.leaves()[:size]
    if len(leaves) != size or root(leaves) != last.checkpoint.root:
        what = "is missing" if not leaves else "does not lead to the root of the newest checkpoint"
        area.altered(str(folder.root / "leaves"), f"{what} ({last.where}): it names no altered entry")
        leaves = _leaves_of(held, valid, area)
    else:
        _compare_roots(leaves, valid, area)
    record = _by_program(_trusted(held, leaves, folder.entries(), last, area), area)
    area.notes += [_restarted(facts) for facts in filter(is_signed, record.of("restart"))]
    return record


def _by_program(record: Record, area: Area) -> Record:
    """Take out of the record what others made."""
    others = made_by_others(record.entries, record.sealed, authentic_since(record.entries))
    for entry in others:
        area.altered(f"entry {entry}", f"was not made by the program: {WITHOUT_WORD}; it is not believed")
    gone = disowned(record.entries) | {entry.entry_no for entry in others}
    record.entries = [entry for entry in record.entries if entry.entry_no not in gone]
    return record


def _restarted(facts: Mapping[str, Any]) -> str:
    told = [f"restarted {facts['recorded_at']} by {facts['by']}: {facts['why']}"]
    if facts["given_up"]:
        told.append(
            f"given up: the checkpoints of {', '.join(str(each['size']) for each in facts['given_up'])} entries"
        )
    if facts["disowned"]:
        told.append(f"not made by the warehouse, and not believed: entries {', '.join(map(str, facts['disowned']))}")
    return "; ".join(told)


def _held(connection: Connection[Any], area: Area) -> dict[int, str]:
    """Return the database's entries by number, their columns held against their own text."""
    held = {}
    for number, kind, at, body in connection.execute("select entry_no, kind, recorded_at, body from ledger.entry"):
        facts = Entry(number, body).facts
        if facts.get("kind") != kind or facts.get("recorded_at") != json.loads(canonical({"at": at}))["at"]:
            area.altered(f"entry {Entry(number, body)}", "its columns say another kind or time than its body")
        held[number] = body
    return held


def _compare_checkpoints(valid: Sequence[Signed], area: Area) -> None:
    """Find two roots for one size: one key signed two records."""
    roots: dict[int, Signed] = {}
    for signed in valid:
        first = roots.setdefault(signed.checkpoint.size, signed)
        if first.checkpoint.root != signed.checkpoint.root:
            area.altered(
                f"checkpoint {signed.where}",
                f"signs another record of {signed.checkpoint.size} entries than {first.where}",
            )


def _compare_roots(leaves: Sequence[bytes], valid: Sequence[Signed], area: Area) -> None:
    """Hold every older checkpoint to the same record."""
    roots = dict(_roots(leaves, {signed.checkpoint.size for signed in valid}))
    for signed in valid:
        if roots.get(signed.checkpoint.size, signed.checkpoint.root) != signed.checkpoint.root:
            area.altered(f"checkpoint {signed.where}", "the newest checkpoint does not continue it")


def _roots(leaves: Sequence[bytes], sizes: set[int]) -> Iterator[tuple[int, bytes]]:
    """Compute the root at each size, in one pass: whole subtrees are kept as they grow."""
    subtrees: list[tuple[int, bytes]] = []
    for size, leaf in enumerate(leaves, 1):
        subtrees.append((1, leaf))
        while len(subtrees) > 1 and subtrees[-1][0] == subtrees[-2][0]:
            (count, left), (_, right) = subtrees[-2:]
            subtrees[-2:] = [(2 * count, node_hash(left, right))]
        if size in sizes:
            whole = subtrees[-1][1]
            for _, left in reversed(subtrees[:-1]):
                whole = node_hash(left, whole)
            yield size, whole


def _leaves_of(held: dict[int, str], valid: Sequence[Signed], area: Area) -> list[bytes]:
    """Take the database's own leaves, for want of the file, and tell between which checkpoints they miss the root."""
    leaves = [Entry(number, held[number]).leaf for number in range(len(held)) if number in held]
    roots = dict(_roots(leaves, {signed.checkpoint.size for signed in valid}))
    good = 0
    for signed in valid:
        size = signed.checkpoint.size
        if size not in roots:
            break
        if roots[size] != signed.checkpoint.root:
            area.altered("ledger.entry", f"one or more of the entries {good} to {size - 1} were altered or removed")
            break
        good = size
    return leaves


def _trusted(held: dict[int, str], leaves: Sequence[bytes], kept: Sequence[str], last: Signed, area: Area) -> Record:
    size = last.checkpoint.size
    record, missing = Record(sealed=size), []
    for number in range(size):
        leaf = leaves[number] if number < len(leaves) else b""
        body = held.get(number)
        entry = Entry(number, body or "")
        if body is None or entry.leaf != leaf:
            before = kept[number] if number < len(kept) and leaf_hash(kept[number].encode()) == leaf else None
            entry = Entry(number, before or body or "")
            if body is None:
                missing.append(entry)
                continue
            if leaf:
                area.altered(f"entry {entry}", _difference(before, body))
        if body is None or not leaf or entry.leaf == leaf:
            record.entries.append(entry)
    above = sorted(number for number in held if number >= size)
    if missing and not above and missing[0].entry_no == size - len(missing):
        record.lost = missing
        area.altered(f"checkpoint {last.where}", _older(record, size))
        area.altered("the record lacks", [f"entry {entry}" for entry in missing])
    else:
        for entry in missing:
            area.altered(f"entry {entry}", "was removed")
            record.entries.append(entry)
    for number in sorted(set(range(size, above[-1] + 1 if above else size)) - set(above)):
        area.altered(f"entry {number}", "was removed before it was sealed: entries after it are there")
    record.entries += [Entry(number, held[number]) for number in above]
    record.entries.sort(key=lambda entry: entry.entry_no)
    for entry in [entry for entry in record.entries if not _is_whole(entry.facts)]:
        area.altered(f"entry {entry}", "does not say what an entry of its kind says; it was not made by the warehouse")
        record.entries.remove(entry)
    if above:
        area.notes.append(f"{len(above)} entries since the newest checkpoint are signed with the next seal")
    return record


def _is_whole(facts: dict[str, Any]) -> bool:
    """Tell whether an entry says all that others will ask of it."""
    return all(isinstance(facts.get(name), kind) for name, kind in SAID.get(facts.get("kind", ""), {"": str}).items())


def _difference(before: str | None, now: str) -> str:
    """Tell what an altered entry said and says."""
    if before is None:
        return "was altered; what it said is not known"
    was, says = Entry(0, before).facts, Entry(0, now).facts
    names = sorted(name for name in was.keys() | says.keys() if was.get(name) != says.get(name))
    changes = [f"{name} was {_short(was.get(name))}, is {_short(says.get(name))}" for name in names]
    return "was altered: " + ("; ".join(changes) or "the same facts in another spelling")


def _older(record: Record, size: int) -> str:
    until = record.entries[-1].facts.get("recorded_at", "?") if record.entries else "before its first entry"
    return (
        f"the database is older than this checkpoint of {size} entries: it was restored to its state of {until},"
        f" or its last {len(record.lost)} entries were removed"
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
