"""Some answers once more, from the rows as delivered and accepted, in a few plain lines each."""

import json
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from simulator.answers import answers
from simulator.check import differences
from simulator.feeds import BY_NAME
from tests.simulator.conftest import NIGHTS
from tests.simulator.parsing import truths
from tests.simulator.reading import MONTH_NAMES, as_date


class Rows:
    """The accepted rows of a night, as dicts; of an increment all rows up to the night."""

    def __init__(self, judged: dict, night: date) -> None:
        self.judged, self.night = judged, night

    def of(self, code: str) -> list[dict]:
        days = [day for feed, day in self.judged if feed == code and day <= self.night]
        days = days if code == "bpjstk.iuran" else [max(days)]
        names = BY_NAME[code].names
        return [dict(zip(names, row, strict=True)) for day in days for row in self.judged[code, day][1]]

    def active(self) -> dict[str, dict]:
        """NIK -> primary membership."""
        today = self.night.isoformat()
        best: dict[str, dict] = {}
        for row in sorted(
            self.of("bpjstk.kepesertaan"),
            key=lambda row: (["PU", "JAKON", "BPU", "PMI"].index(row["SEGMEN"]), row["TGL_AKTIF"], row["KPJ"]),
        ):
            over = row["TGL_NONAKTIF"] and row["TGL_NONAKTIF"] <= today
            if row["STATUS"] == "AKTIF" and row["TGL_AKTIF"] <= today and not over:
                best.setdefault(row["NIK"], row)
        return best

    def owners(self) -> dict[str, str]:
        found = {}
        for (code, day), (_, rows) in self.judged.items():
            if code == "bpjstk.kepesertaan" and day <= self.night:
                found.update((row[0], row[1]) for row in rows)
        return found


def month(text: str) -> int:
    name, year = text.split()
    return int(year) * 100 + MONTH_NAMES.index(name) + 1


def rupiah(text) -> int:
    return text if isinstance(text, int) else int(text[:-3].replace(".", ""))


@pytest.fixture(scope="module", params=["clean", "usual", "dirty"])
def both(request):
    made = request.getfixturevalue(request.param)
    judged = made.judged()
    return [(Rows(judged, night), made.expected(night)) for night in NIGHTS]


def test_headline_region_and_funding(both):
    for rows, expected in both:
        people = rows.active().values()
        city = [row for row in people if row["KODE_WILAYAH"].startswith("35.79.")]
        headline = expected["universal_coverage"]["SAKERNAS"]
        assert headline["active_participants"] == len(city)
        assert headline["outside_city_participants"] == len(people) - len(city)
        regions = expected["coverage_by_region"]
        assert sum(row["active_participants"] for row in regions.values()) == len(city)
        for row in city:
            assert row["KODE_WILAYAH"] in regions
        assert sum(row["by_dbhcht"] for row in regions.values()) == sum(r["SUMBER_IURAN"] == "DBHCHT" for r in city)
        goals = [row for row in rows.of("bpjstk.target") if row["TAHUN"] == 2025]
        assert headline["target_participants"] == sum(int(row["TARGET_PESERTA"]) for row in goals)
        heads = 0
        for row in rows.of("bpjstk.jakon"):
            if (row["TGL_MULAI"] or "9999") <= rows.night.isoformat() <= (row["TGL_SELESAI"] or "0000"):
                heads += int(row["JUMLAH_TK"] or 0)
        assert headline["jakon_headcount"] == heads
        posted: dict[str, int] = defaultdict(int)
        for line in rows.of("bpjstk.iuran"):
            if line["BULAN_IURAN"].startswith(str(rows.night.year)):
                posted[line["SUMBER_DANA"]] += int(line["JUMLAH"])
        shown = expected["coverage_by_funding_source"]
        assert {code: row["contributions_ytd_idr"] for code, row in shown.items()} == dict(posted)


def test_sectors(both):
    for rows, expected in both:
        city = [row for row in rows.active().values() if row["KODE_WILAYAH"].startswith("35.79.")]
        for code, row in expected["coverage_by_sector"].items():
            letters = {"M": "MN", "R": "RSTU"}.get(code, code)
            assert row["active_participants"] == sum(r["KODE_SEKTOR"] in letters for r in city)
            workforce = [r for r in rows.of("bps.angkatan_kerja") if (r["tahun"], r["kode_sektor"]) == ("2025", code)]
            assert row["workforce"] == int(workforce[0]["bekerja"])
            assert row["coverage_rate"] == pytest.approx(row["active_participants"] / row["workforce"], abs=1e-6)


def test_lapse_calendar(both):
    for rows, expected in both:
        newest: dict[str, str] = {}
        for line in rows.of("bpjstk.iuran"):
            if line["PROGRAM"] == "JKK":
                newest[line["KPJ"]] = max(newest.get(line["KPJ"], ""), line["BULAN_IURAN"])
        today, people = rows.night.isoformat(), defaultdict(set)
        for row in rows.of("bpjstk.kepesertaan"):
            over = row["TGL_NONAKTIF"] and row["TGL_NONAKTIF"] <= today
            if (row["SEGMEN"], row["STATUS"]) == ("BPU", "AKTIF") and not over and row["KPJ"] in newest:
                last = date(int(newest[row["KPJ"]][:4]), int(newest[row["KPJ"]][4:]), 1)
                lapse = last.replace(day=28) + timedelta(days=4)
                for _ in range(3):
                    lapse = lapse.replace(day=28) + timedelta(days=4)
                people[f"{lapse:%Y%m}|{row['SUMBER_IURAN']}"].add(row["NIK"])
        assert expected["lapse_calendar"] == {key: len(niks) for key, niks in people.items()}


def test_rosters_and_pledges(both):
    for rows, expected in both:
        active = rows.active()
        for code, category in (
            ("perkim.tenaga_lapangan", "JENIS"),
            ("distan.kelompok_tani", "kategori"),
            ("dinsos.relawan_disabilitas", "Jenis"),
            ("dispar.pekerja_seni", "Bidang Seni"),
        ):
            listed = defaultdict(set)
            for row in rows.of(code):
                listed[row[category]].add(row.get("NIK") or row.get("nik"))
            for kind, niks in listed.items():
                shown = expected["coverage_by_agency"][f"{code.split('.')[0]}|{kind}"]
                assert (shown["registered_workers"], shown["active_participants"]) == (
                    len(niks),
                    len(niks & active.keys()),
                )
            pledge = next(
                value for key, value in expected["commitment_progress"].items() if key.startswith(code.split(".")[0])
            )
            assert pledge["actual"] == sum(len(niks & active.keys()) for niks in listed.values())


def test_recipients_under_the_category_of_their_newest_decree(both):
    feed = BY_NAME["disnaker.penerima_dbhcht"]
    for rows, expected in both:
        category = {}
        for row in sorted(rows.of(feed.code), key=lambda row: (as_date(feed, row["TGL SK"]), row["NO SK"])):
            if month(row["BULAN MULAI"]) <= 202509 <= month(row["BULAN SELESAI"]):
                category[row["NIK"]] = row["KATEGORI"]
        counts = Counter(category.values())
        shown = {
            key.split("|")[1]: row["registered_workers"]
            for key, row in expected["coverage_by_agency"].items()
            if key.startswith("disnaker|")
        }
        assert shown == counts


def test_construction_statuses(both):
    for rows, expected in both:
        values = {
            contract["id"]: contract["value"]["amount"]
            for row in rows.of("pbj.kontrak")
            for contract in json.loads(row["contracts"])
        }
        for row in rows.of("pupr.proyek_konstruksi"):
            sites = [site for site in rows.of("bpjstk.jakon") if site["NO_KONTRAK"] == row["nomor_kontrak"]]
            shown = expected["construction_compliance"][row["id"]]
            due = shown["contribution_due_idr"]
            assert (due is None) == (row["nomor_kontrak"] not in values)
            if not sites:
                status = "NOT_REGISTERED"
            elif row["tanggal_surat"] is None:
                status = "NO_LETTER"
            elif min(site["TGL_DAFTAR"] for site in sites) < row["tanggal_surat"]:
                status = "REGISTERED_BEFORE_LETTER"
            elif due is not None and sum(int(site["IURAN_DIBAYAR"]) for site in sites) < due:
                status = "UNDERPAID"
            else:
                status = "COMPLIANT"
            assert shown["status"] == status, row["id"]


def test_reconciliation_and_money_findings(both):
    feed = BY_NAME["sipd.sp2d"]
    for rows, expected in both:
        posted: dict[str, int] = defaultdict(int)
        for line in rows.of("bpjstk.iuran"):
            posted[line["KODE_BILLING"]] += int(line["JUMLAH"])
        disbursed: dict[str, int] = defaultdict(int)
        mismatch, nothing = set(), set()
        for row in rows.of("sipd.sp2d"):
            if row["SUMBER DANA"] != "DBHCHT":
                continue
            billing = row["KODE BILLING"] or row["URAIAN"].split("kode iuran ")[1][:12]
            disbursed[f"{row['KODE SKPD']}|{row['KODE SUB KEGIATAN']}|{row['KODE REKENING']}"] += rupiah(row["NILAI"])
            if billing not in posted:
                nothing.add(row["NO SP2D"])
            elif posted[billing] != rupiah(row["NILAI"]):
                mismatch.add(row["NO SP2D"])
            assert as_date(feed, row["TGL SP2D"]) <= rows.night
        shown = expected["dbhcht_reconciliation"]
        assert {key: row["disbursed_idr"] for key, row in shown.items() if row["disbursed_idr"]} == dict(disbursed)
        assert set(expected["audit_findings"]["SP2D_NOT_POSTED"]["where"]) == nothing
        assert set(expected["audit_findings"]["AMOUNT_MISMATCH"]["where"]) == mismatch


def test_protected_months(both):
    for rows, expected in both:
        owners = rows.owners()
        under = defaultdict(set)
        for line in rows.of("bpjstk.iuran"):
            if line["KPJ"] in owners:
                under[line["KODE_BILLING"]].add((owners[line["KPJ"]], int(line["BULAN_IURAN"])))
        spans = defaultdict(list)
        for row in rows.of("disnaker.penerima_dbhcht"):
            spans[row["NO SK"]].append((row["NIK"], month(row["BULAN MULAI"]), month(row["BULAN SELESAI"])))
        for row in rows.of("sipd.sp2d"):
            if row["SUMBER DANA"] != "DBHCHT":
                continue
            billing = row["KODE BILLING"] or row["URAIAN"].split("kode iuran ")[1][:12]
            first, last = month(row["PERIODE AWAL"]), month(row["PERIODE AKHIR"])
            due = {
                (nik, m)
                for nik, a, b in spans[row["NO SK"]]
                for m in range(202501, 202513)
                if first <= m <= last and a <= m <= b
            }
            shown = expected["dbhcht_lineage"][row["NO SP2D"]]
            assert shown["PROTECTED"] == len(due & under[billing])
            assert shown["NOT_POSTED"] == len(due - under[billing])
            assert shown["NOT_ON_DECREE"] == len(under[billing] - due)


def test_double_funding_and_deaths(both):
    for rows, expected in both:
        owners = rows.owners()
        jkk, dbhcht = defaultdict(set), set()
        for line in rows.of("bpjstk.iuran"):
            nik = owners.get(line["KPJ"])
            if nik and line["SUMBER_DANA"] == "DBHCHT":
                dbhcht.add((nik, line["BULAN_IURAN"]))
            if nik and line["PROGRAM"] == "JKK":
                jkk[nik, line["BULAN_IURAN"]].add(line["SUMBER_DANA"])
        double = [key for key, sources in jkk.items() if "DBHCHT" in sources and len(sources) > 1]
        assert expected["audit_findings"]["DOUBLE_FUNDING"]["count"] == len(double)
        died = {
            row["NIK"]: row["TGL_NONAKTIF"][:7].replace("-", "")
            for row in rows.of("bpjstk.kepesertaan")
            if row["STATUS"] == "MENINGGAL"
        }
        late = [key for key in dbhcht if key[0] in died and key[1] > died[key[0]]]
        assert expected["audit_findings"]["DECEASED_BENEFICIARY"]["count"] == len(late)


def test_outreach(both):
    for rows, expected in both:
        first: dict[str, str] = {}
        for row in rows.of("bpjstk.kepesertaan"):
            first[row["NIK"]] = min(first.get(row["NIK"], "9999"), row["TGL_AKTIF"])
        visits = {(row["nik"], row["tanggal"], row["kegiatan_id"]) for row in rows.of("diskumdag.sosialisasi")}
        for event, shown in expected["outreach_conversion"].items():
            guests = {(nik, day) for nik, day, name in visits if name == event}
            assert shown["attendees"] == len(guests)
            assert shown["already_participants"] == sum(first.get(nik, "9999") < day for nik, day in guests)
            converted = 0
            for nik, day in guests:
                joined = first.get(nik, "0000")
                limit = (date.fromisoformat(day) + timedelta(days=90)).isoformat()
                between = any(day < other <= joined for who, other, _ in visits if who == nik)
                converted += day <= joined <= limit and not between
            assert shown["converted"] == converted


def test_construction_dues_by_golden_values():
    from simulator.tariffs import construction_due

    golden = {
        50_000_000: 120_000,
        100_000_000: 240_000,
        250_000_000: 525_000,
        500_000_000: 1_000_000,
        750_000_000: 1_375_000,
        1_000_000_000: 1_750_000,
        2_000_000_000: 2_950_000,
        5_000_000_000: 6_550_000,
        10_000_000_000: 11_550_000,
        445_269_130_929: 446_819_131,
    }
    assert {value: construction_due(value) for value in golden} == golden


@pytest.mark.parametrize("name", ["clean", "usual", "dirty"])
def test_the_files_alone_lead_to_every_expected_figure(name, request):
    made = request.getfixturevalue(name)
    for truth, card in truths(made.out / "deliveries", list(NIGHTS)):
        assert differences(made.expected(truth.night), answers(truth, card)) == []
