"""Drafts of files as offices send them: the right type, key and personal flag, and nothing personal quoted."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cakupan.feeds import Feed, load_feeds
from cakupan.onboarding import CannotRead, WrongUsage, write_draft
from cakupan.onboarding.drafting import draft_feed
from cakupan.onboarding.fitting import misfits
from cakupan.quality.suite import load_suite
from tests.onboarding.measure import share_right, wrong
from tests.onboarding.offices import OFFICES, Office, people, workbook

every_office = pytest.mark.parametrize("office", OFFICES, ids=lambda office: office.name)


@pytest.fixture
def sample(tmp_path):
    def write(office: Office) -> Path:
        path = tmp_path / f"sample.{office.extension}"
        office.write(path)
        return path

    return write


@every_office
def test_nearly_every_column_is_drafted_right(office, sample) -> None:
    draft, _, rows = draft_feed(sample(office), "dishub", office.name)
    assert share_right(draft, office) >= 0.95, wrong(draft, office)
    assert rows == office.rows
    assert draft.format == office.format


@every_office
def test_the_three_files_are_sound_and_fit_each_other(office, sample, tmp_path) -> None:
    write_draft(sample(office), "dishub", office.name, tmp_path)
    (feed,) = load_feeds(tmp_path / "feeds")
    staging = (tmp_path / f"dbt_project/models/staging/dishub/{office.name}.sql").read_text()
    (tmp_path / "expectations/delivery.yml").write_text("name: delivery\nexpectations: []\n")
    assert misfits(feed, load_suite(feed, tmp_path / "expectations"), staging) == []


@every_office
def test_nothing_personal_is_quoted(office, sample, tmp_path) -> None:
    written = write_draft(sample(office), "dishub", office.name, tmp_path)
    text = " ".join([*(path.read_text() for path in written.files), *(q.text for q in written.questions)])
    for seed in (1, 3, 5, 6, 8, 20, 21, 22):
        for person in people(seed, 40):
            assert not [
                value for value in (person["nik"], person["nama"], person["hp"], person["kpj"]) if value in text
            ]


@every_office
def test_a_question_names_the_line_to_edit(office, sample, tmp_path) -> None:
    written = write_draft(sample(office), "dishub", office.name, tmp_path)
    assert {q.text.split(" ")[0] for q in written.questions} >= {"what", "is"}
    for question in written.questions:
        line = question.path.read_text().splitlines()[question.line - 1]
        header, colon, _ = question.text.partition(": ")
        about = [c for c in written.draft.columns if colon and c.header == header]
        declared = yaml.safe_load(line.strip().removeprefix("- ")) if about else {}
        assert not about or about[0].header in (declared.get("header") or declared["meta"]["says"])


def test_nothing_is_overwritten_unless_forced(tmp_path, sample) -> None:
    path = sample(OFFICES[0])
    written = write_draft(path, "dishub", "nelayan", tmp_path)
    written.files[0].write_text("mine")
    written.files[1].unlink()
    with pytest.raises(WrongUsage, match=r"feeds/dishub/nelayan\.yml"):
        write_draft(path, "dishub", "nelayan", tmp_path)
    assert written.files[0].read_text() == "mine" and not written.files[1].exists()
    write_draft(path, "dishub", "nelayan", tmp_path, force=True)
    assert Feed.model_validate(yaml.safe_load(written.files[0].read_text())).name == "dishub.nelayan"


@pytest.mark.parametrize(("agency", "feed"), [("Dis Hub", "x"), ("dishub", "../x"), ("dishub", "X"), ("", "x")])
def test_names_that_are_no_names_are_refused(tmp_path, sample, agency, feed) -> None:
    with pytest.raises(WrongUsage, match="lower-case"):
        write_draft(sample(OFFICES[0]), agency, feed, tmp_path)
    assert not (tmp_path / "feeds").exists()


def test_a_feed_name_is_used_once(tmp_path, sample) -> None:
    write_draft(sample(OFFICES[0]), "dishub", "nelayan", tmp_path)
    with pytest.raises(WrongUsage, match="dishub has a feed of that name"):
        write_draft(sample(OFFICES[0]), "dkp", "nelayan", tmp_path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"), (b"\xd0\xcf\x11\xe0 old", "Excel"), (b"PK\x03\x04 cut", "XLSX"), (b"\x1f\x8b\x08 cut", "gzip"),
        (b'{"a": [{"b": 1}', "character"), (b'{"a": 1}', "no rows"), (b"just words\nand more\n", "single column"),
        (b"a;b;c\n", "no table"), (b"\x00\x01\x02\x03", "no text"),
    ],
)  # fmt: skip
def test_what_is_no_sample_is_refused_in_a_sentence(tmp_path, content, why) -> None:
    path = tmp_path / "sample.bin"
    path.write_bytes(content)
    with pytest.raises(CannotRead, match=why):
        draft_feed(path, "dishub", "x")


def test_a_nik_typed_as_a_number_is_asked_about(tmp_path) -> None:
    rows = [["NIK", "Nama"], *([float(p["nik"]), p["nama"]] for p in people(9))]
    workbook(tmp_path / "s.xlsx", {"A": rows})
    draft, doubts, _ = draft_feed(tmp_path / "s.xlsx", "dishub", "x")
    assert (draft.columns[0].type, draft.columns[0].personal) == ("nik", True)
    assert any("40 cells are numbers" in doubt for _, doubt in doubts)


def test_names_under_an_unknown_heading_are_not_quoted_as_a_closed_list(tmp_path) -> None:
    rows = [["NIK", "Penimbang"], *([p["nik"], ("Siti Aminah", "Budi Santoso")[p["n"] % 2]] for p in people(9))]
    workbook(tmp_path / "s.xlsx", {"A": rows})
    written = write_draft(tmp_path / "s.xlsx", "dishub", "x", tmp_path)
    assert not [path for path in written.files if "Aminah" in path.read_text()]
    assert any("closed list" in question.text for question in written.questions)


def test_a_list_taken_from_a_sample_is_asked_about_and_not_closed_by_itself(tmp_path) -> None:
    """What one file held is not all there can ever be."""
    rows = [["NIK", "JK", "Kategori", "Aktif"]]
    rows += [[p["nik"], "LP"[p["n"] % 2], ("OJEK", "ANGKOT")[p["n"] % 2], "YA"] for p in people(9)]
    workbook(tmp_path / "s.xlsx", {"A": rows})
    written = write_draft(tmp_path / "s.xlsx", "dishub", "x", tmp_path)
    suite = written.files[1].read_text().splitlines()
    listed = {line: yaml.safe_load(line.strip().removeprefix("- ")) for line in suite if "be_in_set" in line}
    found = {rule["meta"]["rule_id"]: rule["severity"] for rule in listed.values()}
    assert found == {"dishub.x.jk.known": "info", "dishub.x.kategori.known": "info", "dishub.x.aktif.listed": "warning"}
    asked = {suite[q.line - 1]: q.text for q in written.questions if q.path == written.files[1]}
    assert set(listed) == set(asked)
    assert all(("any other is quarantined" in text) == ("aktif" in line) for line, text in asked.items())
    assert not any(value in text for text in asked.values() for value in ("OJEK", "ANGKOT", "YA"))


def test_only_rules_that_the_declaration_does_not_give_are_drafted(tmp_path) -> None:
    rows = [["NIK", "Nama", "Tanggal Lahir"], *([p["nik"], p["nama"], "17/08/1990"] for p in people(9))]
    workbook(tmp_path / "s.xlsx", {"A": rows})
    suite = write_draft(tmp_path / "s.xlsx", "dishub", "x", tmp_path).files[1]
    declared = yaml.safe_load(suite.read_text())["expectations"]
    assert [rule["meta"]["rule_id"] for rule in declared] == ["dishub.x.tanggal_lahir.not_after_night"]
    (feed,) = load_feeds(tmp_path / "feeds")
    (tmp_path / "expectations/delivery.yml").write_text("name: delivery\nexpectations: []\n")
    found = [
        rule.rule_id.removeprefix("dishub.x.") for rule in load_suite(feed, tmp_path / "expectations").expectations
    ]
    assert found[:8] == [
        "record.readable", "nik.given", "nik.valid", "nik.as_text", "nama.given", "tanggal_lahir.given",
        "tanggal_lahir.date", "tanggal_lahir.not_after_night",
    ]  # fmt: skip
    assert found[8] == "key"


def test_without_rules_of_its_own_a_feed_has_no_file_for_them(tmp_path) -> None:
    workbook(tmp_path / "s.xlsx", {"A": [["NIK", "Nama"], *([p["nik"], p["nama"]] for p in people(9))]})
    rules = tmp_path / "expectations/dishub/x.yml"
    written = write_draft(tmp_path / "s.xlsx", "dishub", "x", tmp_path)
    assert [path.suffix for path in written.files] == [".yml", ".sql"] and not rules.exists()
    rules.parent.mkdir(parents=True)
    rules.write_text("rules of an earlier draft, which would go on holding")
    with pytest.raises(WrongUsage, match=r"expectations/dishub/x\.yml"):
        write_draft(tmp_path / "s.xlsx", "dishub", "x", tmp_path)
    assert rules in write_draft(tmp_path / "s.xlsx", "dishub", "x", tmp_path, force=True).files
    assert yaml.safe_load(rules.read_text()) == {"name": "dishub.x", "expectations": []}


def test_a_word_that_data_begins_with_is_no_footer(tmp_path) -> None:
    rows = [
        ["Desa", "Jumlah KK", "Luas (ha)"],
        ["DESA SISIR"],
        ["Desa Sisir", 10, 2.5],
        ["DESA BEJI"],
        ["Desa Beji", 11, 3.5],
    ]
    workbook(tmp_path / "s.xlsx", {"A": rows})
    draft, doubts, count = draft_feed(tmp_path / "s.xlsx", "dishub", "x")
    assert (count, draft.format) == (2, {"kind": "xlsx"})
    assert any("data begins so too" in doubt for _, doubt in doubts)


def test_who_leads_a_group_is_personal_and_how_many_are_in_it_is_not(tmp_path) -> None:
    rows = [["NIK", "Ketua Kelompok", "Koordinator Kecamatan", "Anggota"]]
    rows += [[p["nik"], ("Siti Aminah", "Budi Santoso")[p["n"] % 2], "Eko Wibowo", 5 + p["n"]] for p in people(9)]
    workbook(tmp_path / "s.xlsx", {"A": rows})
    written = write_draft(tmp_path / "s.xlsx", "dishub", "x", tmp_path)
    said = {column.header: (column.type, column.personal) for column in written.draft.columns}
    assert said["Ketua Kelompok"] == said["Koordinator Kecamatan"] == ("text", True)
    assert said["Anggota"] == ("count", False)
    assert not [path for path in written.files if "Aminah" in path.read_text() or "Wibowo" in path.read_text()]
