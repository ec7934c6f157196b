"""The pages for offices say what the declarations and rules say now, in both languages, and each office has its PDF."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from cakupan.cli import app
from cakupan.onboarding.agency_guide import PAGES, by_agency, pages


def test_the_pages_are_those_that_the_declarations_make() -> None:
    made = pages()
    assert len(made) == 2 * len(by_agency()) >= 28
    stale = [path.name for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert stale == [], "write them anew: python -m cakupan.onboarding"
    assert set(PAGES.rglob("*.md")) == set(made), "no page of an agency that is gone"


def test_a_page_says_how_when_and_what_is_not_let_in() -> None:
    page = pages()[PAGES / "distan.md"]
    for said in (
        "distan/kelompok_tani/kelompok_tani_TTTTBBHH.csv",
        "Paling lambat pukul 01.00 WIB",
        "CSV, kolom dipisahkan koma (,), huruf UTF-8",
        "| luas_lahan_ha | Luas lahan garapan, hektare | tidak |"
        " luas_lahan_ha adalah bilangan, ditulis 1.234,5 | `0,25` | `seperempat` |",
        "Salah satu kolom wajib tidak ada: nik, nama_anggota, kategori, dan kode_wilayah.",
        "Paling banyak 10 % dari baris yang dikirim masuk karantina",
        "Tidak ada dua baris berbeda dengan nik yang sama",
    ):
        assert said in page, said
    assert "Its letters are not UTF-8." in pages()[PAGES / "en/distan.md"]


def test_each_office_has_its_pdf(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(app, ["feed", "guide", "disnaker", "--out", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "panduan-disnaker.pdf").read_bytes().startswith(b"%PDF")
    assert run(app, ["feed", "guide", "nobody"]).exit_code == 2
