"""Pseudonyms: stable, keyed, and what a NIK says of its bearer."""

from datetime import date

import pytest

from cakupan.identity import born_on, pseudonym, sex


def test_a_pseudonym_depends_on_kind_value_and_secret() -> None:
    key = pseudonym("nik", "3579011505900001", b"secret")
    assert key == pseudonym("nik", "3579011505900001", b"secret")
    others = {
        pseudonym("kpj", "3579011505900001", b"secret"),
        pseudonym("nik", "3579011505900002", b"secret"),
        pseudonym("nik", "3579011505900001", b"other"),
    }
    assert len(others | {key}) == 4


@pytest.mark.parametrize(
    ("nik", "born", "gender"),
    [
        ("3579011505900001", date(1990, 5, 15), "L"),
        ("3579015505900001", date(1990, 5, 15), "P"),
        ("3579024102010003", date(2001, 2, 1), "P"),
        ("3579012902000001", date(2000, 2, 29), "L"),
        ("3579012902160001", date(1916, 2, 29), "L"),  # a child of nine cannot be a worker
        ("3579017112750001", date(1975, 12, 31), "P"),
    ],
)
def test_birth_date_and_sex_are_read_from_the_nik(nik: str, born: date, gender: str) -> None:
    assert born_on(nik, date(2025, 9, 9)) == born
    assert sex(nik) == gender
