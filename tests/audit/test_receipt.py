"""Receipts: what is composed is read back, and nothing is composed that would not verify."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from cakupan.audit import receipt
from cakupan.audit.note import BadNote
from cakupan.audit.receipt import Receipt, Row
from tests.audit.sample_receipt import ENTRY, made, salt


def test_a_receipt_is_a_tlog_proof_and_is_read_back():
    composed = receipt.compose(made())
    lines = composed.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == "index 6"
    assert composed.endswith("\n\n" + made().checkpoint)
    assert receipt.parse(composed) == made()


def test_a_receipt_of_a_large_delivery_in_an_old_log_fits_in_four_kibibytes():
    wide = "Iuran\t1500000\t" + "\t".join(["sixteen letters "] * 18)
    entry = {**ENTRY, "columns": [f"column_{number:08}" for number in range(20)], "decisions": {"root": "x" * 44}}
    body = receipt.canonical({**entry, "rows_root": "x" * 44, "landed_rows": 1500000})
    hashes = [bytes(32)] * 21
    large = Receipt(body, Row(1499998, wide, bytes(32), hashes), 200000, hashes[:18], made().checkpoint)
    assert 3000 < len(str(large)) < 4096


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda r: replace(r, row=replace(r.row, line=r.row.line.replace("Siti", "Sita"))),
            "row is not in the row tree",
        ),
        (lambda r: replace(r, row=replace(r.row, salt=salt(5))), "row is not in the row tree"),
        (lambda r: replace(r, row=replace(r.row, index=5)), "row is not in the row tree"),
        (lambda r: replace(r, row=replace(r.row, index=9)), "no leaf 9 in a tree of 9"),
        (lambda r: replace(r, row=replace(r.row, proof=r.row.proof[1:])), "too short"),
        (lambda r: replace(r, row=replace(r.row, line=r.row.line + "\t")), "columns that the ledger entry names"),
        (lambda r: replace(r, row=replace(r.row, salt=b"")), "salt is not 32 bytes"),
        (lambda r: replace(r, index=5), "entry is not in the tree"),
        (lambda r: replace(r, entry=r.entry.replace("ACCEPTED", "HELD")), "entry is not in the tree"),
        (lambda r: replace(r, entry=r.entry.replace(":", ": ", 1)), "canonical"),
        (lambda r: replace(r, entry=r.entry.replace('"validation"', '"read"')), "not of a validation"),
        (lambda r: replace(r, entry=r.entry.replace('"feed"', '"food"')), "not of a validation with .*feed"),
        (lambda r: replace(r, entry=r.entry.replace('"sheet"', '"shoot"')), "sheet and row_number"),
        (lambda r: replace(r, entry=r.entry.replace('"landed_rows":9', '"landed_rows":"9"')), "lacks landed_rows"),
        (lambda r: replace(r, checkpoint=r.checkpoint.replace("\n11\n", "\n011\n")), "size of the checkpoint"),
    ],
)
def test_what_does_not_fit_is_not_handed_out(change, says):
    with pytest.raises(BadNote, match=says):
        receipt.compose(change(made()))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("@v1", "@v2"),
        lambda text: text.replace("index 6", "index 06"),
        lambda text: text.replace("index 6\n", ""),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\n",
        lambda text: text[: text.index("\n\n")],
        lambda text: with_extra(text, lambda extra: extra[:-1]),
        lambda text: with_extra(text, lambda extra: extra[:40]),
        lambda text: with_extra(text, lambda extra: b"[" * 20000 + extra),
        lambda text: with_extra(text, lambda extra: b" " + extra),
        lambda text: with_extra(text, lambda extra: extra.replace(b'"entry"', b'"entry":1,"entry"')),
        lambda text: with_extra(text, lambda extra: b"[]" + extra[extra.index(b"\n") :]),
        lambda text: with_extra(text, lambda extra: b'{"entry":{},"row":1}' + extra[extra.index(b"\n") :]),
        lambda text: with_extra(text, lambda extra: b"\xff" + extra),
        lambda text: "",
    ],
)
def test_what_is_written_otherwise_is_refused(change):
    with pytest.raises(BadNote):
        receipt.parse(change(receipt.compose(made())))


def with_extra(text, change):
    head, extra, tail = text.partition("\n")[0], text.split("\n")[1], text.split("\n", 2)[2]
    data = base64.b64decode(extra.removeprefix("extra "))
    return f"{head}\nextra {base64.b64encode(change(data)).decode()}\n{tail}"
