import pytest

from cakupan.landing.header import match_header
from cakupan.landing.refusals import Refused

KEPESERTAAN = [
    "KPJ", "NIK", "NAMA", "TGL_LAHIR", "JENIS_KELAMIN", "SEGMEN", "NPP", "KODE_SEKTOR", "PROGRAM",
    "SUMBER_IURAN", "STATUS", "TGL_AKTIF", "TGL_NONAKTIF", "KODE_WILAYAH",
]  # fmt: skip


def names(header):
    return [column and column.name for column in header.columns]


def test_order_case_blanks_and_underscores_do_not_matter(feed):
    spelled = [f" {name.replace('_', ' ').lower()}\u00a0" for name in reversed(KEPESERTAAN)]
    header = match_header(feed("bpjstk.kepesertaan"), spelled)
    assert names(header) == [name.lower() for name in reversed(KEPESERTAAN)]
    assert (header.extra, header.missing) == ((), ())


def test_an_unknown_column_is_extra_and_an_absent_optional_one_missing(feed):
    cells = [name for name in KEPESERTAAN if name != "NPP"] + ["Catatan ", ""]
    header = match_header(feed("bpjstk.kepesertaan"), cells)
    assert header.extra == ("Catatan",)
    assert header.missing == ("NPP",)


def test_missing_required_columns_refuse_by_name(feed):
    cells = [name for name in KEPESERTAAN if name not in {"NIK", "TGL_AKTIF"}]
    with pytest.raises(Refused) as refused:
        match_header(feed("bpjstk.kepesertaan"), cells)
    assert refused.value.code == "MISSING_COLUMN"
    assert refused.value.missing == ("NIK", "TGL_AKTIF")
    assert "NIK, TGL_AKTIF" in refused.value.text_id
    assert "NIK, TGL_AKTIF" in refused.value.text_en


def test_a_repeated_required_column_refuses(feed):
    with pytest.raises(Refused) as refused:
        match_header(feed("bpjstk.kepesertaan"), [*KEPESERTAAN, "nik"])
    assert refused.value.code == "REPEATED_COLUMN"
    assert "NIK" in refused.value.text_id


def test_of_a_repeated_optional_column_the_first_counts(feed):
    header = match_header(feed("bpjstk.kepesertaan"), [*KEPESERTAAN, "npp"])
    assert names(header)[6] == "npp"
    assert header.extra == ("npp",)


def test_a_changed_delimiter_is_asked_about(feed):
    with pytest.raises(Refused) as refused:
        match_header(feed("bpjstk.kepesertaan"), [",".join(KEPESERTAAN)])
    assert "Apakah pemisah kolomnya masih '|'?" in refused.value.text_id
