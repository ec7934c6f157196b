"""The witness: cosigns what merely grew, and never anything else."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cakupan.audit import checkpoint, note, witness
from cakupan.audit.checkpoint import Checkpoint
from cakupan.audit.note import BadNote, SigningKey
from cakupan.audit.witness import CannotCosign, Proof
from cakupan.cli import app
from cakupan.ledger import merkle

LOG = SigningKey("cakupan.kota-batu", bytes(32))
WITNESS = SigningKey("inspektorat.kota-batu", bytes([1]) * 32, note.COSIGNATURE)
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(40)]
REWRITTEN = [*LEAVES[:3], merkle.leaf_hash(b"another"), *LEAVES[4:]]


def signed(size: int, leaves: list[bytes] = LEAVES, log: SigningKey = LOG) -> str:
    return checkpoint.sign(Checkpoint(log.name, size, merkle.root(leaves[:size])), log)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A witness that saw 20 entries."""
    path = tmp_path / "state"
    witness.cosign(signed(20), LOG.verifier, WITNESS, path, at=1000, first=True)
    return path


def cosign(text: str, state: Path, **how) -> str:
    return witness.cosign(text, LOG.verifier, WITNESS, state, at=2000, **how)


def test_what_grew_is_cosigned_and_remembered(state):
    by_proof = cosign(signed(30), state, grew=witness.prove(LEAVES[:30], 20))
    assert checkpoint.verify_cosignature(by_proof, WITNESS.verifier) == 2000
    assert checkpoint.verify(by_proof, LOG.verifier).size == 30
    assert state.read_text() == by_proof
    assert "\n40\n" in cosign(signed(40), state, grew=LEAVES)
    assert "\n40\n" in cosign(signed(40), state)  # nothing grew: again at another time
    assert [each.name for each in state.parent.iterdir()] == ["state"]


@pytest.mark.parametrize(
    ("text", "how", "says"),
    [
        (signed(30), {}, "proof is needed"),
        (signed(10), {"grew": LEAVES}, "shrank from 20 to 10"),
        (signed(30, REWRITTEN), {"grew": REWRITTEN}, "not proven that the first 20"),
        (signed(30, REWRITTEN), {"grew": LEAVES}, "not those of this checkpoint"),
        (signed(30), {"grew": LEAVES[:29]}, "not those of this checkpoint"),
        (signed(30, REWRITTEN), {"grew": witness.prove(REWRITTEN[:30], 20)}, "not proven that the first 20"),
        (signed(30), {"grew": witness.prove(LEAVES[:30], 19)}, "starts at 19"),
        (signed(30), {"grew": witness.prove(LEAVES[:31], 20)}, "not proven"),
        (signed(20, REWRITTEN), {}, "not proven"),
        (signed(30, log=SigningKey.generate(LOG.name)), {"grew": LEAVES}, "not by cakupan.kota-batu"),
        (signed(30).replace("\n30\n", "\n31\n"), {"grew": LEAVES}, "or it was changed"),
        ("", {}, "or it was changed"),
        (signed(30), {"first": True}, "is there already"),
    ],
)
def test_anything_else_is_refused_and_nothing_forgotten(state, text, how, says):
    before = state.read_bytes()
    with pytest.raises(CannotCosign, match=says):
        cosign(text, state, **how)
    assert state.read_bytes() == before


def test_a_witness_does_not_start_anew_unasked(state):
    state.unlink()
    with pytest.raises(CannotCosign, match="use --first"):
        cosign(signed(30, REWRITTEN), state, grew=REWRITTEN)


def test_a_state_that_was_changed_is_not_believed(state):
    another = SigningKey.generate("another")
    of_another_log = checkpoint.cosign(signed(20, log=another), WITNESS, 1)
    for forged in (
        of_another_log,
        signed(20),
        checkpoint.cosign(signed(10), SigningKey.generate("a", note.COSIGNATURE), 1),
        "",
        "x",
    ):
        state.write_text(forged)
        with pytest.raises(CannotCosign, match="damaged"):
            cosign(signed(30), state, grew=LEAVES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 3",
        "old 03\n",
        "old -1\n",
        "new 3\n",
        "old 3\nAAAA",
        "old 3\nA\n",
        "old 3\n\n",
        "old 3\n" + "AAAA\n" * 64,
    ],
)
def test_a_proof_written_otherwise_is_refused(text):
    with pytest.raises(BadNote):
        Proof.parse(text)
    proof = witness.prove(LEAVES, 20)
    assert Proof.parse(str(proof)) == Proof(20, tuple(proof.hashes))


def test_leaves_cut_short_are_refused(tmp_path):
    (tmp_path / "leaves").write_bytes(b"".join(LEAVES)[:-1])
    with pytest.raises(BadNote, match="copied in part"):
        witness.read_leaves(tmp_path / "leaves")


def test_a_witness_at_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("leaves").write_bytes(b"".join(LEAVES))
    for size in (20, 40):
        Path(f"checkpoint-{size}").write_text(signed(size))
    Path("rewritten").write_text(signed(40, REWRITTEN))

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["witness", *arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, done.stdout + done.stderr

    code, vkey = run("new-key", "inspektorat.kota-batu", "--key", "key")
    assert code == 0
    assert vkey.strip() == SigningKey.from_text(Path("key").read_text()).vkey
    assert stat.S_IMODE(Path("key").stat().st_mode) == 0o600
    assert run("new-key", "inspektorat.kota-batu", "--key", "key")[0] == 1
    sign = ("cosign", "--log", LOG.vkey, "--key", "key", "--state", "state", "--checkpoint")
    assert run(*sign, "checkpoint-20", "--first")[0] == 0
    code, proof = run("proof", "--leaves", "leaves", "--old", "20")
    assert (code, proof.split("\n")[0]) == (0, "old 20")
    Path("proof").write_text(proof)
    code, said = run(*sign, "rewritten", "--proof", "proof")
    assert (code, said[:8]) == (1, "DITOLAK:")
    code, said = run(*sign, "rewritten", "--proof", "proof", "--lang", "en")
    assert (code, said[:8]) == (1, "REFUSED:")
    code, cosigned = run(*sign, "checkpoint-40", "--proof", "proof")
    assert (code, len(re.findall("^— ", cosigned, re.MULTILINE))) == (0, 2)
    assert run(*sign, "checkpoint-40", "--leaves", "leaves", "--out", "out") == (0, "")
    assert checkpoint.verify(Path("out").read_bytes(), LOG.verifier).size == 40
    assert run(*sign, "checkpoint-40", "--leaves", "leaves", "--proof", "proof")[0] == 2
    assert run("proof", "--leaves", "leaves", "--old", "41")[0] == 2
    for damaged in ("key", "leaves", "proof"):
        Path(damaged).write_bytes(b"\xff\xfe")
        code, said = run(*sign, "checkpoint-40", *(() if damaged == "key" else (f"--{damaged}", damaged)))
        assert (code, said.count("\n")) == (1, 1)
