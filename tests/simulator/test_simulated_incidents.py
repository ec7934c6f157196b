"""Whole deliveries that go wrong: the one before stays in force, and the scorecard says so."""

import gzip
import json
import zipfile
from datetime import date

import pytest

from simulator.__main__ import main
from simulator.bad_night import bad_night
from simulator.feeds import BY_NAME
from simulator.incidents import Accident, Incident
from simulator.manifest import NightError
from tests.simulator.conftest import NIGHTS, make
from tests.simulator.reading import Judge, canonical, rows, tables

SECOND = NIGHTS[1]
MEMBERS = "bpjstk.kepesertaan"


def accident(tmp_path, code: str, kind: str, dirt: float = 0.0):
    incident = Incident.parse(f"{code}:{SECOND}:{kind}")
    return make(tmp_path, 400, dirt, incidents=(incident,))


@pytest.mark.parametrize("kind", ["truncated", "missing-column", "empty", "absent", "held-shrunk", "held-dirty"])
def test_the_delivery_before_stays_in_force_and_the_next_one_counts_again(clean, tmp_path, kind):
    made = accident(tmp_path, MEMBERS, kind)
    first, second, third = (made.expected(night) for night in NIGHTS)
    undisturbed = clean.expected(SECOND)
    # The same members as the night before, seen a day later: nobody of the newcomers, nobody has left but by date.
    assert second["coverage_by_region"] != undisturbed["coverage_by_region"]
    gone = first["universal_coverage"]["SAKERNAS"]["active_participants"] - 1  # whose end was tomorrow
    assert second["universal_coverage"]["SAKERNAS"]["active_participants"] == gone
    assert third == {**clean.expected(NIGHTS[2])}
    assert second["scorecard"][MEMBERS]["delivery_status"] == Accident(kind).status
    others = {code: row for code, row in second["scorecard"].items() if code != MEMBERS}
    assert others == {code: row for code, row in undisturbed["scorecard"].items() if code != MEMBERS}


def test_truncated_files_cannot_be_read(tmp_path):
    made = accident(tmp_path / "gzip", MEMBERS, "truncated")
    with pytest.raises(EOFError):
        gzip.decompress(made.path(MEMBERS, SECOND).read_bytes())
    made = accident(tmp_path / "xlsx", "perkim.tenaga_lapangan", "truncated")
    assert not zipfile.is_zipfile(made.path("perkim.tenaga_lapangan", SECOND))
    made = accident(tmp_path / "json", "disdik.ptk_non_asn", "truncated")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        tables(BY_NAME["disdik.ptk_non_asn"], made.path("disdik.ptk_non_asn", SECOND))


def test_a_required_column_is_missing_on_one_sheet(tmp_path):
    made = accident(tmp_path, "disnaker.penerima_dbhcht", "missing-column")
    feed = BY_NAME["disnaker.penerima_dbhcht"]
    headers = [{canonical(name) for name in header} for header, *_ in tables(feed, made.path(feed.code, SECOND))]
    assert ["bulan selesai" in header for header in headers] == [False, True, True, True]
    assert made.expected(SECOND)["scorecard"][feed.code] == {"delivery_status": "REJECTED"}


def test_an_empty_delivery_has_a_header_only(tmp_path):
    made = accident(tmp_path, "sipd.anggaran", "empty")
    assert rows(BY_NAME["sipd.anggaran"], made.path("sipd.anggaran", SECOND)) == []
    before, after = (made.expected(night)["dbhcht_reconciliation"] for night in NIGHTS[:2])
    assert before.keys() == after.keys()


def test_an_absent_delivery_is_late(tmp_path):
    made = accident(tmp_path, "distan.kelompok_tani", "absent")
    assert not made.path("distan.kelompok_tani", SECOND).exists()
    assert made.expected(SECOND)["scorecard"]["distan.kelompok_tani"] == {"delivery_status": "LATE"}
    before, after = (
        [r for k, r in made.expected(n)["coverage_by_agency"].items() if k.startswith("distan|")] for n in NIGHTS[:2]
    )
    assert [row["registered_workers"] for row in before] == [row["registered_workers"] for row in after]


@pytest.mark.parametrize("code", ["perkim.tenaga_lapangan", "sipd.sp2d", "sipd.anggaran"])
def test_a_mislabelled_delivery_is_another_agencys_file(clean, tmp_path, code):
    made = accident(tmp_path, code, "mislabelled")
    feed, content = BY_NAME[code], made.path(code, SECOND).read_bytes()
    there = [other for other in BY_NAME if other != code and made.path(other, SECOND).exists()]
    (owner,) = [other for other in there if made.path(other, SECOND).read_bytes() == content]
    assert owner.split(".")[0] != code.split(".")[0]
    assert made.path(code, SECOND).suffix == made.path(owner, SECOND).suffix
    header = {canonical(name) for name in tables(BY_NAME[owner], made.path(code, SECOND))[0][0]}
    assert not {canonical(column.name) for column in feed.columns if column.required} <= header
    assert made.expected(SECOND)["scorecard"][code] == {"delivery_status": "REJECTED"}
    assert made.expected(NIGHTS[2]) == clean.expected(NIGHTS[2])


@pytest.mark.parametrize("code", [MEMBERS, "sipd.sp2d", "distan.kelompok_tani"])
def test_a_delivery_sent_again_has_other_bytes_and_the_same_rows(tmp_path, code):
    usual, again = make(tmp_path / "usual", 400, 0.05), accident(tmp_path / "again", code, "re-sent", 0.05)
    for night in NIGHTS:
        assert again.expected(night) == usual.expected(night)
    feed, first, second = BY_NAME[code], usual.path(code, NIGHTS[0]), again.path(code, NIGHTS[0])
    assert first.read_bytes() != second.read_bytes()
    assert sorted(rows(feed, first), key=repr) == sorted(rows(feed, second), key=repr)
    kept = tmp_path / "again" / "replaced" / str(SECOND) / feed.path(f"{NIGHTS[0]:%Y%m%d}")
    assert kept.read_bytes() == first.read_bytes()
    assert again.path(code, SECOND).read_bytes() == usual.path(code, SECOND).read_bytes()


def test_what_was_not_sent_cannot_be_sent_again(tmp_path):
    incidents = (f"sipd.sp2d:{NIGHTS[1]}:absent", f"sipd.sp2d:{NIGHTS[2]}:re-sent")
    with pytest.raises(NightError, match="not sent whole"):
        make(tmp_path, 300, 0.0, incidents=tuple(map(Incident.parse, incidents)))


def test_a_bad_night_has_every_kind_of_accident_and_is_the_same_again(tmp_path):
    kinds = ["absent", "held-shrunk", "mislabelled", "re-sent", "truncated", "truncated"]
    seen = set()
    for day in range(1, 29):
        night = date(2026, 2, day)
        incidents = bad_night(1, night)
        assert incidents == bad_night(1, night)
        assert sorted(incident.accident.value for incident in incidents) == kinds
        assert len({incident.feed for incident in incidents}) == len(kinds)
        assert [Incident.parse(str(incident)) for incident in incidents] == list(incidents)
        seen.add(frozenset(incident.feed for incident in incidents))
    assert len(seen) > 5
    for nights in (["2025-12-30", "2025-12-31"], ["2026-01-01"]):  # the smallest city has enough to lose
        assert main(["--out", str(tmp_path), "--workers", "300", "--trouble", "--nights", *nights]) == 0
    states = [
        sorted(row["delivery_status"] for row in card.values() if "delivery_status" in row)
        for card in (json.loads(path.read_text())["scorecard"] for path in sorted((tmp_path / "expected").iterdir()))
    ]
    assert states == [[], *[["HELD", "LATE", "REJECTED", "REJECTED", "REJECTED"]] * 2]


@pytest.mark.parametrize("dirt", [0.0, 0.1])
def test_held_deliveries_break_their_limit(tmp_path, dirt):
    made = accident(tmp_path / "dirty", MEMBERS, "held-dirty", dirt)
    card = made.expected(SECOND)["scorecard"][MEMBERS]
    assert card["delivery_status"] == "HELD"
    assert card["quarantined_rows"] > 0.1 * card["delivered_rows"]
    counts, _ = Judge(BY_NAME[MEMBERS]).judge(made.path(MEMBERS, SECOND), SECOND)
    assert {name: counts[name] for name in card if name != "delivery_status"} == {
        name: value for name, value in card.items() if name != "delivery_status"
    }
    made = accident(tmp_path / "shrunk", MEMBERS, "held-shrunk", dirt)
    before, after = (made.expected(night)["scorecard"][MEMBERS]["delivered_rows"] for night in NIGHTS[:2])
    assert after < 0.7 * before


@pytest.mark.parametrize("kind", ["truncated", "missing-column", "absent", "held-dirty"])
def test_lost_contributions_come_with_the_next_delivery(clean, tmp_path, kind):
    made = accident(tmp_path, "bpjstk.iuran", kind)
    first, second, third = (made.expected(night) for night in NIGHTS)
    money = "coverage_by_funding_source"
    paid = [
        {code: row["contributions_ytd_idr"] for code, row in night[money].items()} for night in (first, second, third)
    ]
    assert paid[0] == paid[1]
    whole = clean.expected(NIGHTS[2])
    assert paid[2] == {code: row["contributions_ytd_idr"] for code, row in whole[money].items()}
    lost, caught_up = (clean.expected(night)["scorecard"]["bpjstk.iuran"]["delivered_rows"] for night in NIGHTS[1:])
    assert third["scorecard"]["bpjstk.iuran"]["delivered_rows"] == lost + caught_up


@pytest.mark.parametrize(
    "text",
    [
        f"bpjstk.iuran:{SECOND}:empty",
        f"bpjstk.iuran:{SECOND}:held-shrunk",
        f"bpjstk.target:{SECOND}:absent",
        f"sipd.sp2d:{SECOND}:truncated",
        f"hukum.regulasi:{SECOND}:missing-column",
        f"hukum.regulasi:{SECOND}:mislabelled",
        f"diskumdag.sosialisasi:{SECOND}:mislabelled",
        f"bpjstk.target:{SECOND}:mislabelled",
        f"{MEMBERS}:{SECOND}:mislabelled",
        f"distan.kelompok_tani:{SECOND}:mislabelled",
        f"bpjstk.iuran:{SECOND}:re-sent",
        f"perkim.tenaga_lapangan:{SECOND}:re-sent",
        f"disdik.ptk_non_asn:{SECOND}:re-sent",
    ],
)
def test_accidents_that_the_interface_does_not_settle_are_refused(text):
    with pytest.raises(ValueError, match=text.split(":", maxsplit=1)[0]):
        Incident.parse(text)


def test_an_accident_needs_an_earlier_night(tmp_path):
    with pytest.raises(NightError, match="earlier night"):
        make(tmp_path, 300, 0.0, incidents=(Incident.parse(f"{MEMBERS}:{NIGHTS[0]}:empty"),))


def test_what_never_came_is_missing_and_its_figures_are_unknown(tmp_path):
    made = make(tmp_path, 300, 0.0, incidents=(Incident.parse(f"{MEMBERS}:{NIGHTS[0]}:absent"),))
    expected = made.expected(NIGHTS[0])
    assert expected["scorecard"][MEMBERS] == {"delivery_status": "MISSING"}
    headline = expected["universal_coverage"]["SAKERNAS"]
    assert (headline["active_participants"], headline["coverage_rate"], headline["gap_to_target"]) == (None,) * 3
    assert headline["denominator"] > 0
    assert made.expected(NIGHTS[1])["universal_coverage"]["SAKERNAS"]["active_participants"] > 0


def test_the_past_has_its_accidents_behind_it(tmp_path, capsys):
    arguments = ["--out", str(tmp_path), "--workers", "300", "--dirt", "0", "--nights"]
    incident = ["--incident", f"{MEMBERS}:{SECOND}:absent"]
    assert main([*arguments, "2025-09-07", "2025-09-08", *incident]) == 0
    again = (tmp_path / "expected" / f"{SECOND}.json").read_bytes()
    assert main([*arguments, "2025-09-09"]) == 0  # the accident stays in the folder's history
    assert (tmp_path / "expected" / f"{SECOND}.json").read_bytes() == again
    assert main([*arguments, "2025-09-08", "--incident", f"{MEMBERS}:{SECOND}:empty"]) == 2
    assert "written already" in capsys.readouterr().err
