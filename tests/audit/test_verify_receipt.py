"""The auditor's script: believes what the warehouse hands out, and no byte changed."""

from __future__ import annotations

import ast
import base64
import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from cakupan.audit import checkpoint, note, receipt
from cakupan.audit.note import SigningKey
from scripts import verify_receipt as script
from tests.audit.sample_receipt import LOG, SEEN_AT, WITNESS, made

KEY = script.read_key(LOG.vkey, script.LOG)
WITNESSED = script.read_key(WITNESS.vkey, script.WITNESS)
RECEIPT = receipt.compose(made())
COSIGNED = receipt.compose(replace(made(), checkpoint=checkpoint.cosign(made().checkpoint, WITNESS, SEEN_AT)))
BYTES = range(256)


def proven(text: str | bytes, *witnesses: script.Key, **how) -> script.Proven:
    return script.check(text if isinstance(text, bytes) else text.encode(), KEY, witnesses, **how)


def refused(text: str | bytes, *witnesses: script.Key, **how) -> str:
    with pytest.raises(script.NotProven) as reason:
        proven(text, *witnesses, **how)
    return reason.value.args[0]


def reasons_for(data: bytes, *witnesses: script.Key) -> str | None:
    """The reason for refusal, None when accepted: quicker than pytest.raises for thousands."""
    try:
        script.check(data, KEY, witnesses)
    except script.NotProven as reason:
        return reason.args[0]
    return None


# --- Ed25519

RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize("vector", RFC_8032)
def test_signatures_of_the_rfc_are_valid(vector):
    public, message, signature = map(bytes.fromhex, vector)
    assert script.is_usable_key(public)
    assert script.is_signed(public, message, signature)
    assert not script.is_signed(public, message + b"x", signature)


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_signatures_of_the_library_are_valid_and_one_bit_changed_are_not(seed, message, bit):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert script.is_usable_key(public)
    assert script.is_signed(public, message, signature)
    changed = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not script.is_signed(public, message, changed)


def test_a_signature_has_one_form():
    public, message, signature = map(bytes.fromhex, RFC_8032[1])
    larger = int.from_bytes(signature[32:], "little") + script.ORDER
    assert not script.is_signed(public, message, signature[:32] + larger.to_bytes(32, "little"))
    assert not script.is_signed(public, message, signature + b"\0")
    assert not script.is_signed(public, message, signature[:-1])


def test_keys_that_sign_everything_are_not_usable():
    eighth = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    low = [(y % 2**255).to_bytes(32, "little") for y in (0, 1, script.P - 1, script.P, script.P + 1)] + [eighth]
    low += [each[:31] + bytes([each[31] | 0x80]) for each in low]
    assert not any(script.is_usable_key(each) for each in low)
    assert script.decode_point((1 | 1 << 255).to_bytes(32, "little")) is None  # x is 0, which has no sign
    # the same key, its y written with the prime added, is another text of one key
    assert script.is_usable_key((3).to_bytes(32, "little"))
    assert not script.is_usable_key((3 + script.P).to_bytes(32, "little"))


# --- receipts


def test_a_receipt_proves_its_row():
    got = proven(RECEIPT)
    assert dict(got.cells) == {
        "sheet": "Iuran",
        "row_number": "6",
        "kpj": "24000000004",
        "nama": "Siti Añda",
        "catatan": "baris\nkedua \\ \t\x7f",
        "defect": None,
    }
    assert (got.entry["sha256"], got.number, got.size) == (made_entry("sha256"), 6, 11)


@pytest.mark.parametrize("shape", [(1, 0, 1, 0), (2, 1, 2, 0), (7, 6, 5, 4), (8, 3, 8, 7), (300, 299, 129, 128)])
def test_receipts_of_trees_of_any_shape_are_accepted(shape):
    assert proven(receipt.compose(made(*shape))).number == shape[3]


@pytest.mark.parametrize(
    ("text", "witnesses"), [(RECEIPT, ()), (COSIGNED, (WITNESSED,)), (receipt.compose(made(2, 0, 1, 0)), ())]
)
def test_no_changed_byte_is_accepted(text, witnesses):
    data, dice = text.encode(), random.Random(1)  # noqa: S311
    assert reasons_for(data, *witnesses) is None
    for at in range(len(data)):
        others = dice.sample([each for each in BYTES if each != data[at]], 4)
        mutants = [data[:at] + bytes([each]) + data[at + 1 :] for each in (data[at] ^ 1, *others)]
        mutants += [data[:at] + data[at + 1 :], data[:at] + bytes([dice.choice(b"A=\n 0")]) + data[at:]]
        mutants += [data[:at] + data[at : at + 1] + data[at:], data[:at]]
        accepted = [each for each in mutants if each != data and reasons_for(each, *witnesses) is None]
        assert not accepted, (at, accepted[0])
    assert reasons_for(data + b"\n", *witnesses) == "structure"


def made_entry(name: str):
    return json.loads(made().entry)[name]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("@v1", "@v2"), "header"),
        (lambda text: text.replace("\n", "\r\n"), "not text"),
        (lambda text: text + "\n", "structure"),
        (lambda text: text[:-1], "structure"),
        (lambda text: "\ufeff" + text, "header"),
        (lambda text: text.replace("index 6", "index 06"), "number"),
        (lambda text: text.replace("index 6", "index +6"), "number"),
        (lambda text: text.replace("index 6", "index \u0666"), "number"),
        (lambda text: text.replace("index 6", "index 6 "), "number"),
        (lambda text: text.replace("index 6", "index 1\u0660"), "number"),
        (lambda text: text.replace("index 6\n", "index 6\nAAAA\n"), "hash"),
        (lambda text: text.replace("\n11\n", "\n011\n"), "number"),
        (lambda text: text.replace("index 6", "index 7"), "log tree"),
        (lambda text: text.replace("\n11\n", "\n10\n"), "signature"),  # the path would have the same shape
        (lambda text: text.replace("\n11\n", "\n99999999\n"), "log tree"),
        (lambda text: text.replace("cakupan.kota-batu\n11", "cakupan.kota-malang\n11"), "origin"),
        (lambda text: text.replace("— cakupan.kota-batu", "— cakupan.kota-malang"), "unknown"),
        (lambda text: text.replace("extra ", "extra  "), "base64"),
        (lambda text: text + text.rsplit("\n", 2)[1] + "\n", "twice"),
        (lambda text: text + "— a b\n", "base64"),
        (lambda text: text + "— a\n", "structure"),
        (lambda text: text.replace("\n— ", "\n- "), "structure"),
        (lambda text: text.replace("=\n\ncakupan", "=\nextension\n\ncakupan"), "base64"),
        (lambda text: text.replace("\n\n— ", "\nextension\n\n— "), "structure"),
        (lambda text: text.encode() + b"\xff", "not text"),
        (lambda text: text + " " * 70000, "too long"),
        (lambda text: "", "header"),
    ],
)
def test_what_is_written_otherwise_is_refused(change, reason):
    assert refused(change(RECEIPT)) == reason


def test_a_place_beyond_the_end_is_refused_though_its_path_has_the_same_turns():
    last = receipt.compose(made(8, 7, 8, 7))
    assert proven(last)
    assert refused(last.replace("index 7", "index 15")) == "log tree"
    for index in (b"15", b"-1"):
        changed = with_extra(lambda extra, to=index: extra.replace(b'"index":7', b'"index":' + to), last)
        assert refused(changed) == "row tree"


def with_extra(change, text: str = RECEIPT) -> str:
    head, extra, tail = text.split("\n", 2)
    data = base64.b64decode(extra.removeprefix("extra "))
    return f"{head}\nextra {base64.b64encode(change(data)).decode()}\n{tail}"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda extra: b" " + extra, "json"),
        (lambda extra: extra.replace(b'{"entry"', b'{"entry":1,"entry"'), "json"),
        (lambda extra: extra.replace(b'"landed_rows":9', b'"landed_rows":9.0'), "content"),
        (lambda extra: extra.replace(b'"landed_rows":9', b'"landed_rows":09'), "json"),
        (lambda extra: extra.replace(b'"landed_rows":9', b'"landed_rows":NaN'), "json"),
        (lambda extra: extra.replace(b'"landed_rows":9', b'"landed_rows":' + b"9" * 5000), "json"),
        (lambda extra: extra.replace(b'"index":4', b'"index":true'), "content"),
        (lambda extra: extra.replace(b'"index":4', b'"index":-1'), "row tree"),
        (lambda extra: extra.replace(b'"index":4', b'"index":5'), "row tree"),
        (lambda extra: extra.replace(b'"index":4', b'"a":1,"index":4'), "content"),
        (lambda extra: extra.replace(b"Siti", b"Sita"), "row tree"),
        (lambda extra: extra.replace(b"Siti", b"\\ud800"), "json"),
        (lambda extra: extra.replace(b"Siti", b"\xed\xa0\x80"), "json"),
        (lambda extra: extra.replace(b"Siti", b"S\\/ti"), "json"),
        (lambda extra: extra.replace(b"Siti", b"Si\\u0074i"), "json"),
        (lambda extra: extra.replace(b'"Iuran\\t', b'"Iuran\\tx\\t'), "columns"),
        (lambda extra: extra.replace(b"ACCEPTED", b"HELD"), "log tree"),
        (lambda extra: extra.replace(b'"validation"', b'"read"'), "content"),
        (lambda extra: extra.replace(b'"sheet"', b'"shoot"'), "content"),
        (lambda extra: b"[" * 20000 + extra, "json"),
        (lambda extra: b"{" + extra, "json"),
        (lambda extra: b"[]\n" + extra[-64:], "content"),
        (lambda extra: extra + bytes(32), "row tree"),
        (lambda extra: extra[:-32], "row tree"),
        (lambda extra: extra[:-1], "hash"),
        (lambda extra: extra.partition(b"\n")[0], "hash"),
        (lambda extra: extra.partition(b"\n")[0] + b"\n", "hash"),
    ],
)
def test_extra_data_that_do_not_fit_are_refused(change, reason):
    assert refused(with_extra(change)) == reason


def test_another_logs_receipt_is_refused():
    other = SigningKey.generate(LOG.name)
    head = RECEIPT[: RECEIPT.rindex("\n\n") + 2]
    body = head[head.index("\n\n") + 2 : -1]
    forged = head + str(note.sign(body, other)).split("\n\n")[1]
    assert refused(forged) == "unknown"
    assert refused(forged, ignore_unknown=True) == "unsigned"
    right_id = LOG.verifier.key_id + other.sign(body.encode())
    assert refused(f"{head}— {LOG.name} {base64.b64encode(right_id).decode()}\n") == "signature"


def test_witnesses_must_have_cosigned_when_asked_for():
    assert proven(COSIGNED, WITNESSED).times == [(WITNESS.name, SEEN_AT)]
    assert refused(COSIGNED) == "unknown"
    assert proven(COSIGNED, ignore_unknown=True).times == []
    assert refused(RECEIPT, WITNESSED) == "unsigned"
    impostor = SigningKey.generate(WITNESS.name, note.COSIGNATURE)
    text = receipt.compose(replace(made(), checkpoint=checkpoint.cosign(made().checkpoint, impostor, SEEN_AT)))
    assert refused(text, WITNESSED, ignore_unknown=True) == "unsigned"
    for at, reason in ((2**62, "signature"), (SEEN_AT + 1, None)):
        text = receipt.compose(replace(made(), checkpoint=checkpoint.cosign(made().checkpoint, WITNESS, at)))
        assert reasons_for(text.encode(), WITNESSED) == reason


def test_the_receipts_checkpoint_may_have_to_be_the_one_the_auditor_keeps():
    kept = made().checkpoint.encode()
    body = kept[: kept.index(b"\n\n") + 1]
    for same in (kept, body, checkpoint.cosign(kept, WITNESS, SEEN_AT).encode()):
        assert proven(RECEIPT, given_checkpoint=same)
    for other in (made(size=12).checkpoint.encode(), b"", body[:-1], kept.replace(b"\n11\n", b"\n12\n")):
        assert refused(RECEIPT, given_checkpoint=other) == "checkpoint"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, len(RECEIPT)))
def test_whatever_the_bytes_there_is_an_answer(junk, at):
    data = RECEIPT.encode()
    for each in (junk, data[:at] + junk, junk + data[at:]):
        if each != data:
            assert reasons_for(each) is not None


# --- the command


def run(capsys, *arguments) -> tuple[int, str]:
    try:
        code = script.main([str(each) for each in arguments])
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    said = capsys.readouterr()
    return code, said.out + said.err


def test_the_command_says_what_is_proven_in_both_languages(tmp_path, capsys):
    path = tmp_path / "resi"
    path.write_text(COSIGNED)
    code, said = run(capsys, path, "--key", LOG.vkey, "--witness", WITNESS.vkey)
    assert (code, said.split(":")[0]) == (0, "TERBUKTI")
    code, said = run(capsys, path, "--key", LOG.vkey, "--witness", WITNESS.vkey, "--lang", "en")
    assert code == 0
    assert said.startswith("PROVEN: this row is in the delivered file.\n")
    for fact in (
        made_entry("sha256"),
        "bpjstk.iuran",
        "2025-09-09",
        "Row number: 6",
        "defect: (empty)",
        "01:00:00 UTC",
    ):
        assert fact in said
    assert "catatan: baris\\nkedua \\ \\t\\x7f\n" in said  # nothing in a cell steers a terminal
    path.write_text(COSIGNED.replace("index 6", "index 7"))
    assert run(capsys, path, "--key", LOG.vkey, "--witness", WITNESS.vkey) == (
        1,
        "TIDAK TERBUKTI: catatan tidak termasuk dalam titik periksa.\n",
    )
    code, said = run(capsys, path, "--key", SigningKey.generate("b\x1b[2J".replace("\x1b", "x")).vkey, "--lang", "en")
    assert (code, said) == (1, "NOT PROVEN: the checkpoint is of cakupan.kota-batu, not of bx[2J.\n")


def test_wrong_usage_is_told_from_a_receipt_that_proves_nothing(tmp_path, capsys):
    path = tmp_path / "resi"
    path.write_text(RECEIPT)
    for wrong in (
        (path,),
        (path, "--key", LOG.vkey[:-1]),
        (path, "--key", WITNESS.vkey),
        (path, "--key", LOG.vkey, "--witness", LOG.vkey),
        (path, "--key", ""),
        (path, "--key", LOG.vkey.replace(LOG.verifier.key_id.hex(), "01234567")),
        (path, "--key", LOG.vkey.replace("+", " ")),
        (tmp_path / "none", "--key", LOG.vkey),
        (tmp_path, "--key", LOG.vkey),
        (path, "--key", LOG.vkey, "--checkpoint", tmp_path / "none"),
    ):
        code, said = run(capsys, *wrong)
        assert (code, "Traceback" in said) == (2, False), wrong


def test_every_sentence_is_there_in_both_languages():
    used = {
        node.args[0].value
        for node in ast.walk(ast.parse(Path(script.__file__).read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "NotProven"
        and isinstance(node.args[0], ast.Constant)
    }
    assert used
    for name in used:
        indonesian, english = script.SAYS[name]
        assert indonesian.count("{}") == english.count("{}")


def test_an_auditor_needs_the_file_and_an_old_python_only(tmp_path):
    source = Path(script.__file__).read_text()
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert imported <= sys.stdlib_module_names
    (tmp_path / "verify.py").write_text(source)
    (tmp_path / "resi").write_text(RECEIPT)
    command = [sys.executable, "-S", "verify.py", "resi", "--key", LOG.vkey]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"}, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"TERBUKTI" in done.stdout
