"""Every row about DBHCHT leads to the rows it came from and back: all edges are drawn again from accepted rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from cakupan.database import Role, connect
from tests.warehouse.conftest import NIGHTS, Warehouse, dbt, of_every_night

NIGHT = NIGHTS[2]
FEEDS = {
    "budget": "sipd_anggaran",
    "order": "sipd_sp2d",
    "recipient": "disnaker_penerima_dbhcht",
    "posting": "bpjstk_iuran",
    "membership": "bpjstk_kepesertaan",
}
WORKER = "select worker_key from identity.worker where nik = quality.normal_nik(l.nik)"
SAME_ROW = {
    "fct_membership": ("bpjstk_kepesertaan", "worker_key", f"({WORKER})"),
    "int_contribution": ("bpjstk_iuran", "transaction_no", "quality.normal(l.no_transaksi)"),
    "fct_budget": ("sipd_anggaran", "budget_idr", "quality.to_whole_id(quality.normal(l.pagu))"),
    "fct_disbursement": ("sipd_sp2d", "sp2d_no", "quality.normal(l.no_sp2d)"),
    "fct_beneficiary": ("disnaker_penerima_dbhcht", "worker_key", f"({WORKER})"),
    "fct_aid_application": ("distan_permohonan_bantuan", "application_no", "quality.normal(l.no_permohonan)"),
    "fct_outreach_attendance": ("diskumdag_sosialisasi", "attendance_id", "quality.normal(l.id)"),
    "fct_construction_project": ("pupr_proyek_konstruksi", "project_id", "quality.normal(l.id)"),
    "fct_commitment": ("perekonomian_rencana_kerja", "commitment", "quality.normal(l.komitmen)"),
}
"""What a fact holds of each row, and how the landed row spells it."""


@dataclass
class Edges:
    """What the accepted rows of a night say, by what they say it about: sets of addresses."""

    rows: dict[str, list[dict]]

    def __post_init__(self) -> None:
        newest = {}
        for row in sorted(self.rows["membership"], key=lambda row: row["business_date"]):
            newest[row["membership_key"]] = row["worker_key"]
        for row in self.rows["posting"]:
            row["worker_key"] = newest.get(row["membership_key"])
        self.orders = [row for row in self.rows["order"] if row["budget_source"] == "DBHCHT"]
        self.postings = defaultdict(list)
        for row in self.rows["posting"]:
            self.postings[row["billing_code"]].append(row)
        self.in_force = {}
        for row in sorted(self.rows["budget"], key=lambda row: (row["document_date"], row["document_no"])):
            if row["document_date"] <= NIGHT and row["budget_source"] == "DBHCHT":
                self.in_force[line(row)] = row

    def lineage(self) -> dict[tuple, set[str]]:
        """(SP2D, worker or membership, month) -> the rows behind it."""
        found: dict[tuple, set[str]] = defaultdict(set)
        for order in self.orders:
            for row in self.rows["recipient"]:
                if row["decree_no"] == order["decree_no"]:
                    for month in months(row):
                        if order["first_month"] <= month <= order["last_month"]:
                            found[order["sp2d_no"], row["worker_key"], month].add(row["address"])
            for row in self.postings.get(order["billing_code"], ()):
                who = row["worker_key"] or row["membership_key"]
                found[order["sp2d_no"], who, row["contribution_month"]].add(row["address"])
            above = {order["address"]} | {
                self.in_force[line(order)]["address"] for _ in [1] if line(order) in self.in_force
            }
            for key in [key for key in found if key[0] == order["sp2d_no"]]:
                found[key] |= above
        return dict(found)

    def reconciliation(self) -> dict[tuple, set[str]]:
        """Budget line -> its document in force, its payment orders and what was posted under them."""
        found: dict[tuple, set[str]] = defaultdict(set)
        for key, row in self.in_force.items():
            found[key].add(row["address"])
        for order in self.orders:
            found[line(order)].add(order["address"])
            found[line(order)] |= {row["address"] for row in self.postings.get(order["billing_code"], ())}
        return dict(found)

    def evidence(self, finding: dict) -> set[str]:  # noqa: PLR0911 - one for each kind of rule
        """The rows that prove a finding."""
        code, worker, month = finding["finding_code"], finding["worker_key"], finding["contribution_month"]
        if code == "OVER_BUDGET":
            return self.reconciliation()[line(finding)]
        if code in ("BENEFICIARY_NOT_PROTECTED", "NOT_ON_DECREE", "UNRESOLVED_PARTICIPANT"):
            return self.lineage()[finding["sp2d_no"], worker or finding["membership_key"], month]
        order = next((one for one in self.orders if one["sp2d_no"] == finding["sp2d_no"]), None)
        on_decree = [row for row in self.rows["recipient"] if row["decree_no"] == finding["decree_no"]]
        if order is not None:
            more = {"PAID_BEFORE_DECREE": on_decree, "AMOUNT_MISMATCH": self.postings.get(order["billing_code"], [])}
            return {order["address"]} | {row["address"] for row in more.get(code, [])}
        if code == "OUT_OF_REGION":
            return {row["address"] for row in on_decree if row["worker_key"] == worker}
        if code == "DUPLICATE_BENEFICIARY":
            mine = [row for row in self.rows["recipient"] if row["worker_key"] == worker]
            return {row["address"] for row in mine if month in months(row)}
        paid = [
            row for row in self.rows["posting"] if (row["worker_key"], row["contribution_month"]) == (worker, month)
        ]
        if code == "DOUBLE_FUNDING":
            return {row["address"] for row in paid if row["program_code"] == "JKK"}
        assert code == "DECEASED_BENEFICIARY"
        died = [row for row in self.rows["membership"] if row["worker_key"] == worker and row["status"] == "MENINGGAL"]
        newest = [row for row in died if row["business_date"] == max(one["business_date"] for one in died)]
        first = min(newest, key=lambda row: row["inactive_from"])
        return {first["address"]} | {row["address"] for row in paid if row["funding_source_code"] == "DBHCHT"}


def line(row: dict) -> tuple:
    """A budget line of a fiscal year: a mart says it, documents and payment orders have it from their date."""
    year = row.get("fiscal_year") or (row.get("document_date") or row["sp2d_date"]).year
    return year, row["skpd_code"], row["sub_activity_code"], row["account_code"]


def months(row: dict) -> list[str]:
    first, last = (int(row[name][:4]) * 12 + int(row[name][4:]) - 1 for name in ("first_month", "last_month"))
    return [f"{month // 12}{month % 12 + 1:02d}" for month in range(first, last + 1)]


@pytest.fixture(scope="module")
def loader(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.LOADER, row_factory=dict_row, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def run_id(loader: psycopg.Connection) -> int:
    return loader.execute("select run_id from ledger.published where as_of_date = %s", (NIGHT,)).fetchone()["run_id"]


@pytest.fixture(scope="module")
def edges(loader: psycopg.Connection, run_id: int) -> Edges:
    address = "(delivery_id || ':' || sheet || ':' || row_number) as address"
    mine = "validation_id in (select validation_id from ledger.run_input where run_id = %(run)s)"
    every = "business_date <= %(night)s"
    return Edges(
        {
            name: loader.execute(
                f"select *, {address} from warehouse.stg_{feed} where {every if name == 'membership' else mine}",
                {"run": run_id, "night": NIGHT},
            ).fetchall()
            for name, feed in FEEDS.items()
        }
    )


def of_run(loader: psycopg.Connection, relation: str, run_id: int) -> list[dict]:
    rows = loader.execute(f"select * from {of_every_night(relation)} where run_id = %s", (run_id,)).fetchall()
    assert rows
    return rows


def test_every_row_of_the_lineage_names_exactly_the_rows_it_rests_on(loader, run_id, edges) -> None:
    rows = of_run(loader, "dbhcht_lineage", run_id)
    told = {
        (r["sp2d_no"], r["worker_key"] or r["membership_key"], r["contribution_month"]): r["evidence"] for r in rows
    }
    assert {key: sorted(evidence) for key, evidence in told.items()} == {
        key: sorted(evidence) for key, evidence in edges.lineage().items()
    }


def test_every_row_of_the_reconciliation_names_exactly_the_rows_it_rests_on(loader, run_id, edges) -> None:
    told = {line(row): set(row["evidence"]) for row in of_run(loader, "dbhcht_reconciliation", run_id)}
    assert told == edges.reconciliation()


def test_every_finding_names_exactly_the_rows_that_prove_it(loader, run_id, edges) -> None:
    rows = of_run(loader, "audit_findings", run_id)
    assert len({row["finding_code"] for row in rows}) > 8
    wrong = [row for row in rows if sorted(row["evidence"]) != sorted(edges.evidence(row))]
    assert wrong == []


@pytest.mark.parametrize("fact", SAME_ROW)
def test_every_row_of_a_fact_stands_where_it_says(loader, fact: str) -> None:
    feed, column, spelled = SAME_ROW[fact]
    (counts,) = loader.execute(
        f"select count(*) as rows, count(*) filter (where f.{column} = {spelled}) as found"
        f" from {of_every_night(fact)} as f left join landing.{feed} as l using (delivery_id, sheet, row_number)"
    ).fetchall()
    assert counts["rows"] == counts["found"] > 0


@pytest.mark.parametrize("fact", ["fct_roster", "fct_coverage_daily"])
def test_a_worker_of_the_night_is_named_in_the_row_it_leads_to(loader, run_id, fact: str) -> None:
    feeds = loader.execute(
        "select distinct agency || '_' || feed as feed, delivery_id from ledger.run_input where run_id = %s", (run_id,)
    ).fetchall()
    named: set[tuple] = set()
    for feed in feeds:
        present = loader.execute("select to_regclass(%s) as t", (f"landing.{feed['feed']}",)).fetchone()["t"]
        columns = loader.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attname = 'nik'", (present,)
        ).fetchall()
        if columns:
            rows = loader.execute(
                "select l.sheet, l.row_number, w.worker_key from landing.{} as l join identity.worker as w"
                " on w.nik = quality.normal_nik(l.nik) where delivery_id = %s".format(feed["feed"]),
                (feed["delivery_id"],),
            )
            named |= {(feed["delivery_id"], r["sheet"], r["row_number"], r["worker_key"]) for r in rows}
    rows = of_run(loader, fact, run_id)
    assert {(r["delivery_id"], r["sheet"], r["row_number"], r["worker_key"]) for r in rows} <= named


def test_a_worker_of_several_memberships_names_them_all(loader, run_id, edges) -> None:
    newest = max(row["business_date"] for row in edges.rows["membership"])
    held = defaultdict(set)
    for row in edges.rows["membership"]:
        if row["business_date"] == newest:
            held[row["worker_key"]].add(row["address"])
    several = {worker: rows for worker, rows in held.items() if len(rows) > 1}
    rows = of_run(loader, "fct_coverage_daily", run_id)
    assert several
    assert {row["worker_key"]: set(row["evidence"]) for row in rows if row["evidence"]} == several


def test_a_budget_line_names_all_its_documents(loader, run_id, edges) -> None:
    documents = defaultdict(set)
    for row in edges.rows["budget"]:
        if row["document_date"] <= NIGHT:
            documents[*line(row), row["budget_source"]].add(row["address"])
    rows = of_run(loader, "dim_budget_line", run_id)
    assert max(map(len, documents.values())) > 1
    assert {(*line(row), row["budget_source"]): set(row["evidence"]) for row in rows} == documents


def test_every_accepted_row_about_dbhcht_went_somewhere(loader, run_id, edges) -> None:
    rows = of_run(loader, "dbhcht_forward", run_id)
    billing = {order["billing_code"] for order in edges.orders if order["billing_code"]}
    due = (
        [row["address"] for row in edges.rows["budget"] if row["budget_source"] == "DBHCHT"]
        + [row["address"] for row in edges.orders]
        + [row["address"] for row in edges.rows["recipient"]]
        + [
            row["address"]
            for row in edges.rows["posting"]
            if row["funding_source_code"] == "DBHCHT" or row["billing_code"] in billing
        ]
    )
    assert sorted(place(row) for row in rows) == sorted(due)


def test_where_a_row_went_is_where_others_say_they_come_from(loader, run_id) -> None:
    counts = {
        relation: Counter(a for row in of_run(loader, relation, run_id) for a in row["evidence"])
        for relation in ("dbhcht_lineage", "audit_findings")
    }
    rows = of_run(loader, "dbhcht_forward", run_id)
    assert {"IN_LINEAGE", "BUDGET_SUPERSEDED"} < {row["outcome"] for row in rows}
    for row in rows:
        assert row["lineage_rows"] == counts["dbhcht_lineage"][place(row)], row
        assert row["findings"] == counts["audit_findings"][place(row)], row
        assert (row["outcome"] == "IN_LINEAGE") == (row["lineage_rows"] > 0), row


def place(row: dict) -> str:
    return f"{row['delivery_id']}:{row['sheet']}:{row['row_number']}"


def test_the_first_hops_start_from_the_cells_as_landed(loader, run_id) -> None:
    hops = {row["hop"]: row for row in of_run(loader, "dbhcht_conservation", run_id)}
    cells = loader.execute(
        "select nilai as cell from landing.sipd_sp2d where delivery_id ="
        " (select delivery_id from ledger.run_input where run_id = %s and feed = 'sp2d')",
        (run_id,),
    ).fetchall()
    amounts = [rupiah(row["cell"] or "") for row in cells]
    hop = hops["SP2D_DELIVERED_TO_STORED"]
    assert hop["from_idr"] == sum(amount for amount in amounts if amount is not None) > 0
    assert hop["rows_without_amount"] == sum(amount is None for amount in amounts)
    first = [row for row in hops.values() if row["left_out_reason"] == "SET_ASIDE"]
    assert [row["quarantined_idr"] + row["duplicate_idr"] for row in first] == [row["left_out_idr"] for row in first]
    assert sum(row["quarantined_idr"] for row in first) > 0
    assert {row["difference_idr"] for row in hops.values()} == {0}


def rupiah(cell: str) -> int | None:
    whole = cell.strip(" \t\u00a0'").removesuffix(",00").replace(".", "")
    return int(whole) if whole.isdigit() else None


def test_a_rupiah_that_appears_from_nowhere_stops_the_night(loader, dbt_environment, tmp_path: Path) -> None:
    change = "update warehouse.int_contribution set amount_idr = amount_idr + {} where transaction_no = %s"
    (row,) = loader.execute("select min(transaction_no) as number from warehouse.int_contribution").fetchall()
    hop = ("build", "--select", "stored_dbhcht_conservation", "dbhcht_money_is_conserved")
    with connect(Role.TRANSFORMER, autocommit=True) as owner:
        owner.execute(change.format(1), (row["number"],))
        try:
            assert not dbt(tmp_path, *hop, **dbt_environment).success
        finally:
            owner.execute(change.format(-1), (row["number"],))
    assert dbt(tmp_path, *hop, **dbt_environment).success


def test_sums_of_an_earlier_delivery_that_are_lost_stop_the_night(dbt_environment, tmp_path: Path) -> None:
    held = ("test", "--select", "contribution_totals_are_of_the_lines")
    with connect(Role.TRANSFORMER, autocommit=True) as owner:
        owner.execute(
            "create temporary table lost as select * from warehouse.int_contribution_total"
            " where validation_id = (select min(validation_id) from warehouse.int_contribution_total)"
        )
        owner.execute(
            "delete from warehouse.int_contribution_total where validation_id in (select validation_id from lost)"
        )
        try:
            assert not dbt(tmp_path, *held, **dbt_environment).success
        finally:
            owner.execute("insert into warehouse.int_contribution_total select * from lost")
    assert dbt(tmp_path, *held, **dbt_environment).success


def test_what_is_stored_of_a_delivery_is_replaced_not_repeated(loader, dbt_environment, tmp_path: Path) -> None:
    """Where a delivery was validated again after the run began, rows of the newest validation may be stored already."""
    run = "(select max(run_id) from ledger.build)"
    (newest,) = loader.execute(
        f"select max(validation_id) as number from ledger.run_input where feed = 'iuran' and run_id = {run}"
    ).fetchall()
    (another,) = loader.execute(
        "select min(validation_id) as number from ledger.validation"
        f" where validation_id not in (select validation_id from ledger.run_input where run_id = {run})"
    ).fetchall()
    rests_on = f"update ledger.run_input set validation_id = %s where run_id = {run} and validation_id = %s"
    lines = "select count(*) from warehouse.int_contribution"
    with connect(Role.ADMIN, autocommit=True) as admin:
        before = admin.execute(lines).fetchone()
        assert admin.execute(rests_on, (another["number"], newest["number"])).rowcount == 1
        try:
            assert dbt(tmp_path, "run", "--select", "int_contribution", **dbt_environment).success
            assert admin.execute(lines).fetchone() == before
        finally:
            admin.execute(rests_on, (newest["number"], another["number"]))
