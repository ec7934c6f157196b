"""A witness: somebody outside the data team who cosigns a log's checkpoints, each only if the log merely grew.

What the witness remembers is the last checkpoint it cosigned, in a file of its own, verified again on every use.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cakupan.audit import checkpoint, note
from cakupan.audit.checkpoint import Checkpoint
from cakupan.audit.note import BadNote, SigningKey, Verifier
from cakupan.bilingual import Text
from cakupan.ledger.merkle import EMPTY_ROOT, HASH_SIZE, consistency_proof, root, verify_consistency

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
MOST_HASHES = 63  # a consistency proof cannot need more


class CannotCosign(Exception):
    """Why the witness does not cosign."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


@dataclass(frozen=True)
class Proof:
    """That a log only grew since it had `old_size` entries."""

    old_size: int
    hashes: Sequence[bytes]

    def __str__(self) -> str:
        """Return the text that c2sp.org/tlog-witness puts before a checkpoint: `old <size>`, then a hash per line."""
        return "".join(f"{line}\n" for line in (f"old {self.old_size}", *map(note.encode, self.hashes)))

    @classmethod
    def parse(cls, text: str) -> Proof:
        """Read what is printed above; raises BadNote."""
        first, *hashes = text.removesuffix("\n").split("\n")
        old = _OLD.fullmatch(first)
        if not old or not text.endswith("\n") or len(hashes) > MOST_HASHES:
            raise BadNote("a consistency proof is a line `old <size>` and a hash per line")
        return cls(int(old.group(1)), tuple(map(note.decode, hashes)))


def read_leaves(path: Path) -> list[bytes]:
    """Read the leaf hashes of a log, 32 bytes each; raises BadNote when the file is cut short, and OSError."""
    data = path.read_bytes()
    if len(data) % HASH_SIZE:
        raise BadNote(f"{path}: {len(data)} bytes are not a whole number of leaf hashes; was it copied in part?")
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def prove(leaves: Sequence[bytes], old_size: int) -> Proof:
    """Prove that these leaves begin with the first `old_size` of them; raises IndexError when there are fewer."""
    return Proof(old_size, consistency_proof(leaves, old_size))


def remembered(state: Path, log: Verifier, witness: Verifier) -> Checkpoint:
    """Read the last checkpoint this witness cosigned, as its state file says; raises CannotCosign and OSError."""
    try:
        signed = state.read_bytes()
        checkpoint.verify_cosignature(signed, witness)
        return checkpoint.verify(signed, log)
    except BadNote as error:
        raise CannotCosign(
            Text(
                f"berkas ingatan {state} rusak atau milik saksi atau buku besar lain ({error})",
                f"the state file {state} is damaged, or belongs to another witness or log ({error})",
            )
        ) from None


def cosign(
    signed: str | bytes,
    log: Verifier,
    key: SigningKey,
    state: Path,
    *,
    at: int,
    grew: Proof | Sequence[bytes] | None = None,
    first: bool = False,
) -> str:
    """Cosign a checkpoint at `at` (seconds since 1970); it is remembered before it is returned.

    `grew` shows that the log only grew since the remembered checkpoint: a proof, or the leaf hashes of all its entries.
    `first` says that there is nothing to remember yet; it is not guessed, because a witness that forgot would cosign a
    rewritten log. Raises CannotCosign, BadNote (the key is not for cosignatures) and OSError.
    """
    try:
        new = checkpoint.verify(signed, log)
    except BadNote as error:
        raise CannotCosign(
            Text(
                f"titik periksa ini bukan dari {log.name} atau telah diubah ({error})",
                f"this checkpoint is not by {log.name}, or it was changed ({error})",
            )
        ) from None
    if first == state.exists():
        raise CannotCosign(
            Text(
                f"berkas ingatan {state} sudah ada; --first hanya untuk titik periksa pertama",
                f"the state file {state} is there already; --first is for the first checkpoint only",
            )
            if first
            else Text(
                f"berkas ingatan {state} tidak ada; periksa jalurnya, atau pakai --first untuk titik periksa pertama",
                f"there is no state file {state}; check the path, or use --first for the first checkpoint ever",
            )
        )
    last = Checkpoint(new.origin, 0, EMPTY_ROOT) if first else remembered(state, log, key.verifier)
    _must_continue(last, new, grew)
    cosigned = checkpoint.cosign(signed, key, at)
    _keep(state, cosigned)
    return cosigned


def _must_continue(last: Checkpoint, new: Checkpoint, grew: Proof | Sequence[bytes] | None) -> None:
    if new.size < last.size:
        raise CannotCosign(
            Text(
                f"buku besar menyusut dari {last.size} menjadi {new.size} catatan: basis data dipulihkan dari cadangan"
                " lama atau catatan dihapus. Simpan kedua titik periksa sebagai bukti",
                f"the log shrank from {last.size} to {new.size} entries: a database was restored from an old backup, or"
                " entries were removed. Keep both checkpoints as evidence",
            )
        )
    if grew is None:
        if last.size not in (0, new.size):
            raise CannotCosign(
                Text(
                    f"perlu bukti buku besar hanya bertambah sejak {last.size} catatan: berikan --leaves atau --proof",
                    f"proof is needed that the log only grew since it had {last.size} entries: give --leaves or"
                    " --proof",
                )
            )
        grew = Proof(last.size, ())
    if isinstance(grew, Proof):
        if grew.old_size != last.size:
            raise CannotCosign(
                Text(
                    f"bukti berangkat dari {grew.old_size} catatan, padahal saksi terakhir melihat {last.size}",
                    f"the proof starts at {grew.old_size} entries, but the witness last saw {last.size}",
                )
            )
        continues = verify_consistency(last.size, last.root, new.size, new.root, grew.hashes)
    else:
        if len(grew) < new.size or root(grew[: new.size]) != new.root:
            raise CannotCosign(
                Text(
                    "hash catatan yang diberikan bukan milik titik periksa ini; mintalah salinan baru",
                    "the given leaf hashes are not those of this checkpoint; ask for a new copy",
                )
            )
        continues = root(grew[: last.size]) == last.root
    if not continues:
        raise CannotCosign(
            Text(
                f"tidak terbukti bahwa {last.size} catatan pertama masih sama seperti yang disaksikan terakhir kali:"
                " mungkin buku besar ditulis ulang. Simpan kedua titik periksa sebagai bukti",
                f"it is not proven that the first {last.size} entries are still those witnessed last time: the log"
                " may have been rewritten. Keep both checkpoints as evidence",
            )
        )


def _keep(state: Path, text: str) -> None:
    """Replace the state file whole, on disk before this returns."""
    with tempfile.NamedTemporaryFile("w", dir=state.parent, prefix=state.name, encoding="utf-8", delete=False) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(state)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
