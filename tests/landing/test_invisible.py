import sys
import unicodedata

import pytest

from cakupan.feeds import canonical
from cakupan.invisible import INVISIBLE, is_filled, mask_personal_numbers, shown, shown_apart, visible

# Format characters that are seen, or change how their neighbours are read: Unicode leaves them out by name.
NOT_IGNORED = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, *range(0xFFF9, 0xFFFC), 0x110BD, 0x110CD}
EGYPTIAN = range(0x13430, 0x13440)
NIK = "3579010704753420"


def test_format_characters_and_variation_selectors_are_invisible():
    for number in range(sys.maxunicode + 1):
        sign = chr(number)
        if unicodedata.category(sign) == "Cf" and number not in NOT_IGNORED and number not in EGYPTIAN:
            assert INVISIBLE.fullmatch(sign), hex(number)
        if "VARIATION SELECTOR" in unicodedata.name(sign, ""):
            assert INVISIBLE.fullmatch(sign), hex(number)
        if not sign.isspace() and unicodedata.category(sign) in {"Lu", "Ll", "Nd", "Po", "Sm", "So"}:
            assert not INVISIBLE.fullmatch(sign), hex(number)


def test_what_nobody_sees_is_dropped_and_blanks_are_kept():
    assert visible("D\u200bB\u00adH\u2060CHT\ufeff \u00a0") == "DBHCHT \u00a0"


@pytest.mark.parametrize("header", ["N\u200bIK", "\u200eNIK", "NI\u00adK", "NIK\ufe0f", "N\u2060 I_K", "\ufeffnik"])
def test_headers_are_compared_by_what_is_seen(header):
    assert canonical(header) == "nik"


@pytest.mark.parametrize("cell", [None, "", " ", "\u00a0\t", "'", " ' ", "'\u00a0", "\u200b", " \u200b '\ufeff"])
def test_a_cell_of_which_nothing_is_left_is_not_filled(cell):
    assert not is_filled(cell)


@pytest.mark.parametrize("cell", ["0", "'0", "''", "-", " \u200bx"])
def test_a_cell_of_which_something_is_left_is_filled(cell):
    assert is_filled(cell)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (NIK, "X" * 16),
        (f"Data {NIK}, revisi", f"Data {'X' * 16}, revisi"),
        ("3579014704753420", "X" * 16),  # a woman
        ("3579012902000001", "X" * 16),  # 29 February of 2000
        ("3579012902010001", "3579012902010001"),  # of no year
        ("3579010713753420", "3579010713753420"),  # no month
        ("3579010704750000", "3579010704750000"),  # no serial
        (NIK + "1", NIK + "1"),  # 17 digits
        ("1" + NIK, "1" + NIK),
        (NIK[1:], NIK[1:]),
        (NIK[:8] + "\u200b" + NIK[8:], "X" * 16),
        (f"{NIK}-{NIK}", f"{'X' * 16}-{'X' * 16}"),
    ],
)
def test_a_nik_alone_is_masked_in_what_has_other_long_numbers(text, seen):
    assert mask_personal_numbers(visible(text)) == seen


def test_masking_alone_keeps_what_nobody_sees():
    assert mask_personal_numbers(f"\u200b{NIK}") == "\u200b" + "X" * 16


def test_names_that_look_alike_are_told_apart_by_their_place():
    other = "3579014704753421"
    names = [NIK, other, "Batu", "Ba\u200btu", "Batu (2)", "X" * 16]
    assert shown_apart(names) == ["X" * 16, "X" * 16 + " (2)", "Batu", "Batu (2)", "Batu (2) (2)", "X" * 16 + " (3)"]


@pytest.mark.parametrize(("name", "crossed_out"), [
    ("KET 3579014107990001", "KET XXXXXXXXXXXXXXXX"),  # a NIK
    ("KPJ 99000000001", "KPJ XXXXXXXXXXX"),
    ("HP 0812-3456-7890", "HP XXXX-XXXX-XXXX"),
    ("daftar_20250909 0812 3456 7890.csv", "daftar_20250909 XXXX XXXX XXXX.csv"),
    ("kelompok_tani_20250909-1.csv", "kelompok_tani_20250909-1.csv"),
    ("Keadaan 2025-09-09 01", "Keadaan 2025-09-09 01"),
    ("35.79.01.2001", "35.79.01.2001"),
    ("KBLI 2020 Rp 1.500.000", "KBLI 2020 Rp 1.500.000"),
])  # fmt: skip
def test_names_show_no_number_of_a_person(name: str, crossed_out: str) -> None:
    assert shown(name) == crossed_out
