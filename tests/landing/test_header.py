import pytest

from cakupan.landing.header import in_line, match_header
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
    assert "NIK, TGL_AKTIF" in refused.value.text.id
    assert "NIK, TGL_AKTIF" in refused.value.text.en


def test_a_repeated_required_column_refuses(feed):
    with pytest.raises(Refused) as refused:
        match_header(feed("bpjstk.kepesertaan"), [*KEPESERTAAN, "nik"])
    assert refused.value.code == "REPEATED_COLUMN"
    assert "NIK" in refused.value.text.id


def test_of_a_repeated_optional_column_the_first_counts(feed):
    header = match_header(feed("bpjstk.kepesertaan"), [*KEPESERTAAN, "npp"])
    assert names(header)[6] == "npp"
    assert header.extra == ("npp",)


def test_a_header_of_a_single_cell_is_asked_about(feed):
    with pytest.raises(Refused) as refused:
        match_header(feed("bpjstk.kepesertaan"), ["^".join(KEPESERTAAN)])
    assert "Apakah pemisah kolomnya masih '|'?" in refused.value.text.id


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("NI\u041a", "CYRILLIC CAPITAL LETTER KA (U+041A)"),
        ("\uff2e\uff29\uff2b", "FULLWIDTH LATIN CAPITAL LETTER N (U+FF2E)"),
        ("N\u0406K", "CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I (U+0406)"),
        ("n\u0131k", "LATIN SMALL LETTER DOTLESS I (U+0131)"),
        (" N\u200b\u0399\u041a ", "GREEK CAPITAL LETTER IOTA (U+0399), CYRILLIC CAPITAL LETTER KA (U+041A)"),
    ],
)
def test_a_header_that_only_looks_like_one_is_named_with_its_characters_and_its_place(feed, written, names):
    cells = [written if name == "NIK" else name for name in KEPESERTAAN]
    with pytest.raises(Refused) as refused:
        match_header(feed("bpjstk.kepesertaan"), cells, locate=in_line(3))
    assert (refused.value.code, refused.value.missing) == ("MISSING_COLUMN", ("NIK",))
    assert names in refused.value.text.id
    assert names in refused.value.text.en
    assert "column 2 of row 3 looks like NIK" in refused.value.text.en
    assert "kolom ke-2 baris 3" in refused.value.text.id


@pytest.mark.parametrize("written", ["NOK", "NIKS", "é", "NI", "№IK?"])
def test_a_header_that_is_another_word_is_no_lookalike(feed, written):
    cells = [written if name == "NIK" else name for name in KEPESERTAAN]
    with pytest.raises(Refused) as refused:
        match_header(feed("bpjstk.kepesertaan"), cells)
    assert "looks like" not in refused.value.text.en


@pytest.mark.parametrize(("sign", "name"), [(";", "';'"), (",", "','"), ("\t", "tab")])
def test_another_delimiter_that_obviously_fits_is_named(feed, sign, name):
    with pytest.raises(Refused) as refused:
        match_header(feed("bpjstk.kepesertaan"), [sign.join([*KEPESERTAAN[:-1], '"KODE WILAYAH"'])])
    assert f"separated by {name}, and should be by '|'" in refused.value.text.en
    assert f"dipisahkan dengan {name}, padahal seharusnya dengan '|'" in refused.value.text.id


def test_the_places_of_a_repeated_column_are_named(feed):
    with pytest.raises(Refused) as refused:
        match_header(feed("bpjstk.kepesertaan"), [*KEPESERTAAN, "n_i_k"], locate=in_line(1))
    assert "NIK (column 2 of row 1, column 15 of row 1)" in refused.value.text.en
    assert "NIK (kolom ke-2 baris 1, kolom ke-15 baris 1)" in refused.value.text.id


@pytest.mark.parametrize("cells", [["NO" + "0" * 200_000], ["KPJ", "NIK\nlengkap", "a\rb"]])
def test_a_line_that_is_no_header_at_all_refuses(feed, cells):
    with pytest.raises(Refused) as refused:
        match_header(feed("bpjstk.kepesertaan"), cells)
    assert refused.value.code == "MISSING_COLUMN"
