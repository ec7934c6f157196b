"""Whole deliveries that go wrong: the one before stays in force, and the scorecard says so."""

import gzip
import zipfile

import pytest

from simulator.__main__ import main
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
    ],
)
def test_accidents_that_the_interface_does_not_settle_are_refused(text):
    with pytest.raises(ValueError, match=text.split(":", maxsplit=1)[0]):
        Incident.parse(text)


def test_an_accident_needs_an_earlier_night(tmp_path):
    with pytest.raises(NightError, match="earlier night"):
        make(tmp_path, 300, 0.0, incidents=(Incident.parse(f"{MEMBERS}:{NIGHTS[0]}:absent"),))


def test_the_past_has_its_accidents_behind_it(tmp_path, capsys):
    arguments = ["--out", str(tmp_path), "--workers", "300", "--dirt", "0", "--nights"]
    incident = ["--incident", f"{MEMBERS}:{SECOND}:absent"]
    assert main([*arguments, "2025-09-07", "2025-09-08", *incident]) == 0
    again = (tmp_path / "expected" / f"{SECOND}.json").read_bytes()
    assert main([*arguments, "2025-09-09"]) == 0  # the accident stays in the folder's history
    assert (tmp_path / "expected" / f"{SECOND}.json").read_bytes() == again
    assert main([*arguments, "2025-09-08", "--incident", f"{MEMBERS}:{SECOND}:empty"]) == 2
    assert "written already" in capsys.readouterr().err
