import gzip
import random

import pytest

from cakupan.landing import content
from cakupan.landing.content import HANDED_ON, blocks, chunks, gathered, lines, read_ahead, refuse_utf8, skip_bytes
from cakupan.landing.refusals import Refused


def read(path, compression):
    return b"".join(chunks(path, compression))


def pieces(data: bytes, size: int):
    return [data[i : i + size] for i in range(0, len(data), size)]


def test_inflates_gzip_of_several_members(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    assert read(path, "gzip") == b"a\nb\n"
    assert read(path, None) == path.read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-8] + bytes(8),
        lambda data: data[:100] + bytes([data[100] ^ 0xFF]) + data[101:],
        lambda data: b"NIK|NAMA\n",
        lambda data: b"",
        lambda data: data + b"trailing",
    ],
    ids=["last byte lost", "half", "checksum", "flipped byte", "no gzip", "empty", "garbage behind"],
)
def test_damaged_gzip_is_unreadable(tmp_path, damage):
    path = tmp_path / "f"
    whole = gzip.compress(random.Random(1).randbytes(3_000_000))  # noqa: S311
    path.write_bytes(damage(whole))
    with pytest.raises(Refused) as refused:
        read(path, "gzip")
    assert refused.value.code == "UNREADABLE"


def test_a_gzip_bomb_is_unreadable_before_it_is_inflated(tmp_path, monkeypatch):
    monkeypatch.setattr(content, "FREE_BYTES", 4 << 20)
    path = tmp_path / "f"
    path.write_bytes(gzip.compress(bytes(content.FREE_BYTES * 4)))
    size = 0
    with pytest.raises(Refused) as refused:
        for chunk in chunks(path, "gzip"):
            size += len(chunk)
    assert refused.value.code == "UNREADABLE"
    assert size <= content.FREE_BYTES


def test_repetitive_text_is_no_bomb(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(gzip.compress(b"TX000000000001|259018725480|22000000001|202501|JKK\n" * 20_000))
    assert len(read(path, "gzip")) == 20_000 * 51


def test_a_million_and_a_half_rows_that_hardly_differ_are_no_bomb(tmp_path):
    line = b"TX%09d|259018725480|22000000001|202501|JKK|12479|2025-01-22|PEMBERI_KERJA\n"
    path = tmp_path / "f"
    path.write_bytes(gzip.compress(b"".join(line % number for number in range(1_500_000)), 9))
    assert sum(map(len, chunks(path, "gzip"))) == 1_500_000 * 79


def test_a_good_beginning_hides_no_bomb(tmp_path):
    """Five gigabytes of zeros are five megabytes of gzip: refused before a hundredth of it is inflated."""
    good = gzip.compress(random.Random(1).randbytes(6 << 20))  # noqa: S311
    zeros = gzip.compress(bytes(256 << 20))
    path = tmp_path / "f"
    path.write_bytes(good + zeros * 20)
    size = 0
    with pytest.raises(Refused, match="far larger"):
        for chunk in chunks(path, "gzip"):
            size += len(chunk)
    assert size < (6 << 20) + 2 * content.FREE_BYTES


def test_what_a_feed_declares_is_the_most_a_file_may_hold(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(gzip.compress(random.Random(1).randbytes(3 << 20)))  # noqa: S311
    assert sum(map(len, chunks(path, "gzip", 3 << 20))) == 3 << 20
    with pytest.raises(Refused, match="far larger"):
        list(chunks(path, "gzip", (3 << 20) - 1))


def test_padding_behind_gzip_is_nothing(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(gzip.compress(b"a\n") + bytes(100_000) + gzip.compress(b"b\n") + bytes(10))
    assert read(path, "gzip") == b"a\nb\n"


@pytest.mark.parametrize("size", [1, 2, 5, 1 << 20])
@pytest.mark.parametrize("text", ["NAMA\nJosé\n", "é", "NAMA " * 300_000 + "Ä", "– “x” ⅓"])  # noqa: RUF001
def test_a_file_whose_signs_are_all_utf_8_is_no_cp1252(text, size):
    with pytest.raises(Refused) as refused:
        list(refuse_utf8(pieces(text.encode(), max(size, len(text) // 1000)), "cp1252"))
    assert refused.value.code == "ENCODING"
    assert "encoded in UTF-8, not in cp1252" in refused.value.text.en
    assert "memakai pengodean teks UTF-8, bukan cp1252" in refused.value.text.id


@pytest.mark.parametrize("size", [1, 3, 1 << 20])
@pytest.mark.parametrize("data", [b"NAMA\nSiti\n", b"", "é".encode() + b"\xe9", b"x\xe9", b"x\xc3", b"\xa0x"])
def test_plain_letters_and_signs_of_cp1252_are_cp1252(data, size):
    assert b"".join(refuse_utf8(pieces(data, size), "cp1252")) == data


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_lines_end_with_lf_crlf_or_cr_wherever_chunks_are_cut(size):
    data = b"a\nb\r\nc\rd\n\n\r\r\ne\x0bf\x85g"
    found = list(lines(blocks(pieces(data, size), offset=10)))
    assert [line.data for line in found] == [b"a\n", b"b\r\n", b"c\r", b"d\n", b"\n", b"\r", b"\r\n", b"e\x0bf\x85g"]
    assert [line.offset for line in found] == [10, 12, 15, 17, 19, 20, 21, 23]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n", b""])
@pytest.mark.parametrize("size", [1, 5, 64])
def test_of_an_endless_line_only_the_beginning_is_kept(monkeypatch, end, size):
    monkeypatch.setattr(content, "LINE_BYTES", 20)
    data = b"first\n" + b"x" * 500 + end + b"last\n"
    found = list(lines(blocks(pieces(data, size))))
    if end:
        assert [line.too_long for line in found] == [False, True, False]
        assert found[2].data == b"last\n"
        assert found[2].offset == 506 + len(end)
    else:
        assert [line.too_long for line in found] == [False, True]
    assert found[1].offset == 6
    assert set(found[1].data) == {ord("x")}
    assert len(found[1].data) == 20


def test_after_leaves_out_the_first_bytes():
    assert list(skip_bytes([b"abc", b"def", b"ghi"], 4)) == [b"ef", b"ghi"]
    assert list(skip_bytes([b"abc", b"def"], 3)) == [b"def"]
    assert list(skip_bytes([b"abc"], 3)) == []


def test_ahead_passes_on_everything_and_what_went_wrong():
    def parts():
        yield b"a"
        yield b""
        yield b"b"
        raise ZeroDivisionError

    received = []
    with pytest.raises(ZeroDivisionError):
        received.extend(iter_into(received, read_ahead(parts())))
    assert received == [b"a", b"", b"b"]


def test_short_pieces_are_handed_on_together():
    pieces = [b"%d|" % number for number in range(30_000)]
    together = list(gathered(pieces))
    assert b"".join(together) == b"".join(pieces)
    assert [len(chunk) >= HANDED_ON for chunk in together] == [True, True, False]
    assert list(gathered([])) == []


def iter_into(received, parts):
    for part in parts:
        received.append(part)
    return []
