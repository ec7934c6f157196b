"""Signed notes: those of the specification and of Go are read, whatever is written otherwise is refused."""

from __future__ import annotations

import base64

import pytest

from cakupan.audit import note
from cakupan.audit.note import BadNote, SigningKey, Verifier

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # of Go's own tests
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
P = 2**255 - 19


def test_the_examples_of_the_specification_and_of_go_are_verified():
    verifier = Verifier.from_vkey(EXAMPLE_KEY)
    assert note.verify(note.parse(EXAMPLE.encode()), verifier) == "This is an example message.\n"
    assert verifier.vkey == EXAMPLE_KEY
    key = SigningKey.from_text(GO_SECRET + "\n")
    assert (key.vkey, key.text) == (GO_KEY, GO_SECRET)
    assert str(note.sign(GO_TEXT, key)) == f"{GO_TEXT}\n{GO_LINE}"


def test_a_secret_key_does_not_show():
    key = SigningKey.generate("a")
    assert key.text.split("+", 4)[-1] not in repr(key)
    assert "seed" not in repr(key)
    with pytest.raises(BadNote) as refusal:
        SigningKey.from_text(key.text[:-8])
    assert key.text[20:30] not in str(refusal.value)
    assert SigningKey.from_text(key.text) == key
    with pytest.raises(BadNote, match="key id in the signing key of a"):
        SigningKey.from_text(key.text.replace(key.verifier.key_id.hex(), "01234567"))


@pytest.mark.parametrize(
    "wrong",
    [
        EXAMPLE.replace("example message", "exbmple message"),
        EXAMPLE.replace("\n", "\r\n"),
        EXAMPLE + "\n",
        EXAMPLE[:-1],
        EXAMPLE.replace("\n\n", "\n"),
        EXAMPLE.replace("— ", "- "),
        EXAMPLE.replace("— ", "—  "),
        EXAMPLE.replace("aQM=", "aQN="),  # stray bits after the last byte
        EXAMPLE.replace("aQM=", "aQM"),
        EXAMPLE.replace("aQM=", "aQM=="),
        EXAMPLE.replace("Uw2QOkn8srV1", "Uw2QOkn8srV1 "),
        EXAMPLE.replace("/", "_"),
        EXAMPLE.replace("This", "This\x00"),
        EXAMPLE.replace("This", "\tThis"),
        EXAMPLE + EXAMPLE.split("\n\n")[1],
        EXAMPLE + "— a AAAA\n",
        EXAMPLE.split("\n\n", maxsplit=1)[0] + "\n\n",
        EXAMPLE.split("\n\n", maxsplit=1)[0] + "\n\n" + GO_LINE,
        "",
        "\n\n",
        b"\xff" + EXAMPLE.encode(),
    ],
)
def test_a_note_written_otherwise_is_refused(wrong):
    with pytest.raises(BadNote):
        note.verify(note.parse(wrong), Verifier.from_vkey(EXAMPLE_KEY))


@pytest.mark.parametrize("text", ["a\tb\n", "a\r\n", "a\x00\n", "a\x1b[2J\n"])
def test_a_text_with_control_characters_is_not_signed(text):
    with pytest.raises(BadNote, match="control character"):
        note.sign(text, SigningKey.generate("a"))


@pytest.mark.parametrize("name", ["", "a+b", "a b", "a\u2003b", "a\nb"])
def test_a_name_that_would_blur_the_line_is_refused(name):
    with pytest.raises(BadNote, match="name of a key"):
        SigningKey.generate(name)


def test_a_text_without_its_last_newline_is_not_signed():
    with pytest.raises(BadNote, match="must end in a newline"):
        note.sign("text", SigningKey.generate("a"))


def test_a_key_for_cosignatures_signs_no_plain_text():
    key = SigningKey.generate("a", note.COSIGNATURE)
    with pytest.raises(BadNote, match="not of this text"):
        note.verify(note.sign("text\n", key), key.verifier)


def test_signatures_of_others_are_passed_over():
    text = EXAMPLE + GO_LINE
    assert note.verify(note.parse(text), Verifier.from_vkey(EXAMPLE_KEY))
    with pytest.raises(BadNote, match="PeterNeumann is not of this text"):
        note.verify(note.parse(text), Verifier.from_vkey(GO_KEY))


def test_a_note_may_hold_many_signatures_but_not_any_number():
    keys = [SigningKey.generate(f"key{number}") for number in range(note.MOST_SIGNATURES + 1)]
    lines = [str(note.sign("text\n", key)).split("\n\n")[1] for key in keys]
    assert len(note.parse("text\n\n" + "".join(lines[:-1])).signatures) == note.MOST_SIGNATURES
    with pytest.raises(BadNote, match="more than"):
        note.parse("text\n\n" + "".join(lines))


def test_s_plus_the_order_is_refused():
    key = SigningKey.generate("a")
    made = note.sign("text\n", key)
    value = made.signatures[0].value
    larger = int.from_bytes(value[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    forged = str(made).replace(
        base64.b64encode(made.signatures[0].key_id + value).decode(),
        base64.b64encode(made.signatures[0].key_id + value[:32] + larger.to_bytes(32, "little")).decode(),
    )
    assert forged != str(made)
    with pytest.raises(BadNote, match="not of this text"):
        note.verify(note.parse(forged), key.verifier)


LOW = [
    *(y.to_bytes(32, "little").hex() for y in (0, 1, P - 1, P, P + 1)),
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]


@pytest.mark.parametrize("sign_bit", [0, 0x80])
@pytest.mark.parametrize("public", LOW)
def test_a_public_key_that_signs_everything_is_refused(public, sign_bit):
    raw = bytes.fromhex(public)
    with pytest.raises(BadNote, match="not a usable"):
        Verifier("a", raw[:31] + bytes([raw[31] | sign_bit]))


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "a+b",
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY[:-1],
        EXAMPLE_KEY + "=",
        EXAMPLE_KEY + "\n",
        EXAMPLE_KEY.replace("example.com/foo", "example.com/fop"),
        EXAMPLE_KEY.replace("example.com/foo", "example com"),
        EXAMPLE_KEY.replace("example.com/foo", ""),
        EXAMPLE_KEY.replace("+Aeky", "+Auky"),
    ],
)
def test_a_verifier_key_copied_wrongly_is_refused(vkey):
    with pytest.raises(BadNote):
        Verifier.from_vkey(vkey)
