import csv
import gzip
import json
import re
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook

from cakupan.feeds import Feed, canonical, load_feeds

HERE = Path(__file__).parents[2]
CITY = HERE.parent / "shared" / "city"
INTERFACE = [
        "bpjstk.iuran", "bpjstk.jakon", "bpjstk.kepesertaan", "bpjstk.semesta", "bpjstk.target",
        "bps.angkatan_kerja", "dinsos.relawan_disabilitas", "disdik.ptk_non_asn",
        "diskumdag.pelaku_usaha", "diskumdag.sosialisasi", "disnaker.penerima_dbhcht", "dispar.pekerja_seni",
        "distan.kelompok_tani", "distan.permohonan_bantuan", "hukum.regulasi", "pbj.kontrak",
        "perekonomian.rencana_kerja", "perkim.tenaga_lapangan", "pupr.proyek_konstruksi",
        "sipd.anggaran", "sipd.sp2d",

]  # fmt: skip
DECLARED = {feed.name: feed for feed in load_feeds(HERE / "feeds")}
# A city declares feeds of its own beside these.
FEEDS = {name: feed for name, feed in DECLARED.items() if name in INTERFACE}

needs_city = pytest.mark.skipif(not CITY.is_dir(), reason="the agencies' interface description lies beside a checkout")


def test_the_feeds_of_the_interface_are_declared():
    assert set(INTERFACE) <= set(DECLARED)


@pytest.mark.parametrize("feed", DECLARED.values(), ids=DECLARED.keys())
def test_a_column_says_what_it_holds_in_two_languages(feed):
    for column in feed.columns:
        assert column.about.count(" | ") == 1, f"{feed.name}: {column.name}: about: English | Indonesian"
        assert (column.told.en, column.told.id) == tuple(column.about.split(" | "))


@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS.keys())
def test_a_landing_column_is_the_header_in_snake_case(feed):
    for column in feed.columns:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.header)
        assert column.name == re.sub(r"[ _]+", "_", words).lower()


@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS.keys())
def test_what_names_a_person_is_marked(feed):
    for column in feed.columns:
        names_person = column.type in {"nik", "kpj"} or column.name in {
            "nama", "nama_anggota", "nama_pemilik", "nama_lengkap", "tgl_lahir",
        }  # fmt: skip
        assert column.personal or not names_person, column.name


def test_running_numbers_are_those_of_lists():
    running = {(feed.name, column.name) for feed in FEEDS.values() for column in feed.columns if column.running_number}
    assert running == {
        ("perkim.tenaga_lapangan", "no"),
        ("dispar.pekerja_seni", "no"),
        ("diskumdag.pelaku_usaha", "id"),
    }


@pytest.mark.parametrize("name", ["x_extra", "delivery_id", "row_number", "business_date", "verdict"])
def test_names_of_the_relations_themselves_cannot_be_declared(name):
    declared = yaml.safe_load((HERE / "feeds/bpjstk/target.yml").read_text())
    declared["columns"].append({"name": name, "header": "SOMETHING", "about": "x"})
    with pytest.raises(ValueError, match="use these names themselves"):
        Feed.model_validate(declared)


def described(name: str) -> str:
    """What the interface says of a feed's columns, without asides in parentheses."""
    text = (CITY / "feeds.md").read_text()
    if section := re.search(rf"^### {re.escape(name)}:(.*?)(?=^##)", text, re.M | re.S):
        return re.sub(r"\([^()]*\)", "", section[1].split("\n", 1)[1]).replace("`", "").replace("[]", "")
    row = re.search(rf"^\| {re.escape(name)} \|(.*)$", text, re.M)
    assert row, f"{name} is not described"
    return row[1]


@needs_city
@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS.keys())
def test_required_columns_are_those_the_interface_prints_bold(feed):
    bold = {canonical(word) for word in re.findall(r"\*\*(.+?)\*\*", described(feed.name))}
    assert {column.canonical_header for column in feed.columns if column.required} == bold


@needs_city
@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS.keys())
def test_every_declared_column_is_described(feed):
    text = canonical(described(feed.name))
    assert [column.header for column in feed.columns if column.canonical_header not in text] == []


@needs_city
@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS.keys())
def test_columns_are_those_of_a_first_delivery(feed):
    path = min((CITY / "sample" / feed.agency / feed.feed).iterdir())
    assert path.name.endswith(feed.format.extension)
    assert {canonical(cell) for cell in first_header(feed, path)} == {c.canonical_header for c in feed.columns}


def first_header(feed: Feed, path: Path) -> list[str]:
    if feed.format.kind == "csv":
        opened = gzip.open if feed.format.compression else open
        with opened(path, "rt", encoding=feed.format.encoding) as file:
            return next(csv.reader(file, delimiter=feed.format.delimiter))
    if feed.format.kind == "json":
        return list(json.loads(path.read_text())[0])
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return next(row for row in rows if all(row))
