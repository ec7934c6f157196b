"""Commands of a witness, who needs a key of their own and files of the log, but no database."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from cakupan.audit import note, witness
from cakupan.audit.note import BadNote, SigningKey, Verifier
from cakupan.bilingual import Language, Text
from cakupan.cli.messages import say_and_exit

app = typer.Typer(no_args_is_help=True, help="Cosign checkpoints of the ledger from outside the data team.")

CHECKPOINT = typer.Option(exists=True, dir_okay=False, help="The checkpoint as the log signed it.")
KEY = typer.Option(exists=True, dir_okay=False, help="The witness's secret key, from new-key.")
LEAVES = typer.Option(exists=True, dir_okay=False, help="The leaf hashes of all entries: the file ledger/leaves.")
PROOF = typer.Option("--proof", exists=True, dir_okay=False, help="Instead of the leaf hashes: what `proof` prints.")


@app.command("new-key")
def new_key(
    name: Annotated[str, typer.Argument(help="Who signs, for example inspektorat.kota-batu")],
    key: Annotated[Path, typer.Option(help="Where the secret key is written; never over an existing file.")],
) -> None:
    """Make a witness's key: the secret goes into a file, the public key is printed."""
    try:
        made = SigningKey.generate(name, note.COSIGNATURE)
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(made.text + "\n")
    except (BadNote, OSError) as error:
        say_and_exit(str(error), 1)
    sys.stdout.write(made.vkey + "\n")


@app.command()
def proof(
    leaves: Annotated[Path, LEAVES],
    old: Annotated[int, typer.Option(min=0, help="Entries of the checkpoint that the witness cosigned last.")],
    size: Annotated[int | None, typer.Option(min=0, help="Entries of the new checkpoint; else all leaves.")] = None,
) -> None:
    """Print the proof that the ledger only grew, for a witness who is not to have the leaf hashes."""
    try:
        hashes = witness.read_leaves(leaves)
    except (BadNote, OSError) as error:
        say_and_exit(str(error), 1)
    if size is None:
        size = len(hashes)
    if not old <= size <= len(hashes):
        say_and_exit(f"{leaves} has {len(hashes)} entries: --old {old} and --size {size} do not fit.", 2)
    sys.stdout.write(str(witness.prove(hashes[:size], old)))


@app.command()
def cosign(
    *,
    checkpoint: Annotated[Path, CHECKPOINT],
    log: Annotated[str, typer.Option(help="The ledger's public key, as `cakupan ledger key` prints it.")],
    key: Annotated[Path, KEY],
    state: Annotated[Path, typer.Option(help="Where the witness remembers the checkpoint it cosigned last.")],
    proof_file: Annotated[Path | None, PROOF] = None,
    leaves: Annotated[Path | None, LEAVES] = None,
    first: Annotated[bool, typer.Option("--first", help="This is the first checkpoint that the witness sees.")] = False,
    out: Annotated[Path | None, typer.Option(help="Where the cosigned checkpoint goes; else it is printed.")] = None,
    lang: Annotated[Language, typer.Option(help="Language of a refusal.")] = "id",
) -> None:
    """Cosign a checkpoint, if the ledger only grew since the one cosigned last.

    Exit code 0: cosigned; 1: refused, one sentence says why; 2: wrong usage.
    """
    if proof_file and leaves:
        raise typer.BadParameter("give --proof or --leaves, not both")
    try:
        verifier = Verifier.from_vkey(log)
    except BadNote as error:
        raise typer.BadParameter(str(error), param_hint="--log") from None
    try:
        with key.open(encoding="utf-8") as secret:
            fcntl.flock(secret, fcntl.LOCK_EX)  # two at once could each continue the same checkpoint differently
            signing = SigningKey.from_text(secret.read())
            grew = (
                witness.Proof.parse(proof_file.read_text("utf-8"))
                if proof_file
                else witness.read_leaves(leaves)
                if leaves
                else None
            )
            cosigned = witness.cosign(
                checkpoint.read_bytes(), verifier, signing, state, at=int(time.time()), grew=grew, first=first
            )
        if out:
            out.write_text(cosigned, "utf-8")
        else:
            sys.stdout.write(cosigned)
    except witness.CannotCosign as refusal:
        say_and_exit(Text("DITOLAK: {}.", "REFUSED: {}.").format(refusal.reason).in_language(lang), 1)
    except (BadNote, OSError, UnicodeDecodeError) as error:
        say_and_exit(str(error), 1)
