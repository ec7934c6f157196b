"""Sealing: a signature over the whole record, kept in the database and, with what names an alteration, outside it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from cakupan.audit import checkpoint, note
from cakupan.audit.checkpoint import Checkpoint
from cakupan.audit.folder import Folder
from cakupan.audit.keys import signing_key
from cakupan.audit.marks import PartWriter
from cakupan.audit.note import BadNote, Verifier
from cakupan.audit.restarts import WITHOUT_WORD, enter_restart, given_up, made_by_others
from cakupan.ledger import books, digests, publications
from cakupan.ledger.books import BOOKS_OF_ENTRIES
from cakupan.ledger.checkpoints import keep_checkpoint, kept_checkpoints
from cakupan.ledger.entries import Entry, believed, read_entries
from cakupan.ledger.merkle import root

DECISIONS = "decisions"


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
        entries = list(read_entries(connection))
        _set_aside(connection, folder)
        valid, _ = signed_checkpoints(connection, folder, signing_key().verifier)
        last = newest(valid)
        leaves = _sealed_leaves(entries, last, folder)
        known = len(leaves)
        _enter_books(connection, folder)
        entries += read_entries(connection, start=len(entries))
        if others := made_by_others(entries, known):
            raise CannotSeal(
                f"Entry {others[0]} was not made by the program: {WITHOUT_WORD}. Nothing is signed over it."
                " Run: cakupan verify"
            )
        altered = [entry.entry_no for entry, leaf in zip(entries, leaves, strict=False) if entry.leaf != leaf]
        leaves += [entry.leaf for entry in entries[known:]]
        sealed = Checkpoint(signing_key().name, len(leaves), root(leaves))
        signed = last.note if last and known == len(leaves) else checkpoint.sign(sealed, signing_key())
        keep_checkpoint(connection, sealed.size, signed)
        folder.write_record(leaves, _bodies(leaves, entries, folder.entries()))
        folder.write_checkpoint(sealed.size, signed)
    _write_marks(connection, folder, entries)
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
        others = made_by_others(entries, sealed)
        if not gone and not others:
            raise ValueError("the record continues every checkpoint: there is nothing to restart")
        enter_restart(connection, by.strip(), why.strip(), gone, others)
    return seal(connection, folder)


def _enter_books(connection: Connection[Any], folder: Folder) -> None:
    """Enter what came into the ledger's books since they were entered last."""
    entries = believed(connection, list(read_entries(connection, kind=BOOKS_OF_ENTRIES)))
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


def _sealed_leaves(entries: Sequence[Entry], last: Signed | None, folder: Folder) -> list[bytes]:
    """Read the leaves under the last checkpoint from the folder or, where it lacks them, from entries that fit."""
    if [entry.entry_no for entry in entries] != list(range(len(entries))):
        raise CannotSeal("The record has gaps: entries were removed. Run: cakupan verify")
    if last is None:
        return []
    size = last.checkpoint.size
    if len(entries) < size:
        raise CannotSeal(
            f"The database has {len(entries)} entries, fewer than the {size} of the newest checkpoint ({last.where}):"
            " it was restored to an older state, or entries were removed. Run: cakupan verify"
        )
    for leaves in (folder.leaves()[:size], [entry.leaf for entry in entries[:size]]):
        if len(leaves) == size and root(leaves) == last.checkpoint.root:
            return leaves
    raise CannotSeal(
        f"The record does not continue the newest checkpoint ({last.where}), nor does {folder.root / 'leaves'}."
        " Run: cakupan verify"
    )


def _bodies(leaves: Sequence[bytes], entries: Sequence[Entry], kept: Sequence[str]) -> Iterator[str]:
    """Yield the entries as they were sealed: of an altered one what was kept."""
    for number, (entry, leaf) in enumerate(zip(entries, leaves, strict=True)):
        yield entry.body if entry.leaf == leaf or number >= len(kept) else kept[number]


def _write_marks(connection: Connection[Any], folder: Folder, entries: Sequence[Entry]) -> None:
    """Mark what was recorded and has no mark yet; only while its rows are still those that were recorded."""
    for publication in publications.publications(connection):
        if not folder.marks_path("runs", publication.run_id).exists():
            with folder.new_marks("runs", publication.run_id) as marks:
                for part in publication.parts():
                    if part.digest.rows:
                        with marks.part(part.name) as writer:
                            _read_part(connection, part.statement, part.digest, writer)
                marks.keep()
    _write_marks_of_books(connection, folder, entries)
    for facts in (entry.facts for entry in entries):
        if facts.get("kind") != "validation" or not facts.get("decisions", {}).get("rows"):
            continue
        number = facts["validation_id"]
        if not folder.marks_path("validations", number).exists():
            statement = digests.decisions(f"{facts['agency']}_{facts['feed']}", number, facts["columns"])
            digest = digests.Digest.from_facts(facts["decisions"])
            with folder.new_marks("validations", number) as marks:
                with marks.part(DECISIONS, kept=len(digests.DECIDED), key=len(digests.ADDRESS)) as writer:
                    _read_part(connection, statement, digest, writer)
                marks.keep()


def _write_marks_of_books(connection: Connection[Any], folder: Folder, entries: Sequence[Entry]) -> None:
    """Mark again what came into the books, where the marks were lost."""
    said = (entry.facts for entry in entries if entry.facts.get("kind") == BOOKS_OF_ENTRIES)
    ordered = sorted((part for each in books.parts(said).values() for part in each), key=lambda part: part.number)
    for number, parts in itertools.groupby(ordered, key=lambda part: part.number):
        if not folder.marks_path("books", number).exists():
            with folder.new_marks("books", number) as marks:
                for part in parts:
                    with marks.part(
                        part.book.name, books.kept_of(part.book, part.columns), len(part.book.key)
                    ) as writer:
                        _read_part(connection, part.statement, part.digest, writer)
                marks.keep()


def _read_part(
    connection: Connection[Any], statement: sql.Composed, recorded: digests.Digest, part: PartWriter
) -> None:
    """Have the marks of a query's rows written, unless these are no longer those that were recorded."""
    try:
        with connection.transaction():
            found = digests.digest(connection, statement, part)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):  # there then, gone since
        found = None
    if found != recorded:
        part.discard()


def _numbers(numbers: Sequence[int]) -> str:
    first = ", ".join(map(str, numbers[:5]))
    return f"{first} and {len(numbers) - 5} more" if len(numbers) > 5 else first
