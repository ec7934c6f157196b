import json

import pytest

from cakupan.landing.document import parts
from cakupan.landing.refusals import Refused

ROW = {
    "ptk_id": "p", "nik": "3579024304963010", "nama": "Puji", "status_kepegawaian": "K2", "npsn": None,
    "kode_wilayah": "35.79.02.2009",
}  # fmt: skip


@pytest.fixture
def read(feed, tmp_path):
    def _read(content, name="disdik.ptk_non_asn"):
        path = tmp_path / "f"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        ((header, records),) = [(part.header, list(part.records)) for part in parts(feed(name), path)]
        return header, records

    return _read


def named(header, record):
    return dict(zip(header.names, record.values, strict=True))


def test_elements_count_from_1_and_keep_null_and_empty_text_apart(read):
    header, (first, second) = read([ROW, ROW | {"ptk_id": ""}])
    assert (first.row_number, second.row_number) == (1, 2)
    assert named(header, first) == ROW
    assert named(header, second)["ptk_id"] == ""
    assert (first.defect, first.number_cells) == (None, None)


def test_keys_may_be_spelled_otherwise_and_differ_between_elements(read):
    other = {"NIK": "3579", "Nama": "A", "STATUS KEPEGAWAIAN": "K2", "kode wilayah": "35", "catatan": "x"}
    header, (first, second) = read([ROW, other])
    assert header.extra == ("catatan",)
    assert named(header, first)["catatan"] is None
    assert named(header, second) == {
        "ptk_id": None, "nik": "3579", "nama": "A", "status_kepegawaian": "K2", "npsn": None,
        "kode_wilayah": "35", "catatan": "x",
    }  # fmt: skip


def test_a_number_where_text_belongs_is_named(read):
    header, (record,) = read([ROW | {"nik": 3579024304963010, "npsn": 20563010}])
    assert named(header, record)["nik"] == "3579024304963010"
    assert record.number_cells == ["npsn"]


def test_nested_values_are_canonical_json_and_numbers_exact(read):
    release = b'[{"ocid": "o", "contracts": [{"value": {"currency": "IDR", "amount": 420000000.00}, "id": "1"}]}]'
    header, (record,) = read(release, "pbj.kontrak")
    assert named(header, record) == {
        "ocid": "o",
        "contracts": '[{"id":"1","value":{"amount":420000000,"currency":"IDR"}}]',
    }
    assert "buyer" in header.missing


def test_empty_text_is_no_json(read):
    header, (record,) = read([{"ocid": "o", "contracts": "", "buyer": "x", "tag": []}], "pbj.kontrak")
    assert named(header, record) == {"ocid": "o", "contracts": "", "buyer": '"x"', "tag": "[]"}


def test_counts_are_whole_numbers_without_decimals(read):
    project = {"id": "a", "nomor_kontrak": "b", "jumlah_tenaga_kerja": 30.0, "diperbarui": True}
    header, (record,) = read([project], "pupr.proyek_konstruksi")
    assert named(header, record) == {"id": "a", "nomor_kontrak": "b", "jumlah_tenaga_kerja": "30", "diperbarui": "true"}
    assert record.number_cells is None


def test_an_array_of_anything_else_lacks_the_columns(read):
    with pytest.raises(Refused) as refused:
        read([1, [{"nik": 1}]])
    assert refused.value.code == "MISSING_COLUMN"


def test_an_element_that_is_no_object_is_broken(read):
    _, (first, second) = read([ROW, ["x", 1]])
    assert first.defect is None
    assert (second.row_number, second.defect, second.raw) == (2, "no object", '["x",1]')


def test_an_element_that_is_nothing_is_no_row(read):
    _, found = read([None, ROW, [], "", " \u200b", {}, 0])
    assert [(record.row_number, record.defect) for record in found] == [(2, None), (7, "no object")]


@pytest.mark.parametrize("twice", [b'"nik": "1", "nik": "2"', b'"nik": "1", "NIK": "2"'])
def test_a_key_that_comes_twice_breaks_its_element(read, twice):
    content = b'[{%b, "nama": "A", "status_kepegawaian": "K2", "kode_wilayah": "3"}]' % twice
    _, (record,) = read(content)
    assert record.defect == "key repeated"
    assert record.raw


def test_a_required_key_in_no_element_is_a_missing_column(read):
    with pytest.raises(Refused) as refused:
        read([{key: ROW[key] for key in ROW if key != "nik"}])
    assert (refused.value.code, refused.value.missing) == ("MISSING_COLUMN", ("nik",))


def test_a_required_key_in_some_elements_is_none(read):
    header, (_, second) = read([ROW, {"nama": "A"}])
    assert named(header, second)["nik"] is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "UNREADABLE"),
        (b"  ", "UNREADABLE"),
        (b'[{"nik": "1"}', "UNREADABLE"),
        (b'[{"nik": "1"}] x', "UNREADABLE"),
        (b'{"data": []}', "UNREADABLE"),
        (b"<html>502 Bad Gateway</html>", "UNREADABLE"),
        (b"null", "UNREADABLE"),
        (b"[NaN]", "UNREADABLE"),
        (b'[{"nik": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]", "UNREADABLE"),
        (b'[{"nik": ' + b"9" * 5000 + b"}]", "UNREADABLE"),
        (b'[{"nik": 1e99999999999999999999999999}]', "UNREADABLE"),
        (b'[{"nik": "\xff"}]', "ENCODING"),
        (b'[{"nik": "\\ud800"}]', "UNREADABLE"),
        (b'[{"nik": "\xc3', "UNREADABLE"),
        (b'[{"nik": "\\\\\\uD83Dx\\uDE00"}]', "UNREADABLE"),
        (b'[{"nik": "\\udc00"}]', "UNREADABLE"),
        (json.dumps([ROW]).encode("utf-16"), "ENCODING"),
        (json.dumps([ROW]).encode("utf-16-le"), "ENCODING"),
    ],
)
def test_what_is_no_array_of_objects_in_utf_8_refuses(read, content, code):
    with pytest.raises(Refused) as refused:
        read(content)
    assert refused.value.code == code


def test_a_number_longer_than_the_parser_bears_is_found_across_pieces(read):
    start = b"[" + b" " * ((1 << 16) - 800) + b'{"nik": '
    with pytest.raises(Refused) as refused:
        read(start + b"9" * 1500 + b"}]")
    assert refused.value.code == "UNREADABLE"


def test_a_byte_order_mark_is_no_fault(read):
    _, (record,) = read(b"\xef\xbb\xbf" + json.dumps([ROW]).encode())
    assert record.row_number == 1


def test_an_empty_array_has_no_part(feed, tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"[]")
    assert list(parts(feed("disdik.ptk_non_asn"), path)) == []


def test_an_identity_number_as_a_whole_number_of_json_is_exact_and_as_any_other_is_named(read):
    row = json.dumps(ROW)
    exact, fraction, power = (row.replace(f'"{ROW["nik"]}"', n) for n in (ROW["nik"], ROW["nik"] + ".0", "3.5e15"))
    _, records = read(f"[{exact}, {fraction}, {power}]".encode())
    assert [record.number_cells for record in records] == [None, ["nik"], ["nik"]]


def test_what_is_no_text_in_a_column_of_text_is_named_and_lands_as_json(read):
    odd = {"ptk_id": True, "nik": [1], "nama": {"b": 1, "a": 2}, "npsn": False, "baru": True}
    header, (record,) = read([ROW | odd])
    assert record.typed_cells == ["nama", "nik", "npsn", "ptk_id"]
    assert named(header, record) | {"baru": "true"} == ROW | {
        "ptk_id": "true", "nik": "[1]", "nama": '{"a":2,"b":1}', "npsn": "false", "baru": "true",
    }  # fmt: skip


def test_columns_of_json_and_flags_are_typed_as_they_should_be(read):
    _, (record,) = read([{"ocid": "o", "contracts": [{"id": "1"}], "buyer": {"id": "2"}, "tag": True}], "pbj.kontrak")
    assert record.typed_cells is None


def test_a_key_that_is_long_or_holds_a_personal_number_is_shown_otherwise_and_read(read):
    header, (record,) = read([ROW | {"x" * 200: "1", "3579010704753420": "2", "n\u200bpsn": "3"}][:1])
    assert header.extra == ("x" * 100, "X" * 16)
    assert list(record.values)[-3:-1] == ["1", "2"] or "2" in record.values
    assert record.defect == "key repeated"  # npsn comes twice: nobody sees what sets the second apart


def test_characters_of_two_halves_and_what_only_looks_like_one_are_read(read):
    rows = [ROW | {"nama": "\U0001f600"}, ROW | {"nama": "\\\\ud83d x"}]
    header, records = read(json.dumps(rows).encode())
    assert [named(header, record)["nama"] for record in records] == ["\U0001f600", "\\\\ud83d x"]
