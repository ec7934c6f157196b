"""Sealing: a signature over the whole record, kept in the database and, with what names an alteration, outside it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection

from cakupan.audit import checkpoint, note
from cakupan.audit.checkpoint import Checkpoint
from cakupan.audit.folder import Folder
from cakupan.audit.keys import signing_key
from cakupan.audit.marking import write_marks
from cakupan.audit.note import BadNote, Verifier
from cakupan.audit.restarts import WITHOUT_WORD, enter_restart, given_up, made_by_others
from cakupan.ledger import books
from cakupan.ledger.books import BOOKS_OF_ENTRIES
from cakupan.ledger.checkpoints import keep_checkpoint, kept_checkpoints
from cakupan.ledger.entries import Entry, authentic_since, believed, read_entries
from cakupan.ledger.merkle import root


class CannotSeal(RuntimeError):
    """The record cannot be sealed; says why and what to do."""


class Altered(RuntimeError):
    """The record was sealed, but something in it was altered before."""


@dataclass(frozen=True)
class Signed:
    """A checkpoint whose signature was verified, and where it lies."""

    checkpoint: Checkpoint
    note: str
    where: str


def seal(connection: Connection[Any], folder: Folder | None = None) -> Checkpoint:
    """Sign the record as it is now and write the ledger's folder, filling in what an earlier seal could not.

    Sealing again changes nothing. Raises CannotSeal when the record does not continue what was signed before, OSError
    when the folder cannot be written, and Altered when entries that were sealed have been altered since: what came
    after them is sealed then all the same.
    """
    folder = folder or Folder()
    with folder.alone(), connection.transaction():
        _set_aside(connection, folder)
        valid, _ = signed_checkpoints(connection, folder, signing_key().verifier)
        last = newest(valid)
        leaves, altered = _sealed_leaves(connection, last, folder)
        known = len(leaves)
        _enter_books(connection, folder)
        new = list(read_entries(connection, start=known))
        if others := made_by_others(new, known, authentic_since(read_entries(connection))):
            raise CannotSeal(
                f"Entry {others[0]} was not made by the program: {WITHOUT_WORD}. Nothing is signed over it."
                " Run: cakupan verify"
            )
        is_kept = folder.holds(leaves)
        leaves += [entry.leaf for entry in new]
        sealed = Checkpoint(signing_key().name, len(leaves), root(leaves))
        signed = last.note if last and known == len(leaves) else checkpoint.sign(sealed, signing_key())
        keep_checkpoint(connection, sealed.size, signed)
        if is_kept:
            folder.add_to_record([entry.leaf for entry in new], [entry.body for entry in new])
        else:
            sealed_now = itertools.islice(read_entries(connection), len(leaves))  # others may have come meanwhile
            folder.write_record(leaves, list(_bodies(leaves, sealed_now, folder.entries())))
        folder.write_checkpoint(sealed.size, signed)
    write_marks(connection, folder, sealed.size)
    if altered:
        raise Altered(
            f"entries {_numbers(altered)} of the record were altered after they were sealed;"
            " what came after is sealed. Run: cakupan verify"
        )
    return sealed


def signed_checkpoints(
    connection: Connection[Any], folder: Folder, verifier: Verifier
) -> tuple[list[Signed], list[str]]:
    """Read the checkpoints of the folder and the database: those whose signature holds, smallest first, and what is
    wrong with the others. Those that a restart has given up are left out."""
    found: list[tuple[str, bytes]] = [(str(path), data) for path, data in folder.checkpoints().items()]
    found += [(f"ledger.checkpoint of size {size}", note.encode()) for size, note in kept_checkpoints(connection)]
    valid, wrong, gone = [], [], given_up(connection)
    for where, data in found:
        try:
            verified = checkpoint.verify(data, verifier)
        except BadNote as error:
            wrong.append(f"{where}: {error}")
            continue
        if Path(where).name != str(verified.size) and not where.endswith(f" {verified.size}"):
            wrong.append(f"{where}: holds the checkpoint of {verified.size} entries")
        if verified not in gone:
            valid.append(Signed(verified, data.decode(), where))
    return sorted(valid, key=lambda signed: signed.checkpoint.size), wrong


def newest(valid: Sequence[Signed]) -> Signed | None:
    """Return the checkpoint of the most entries; of several notes of it the one with the most signatures."""
    return max(valid, key=lambda signed: (signed.checkpoint.size, len(signed.note)), default=None)


def add_cosignature(
    connection: Connection[Any], text: str, witness: Verifier | None = None, folder: Folder | None = None
) -> tuple[Checkpoint, list[str]]:
    """Keep what witnesses added to a checkpoint of ours; returns it and the names of all who signed it.

    With the public key of a `witness`, its cosignature is verified first. Raises BadNote when the checkpoint is not
    one of ours, or the cosignature is not right.
    """
    folder = folder or Folder()
    ours = checkpoint.verify(text, signing_key().verifier)
    if witness:
        checkpoint.verify_cosignature(text, witness)
    with folder.alone(), connection.transaction():
        known = [
            signed.note
            for signed in signed_checkpoints(connection, folder, signing_key().verifier)[0]
            if signed.checkpoint == ours
        ]
        if not known:
            raise BadNote(f"no checkpoint of {ours.size} entries with this root was signed here")
        notes = [note.parse(each) for each in (*known, text)]
        # The newest line of each key stands: a witness signs again with a later time.
        lines = {(line.name, line.key_id): line for each in notes for line in each.signatures}
        merged = str(note.parse(str(note.Note(notes[0].text, tuple(lines.values())))))
        keep_checkpoint(connection, ours.size, merged)
        folder.write_checkpoint(ours.size, merged)
    return ours, [line.name for line in lines.values()]


def restart(connection: Connection[Any], by: str, why: str, folder: Folder | None = None) -> Checkpoint:
    """Go on with the record of a restored database, on a person's word; returns the checkpoint that seals it.

    The checkpoints that the record does not continue are given up and entries that others made are disowned, which a
    signed entry of the record says; the folder the checkpoints lie in is set aside. Raises ValueError where there is
    neither of the two, or nobody is named.
    """
    folder = folder or Folder()
    if not by.strip() or not why.strip():
        raise ValueError("a restart names the person and the grounds")
    with folder.alone(), connection.transaction():
        entries = list(read_entries(connection))
        leaves = [entry.leaf for entry in entries]
        valid, _ = signed_checkpoints(connection, folder, signing_key().verifier)
        gone = {each.checkpoint for each in valid if root(leaves[: each.checkpoint.size]) != each.checkpoint.root}
        sealed = max((each.checkpoint.size for each in valid if each.checkpoint not in gone), default=0)
        others = made_by_others(entries, sealed, authentic_since(entries))
        if not gone and not others:
            raise ValueError("the record continues every checkpoint: there is nothing to restart")
        enter_restart(connection, by.strip(), why.strip(), gone, others)
    return seal(connection, folder)


def _enter_books(connection: Connection[Any], folder: Folder) -> None:
    """Enter what came into the ledger's books since they were entered last."""
    entries = believed(connection, read_entries(connection, kind=BOOKS_OF_ENTRIES))
    known = books.parts(entry.facts for entry in entries)
    books.enter_books(connection, known, lambda number: folder.new_marks("books", number))


def _set_aside(connection: Connection[Any], folder: Folder) -> None:
    """Keep the folder with checkpoints that a restart gave up under another name."""
    gone = {str(each.size): each for each in given_up(connection)}
    for path, data in folder.checkpoints().items():
        if path.name in gone and str(gone[path.name]).encode() == data.partition(b"\n\n")[0] + b"\n":
            stem = f"{folder.root.name}-given-up-{path.name}"
            names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
            aside = next(each for name in names if not (each := folder.root.with_name(name)).exists())
            folder.root.rename(aside)
            return


def _sealed_leaves(connection: Connection[Any], last: Signed | None, folder: Folder) -> tuple[list[bytes], list[int]]:
    """Read the leaves under the last checkpoint from the folder or, where it lacks them, from entries that fit; and the
    numbers of the entries that are others now."""
    held = []
    for number, entry in enumerate(read_entries(connection)):
        if entry.entry_no != number:
            raise CannotSeal("The record has gaps: entries were removed. Run: cakupan verify")
        held.append(entry.leaf)
    if last is None:
        return [], []
    size = last.checkpoint.size
    if len(held) < size:
        raise CannotSeal(
            f"The database has {len(held)} entries, fewer than the {size} of the newest checkpoint ({last.where}):"
            " it was restored to an older state, or entries were removed. Run: cakupan verify"
        )
    for leaves in (folder.leaves()[:size], held[:size]):
        if len(leaves) == size and root(leaves) == last.checkpoint.root:
            return leaves, [number for number, leaf in enumerate(leaves) if held[number] != leaf]
    raise CannotSeal(
        f"The record does not continue the newest checkpoint ({last.where}), nor does {folder.root / 'leaves'}."
        " Run: cakupan verify"
    )


def _bodies(leaves: Sequence[bytes], entries: Iterable[Entry], kept: Sequence[str]) -> Iterator[str]:
    """Yield the entries as they were sealed: of an altered one what was kept."""
    for number, (entry, leaf) in enumerate(zip(entries, leaves, strict=True)):
        yield entry.body if entry.leaf == leaf or number >= len(kept) else kept[number]


def _numbers(numbers: Sequence[int]) -> str:
    first = ", ".join(map(str, numbers[:5]))
    return f"{first} and {len(numbers) - 5} more" if len(numbers) > 5 else first
