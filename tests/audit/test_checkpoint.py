"""Checkpoints and cosignatures: read and written as c2sp.org says, refused when written otherwise."""

from __future__ import annotations

import base64

import pytest

from cakupan.audit import checkpoint, note
from cakupan.audit.checkpoint import Checkpoint
from cakupan.audit.note import BadNote, SigningKey
from cakupan.ledger.merkle import EMPTY_ROOT

LOG = SigningKey("cakupan.kota-batu", bytes(32))
WITNESS = SigningKey("inspektorat.kota-batu", bytes([1]) * 32, note.COSIGNATURE)
POINT = Checkpoint(LOG.name, 1234, bytes(range(32)))
SIGNED = checkpoint.sign(POINT, LOG)
NOW = 1679315147

EXAMPLE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501


def test_the_example_of_the_specification_is_read():
    given = note.parse(EXAMPLE)
    read = Checkpoint.parse(given.text)
    assert (read.origin, read.size, len(read.root)) == ("example.com/behind-the-sofa", 20852163, 32)
    assert (str(read), str(given)) == (given.text, EXAMPLE)
    assert int.from_bytes(given.signatures[1].value[:8], "big") == 1679315147  # the time in the specification's text


def test_what_was_signed_is_verified_and_nothing_else():
    assert checkpoint.verify(SIGNED.encode(), LOG.verifier) == POINT
    with pytest.raises(BadNote, match="not of this text"):
        checkpoint.verify(SIGNED.replace("1234", "1235"), LOG.verifier)
    with pytest.raises(BadNote, match="did not sign"):
        checkpoint.verify(SIGNED, SigningKey.generate(LOG.name).verifier)


def test_a_log_signs_and_is_believed_for_itself_only():
    with pytest.raises(BadNote, match="cannot sign checkpoints"):
        checkpoint.sign(POINT, SigningKey.generate("another"))
    another = SigningKey.generate("another")
    with pytest.raises(BadNote, match="not of another"):
        checkpoint.verify(str(note.sign(str(POINT), another)), another.verifier)


ROOT = base64.b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"a\n01\n{ROOT}\n",
        f"a\n+1\n{ROOT}\n",
        f"a\n-1\n{ROOT}\n",
        f"a\n1 \n{ROOT}\n",
        f"a\n\u0661\n{ROOT}\n",  # a digit, but not an ASCII one
        f"a\n\n{ROOT}\n",
        f"\n1\n{ROOT}\n",
        f"a\n1\n{ROOT}\nextension\n",
        f"a\n1\n{ROOT}",
        f"a\n1\n{ROOT}\n\n",
        f"a\n1\n{ROOT[:-4]}\n",
        f"a\n1\n{ROOT.replace('8=', '9=')}\n",
        f"a\n99999999999999999999\n{ROOT}\n",
        f"a\n0\n{ROOT}\n",
    ],
)
def test_a_checkpoint_written_otherwise_is_refused(text):
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


def test_the_empty_log_has_a_checkpoint():
    empty = Checkpoint("a", 0, EMPTY_ROOT)
    assert Checkpoint.parse(str(empty)) == empty


def test_a_cosignature_is_over_the_time_and_the_checkpoint():
    cosigned = checkpoint.cosign(SIGNED, WITNESS, NOW)
    value = note.parse(cosigned).signatures[1].value
    message = f"cosignature/v1\ntime 1679315147\n{POINT}".encode()
    assert value[:8] == NOW.to_bytes(8, "big")
    assert WITNESS.verifier.verifies(message, value[8:])
    assert checkpoint.verify_cosignature(cosigned, WITNESS.verifier) == NOW
    assert checkpoint.verify(cosigned, LOG.verifier) == POINT


def test_a_witness_signs_once_the_newest_time():
    twice = checkpoint.cosign(checkpoint.cosign(SIGNED, WITNESS, NOW), WITNESS, NOW + 1)
    assert checkpoint.verify_cosignature(twice, WITNESS.verifier) == NOW + 1
    assert len(note.parse(twice).signatures) == 2


def test_a_cosignature_of_something_else_is_refused():
    cosigned = checkpoint.cosign(SIGNED, WITNESS, NOW)
    given = note.parse(cosigned)
    value = given.signatures[1].value
    later = str(given).replace(
        base64.b64encode(WITNESS.verifier.key_id + value).decode(),
        base64.b64encode(WITNESS.verifier.key_id + (NOW + 1).to_bytes(8, "big") + value[8:]).decode(),
    )
    for wrong in (later, cosigned.replace("1234", "1235")):
        with pytest.raises(BadNote, match="is not of this checkpoint"):
            checkpoint.verify_cosignature(wrong, WITNESS.verifier)
    with pytest.raises(BadNote, match="did not sign"):
        checkpoint.verify_cosignature(SIGNED, WITNESS.verifier)


def test_keys_are_for_one_use():
    as_log = SigningKey(WITNESS.name, WITNESS.seed)
    assert as_log.verifier.key_id != WITNESS.verifier.key_id
    with pytest.raises(BadNote, match="cannot cosign"):
        checkpoint.cosign(SIGNED, as_log, NOW)
    with pytest.raises(BadNote, match="cannot sign checkpoints"):
        checkpoint.sign(POINT, SigningKey(LOG.name, LOG.seed, note.COSIGNATURE))
    with pytest.raises(BadNote, match="cannot cosign"):
        checkpoint.cosign(SIGNED, WITNESS, 0)
