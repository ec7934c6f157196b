# ruff: noqa: S608 - queries are put together from the texts of this package; keys are always parameters
"""Traces that start from a finding or from a worker."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from cakupan import settings
from cakupan.identity import pseudonym
from cakupan.trace import money
from cakupan.trace.money import address, facts_of
from cakupan.trace.night import Night, in_force, unknown
from cakupan.trace.tree import CannotTrace, Node, group

CONTRIBUTIONS = f"""
    with owner as (
        select distinct on (membership_key) membership_key, worker_key from warehouse.int_membership_owner
        where business_date <= %(as_of)s and membership_key in (
            select membership_key from warehouse.int_membership_owner where worker_key = %(worker)s
        )
        order by membership_key, business_date desc
    )
    select line.*, count(*) over () as lines, sum(amount_idr) over () as total_idr
    from warehouse.int_contribution as line
    where validation_id in {in_force("bpjstk.iuran")}
        and membership_key in (select membership_key from owner where worker_key = %(worker)s)
    order by contribution_month desc, delivery_id, row_number limit %(limit)s
"""


def finding(night: Night, key: str) -> Node:
    """A finding and every row that proves it. Raises CannotTrace."""
    rows = night.rows(
        "select * from warehouse.audit_findings where run_id = %(run)s and finding_key = %(key)s", key=key
    )
    if not rows:
        keys = night.rows("select finding_key from warehouse.audit_findings where run_id = %(run)s")
        listing = "select finding_key from audit_findings"
        raise unknown("finding with the key", key, [row["finding_key"] for row in keys], night.as_of, listing)
    row, feeds = rows[0], night.feeds()
    facts = facts_of(
        row, "severity", "explanation", "amount_idr", "sp2d_no", "decree_no", "contribution_month",
        "fiscal_year", "skpd_code", "sub_activity_code", "account_code",
    )  # fmt: skip
    if row["worker_key"]:
        facts["worker_key"] = str(row["worker_key"])
    by_kind: dict[str, list[Node]] = defaultdict(list)
    for node in money.evidence_nodes(row["evidence"], feeds):
        by_kind[node.kind].append(node)
    proofs = [
        group("evidence", nodes[: night.limit], len(nodes), feed=feeds.get(nodes[0].address.delivery_id, ""))
        for nodes in by_kind.values()
        if nodes[0].address
    ]
    above = []
    if row["sp2d_no"]:
        orders = night.rows(money.ORDERS.format("sp2d.sp2d_no = %(number)s"), number=row["sp2d_no"])
        above = [group("orders", map(money.order_node, orders))]
    return Node("finding", row["finding_code"], facts, [*above, *proofs])


def worker_key_of(nik: str) -> UUID:
    """The key of a NIK as a person types it. Raises CannotTrace without repeating the NIK."""
    digits = "".join(nik.split()).replace(".", "")
    if len(digits) != 16 or not digits.isascii() or not digits.isdigit():
        raise CannotTrace(
            f"A NIK has 16 digits; what was read has {len(digits)} characters. Type it when asked, or pipe it in."
        )
    return pseudonym("nik", digits, bytes.fromhex(settings.secret("identity_key")))


def worker(night: Night, key: UUID) -> Node:
    """Everything a night knows of a worker. Raises CannotTrace where it knows nothing."""
    coverage = night.row(
        "select * from warehouse.fct_coverage_daily where run_id = %(run)s and worker_key = %(worker)s", worker=key
    )
    months = money.worker_months(night, "worker_key = %(worker)s", "contribution_month desc, sp2d_no", worker=key)
    posted = night.rows(CONTRIBUTIONS, worker=key)
    if coverage is None and not months.children and not posted:
        raise CannotTrace(
            f"No worker with that NIK is known on the night of {night.as_of}. Check the number, or name another --date."
        )
    posted_idr = int(posted[0]["total_idr"]) if posted else 0
    children = [
        *_known(night, key, months),
        group(
            "contributions",
            map(money.contribution_node, posted),
            posted[0]["lines"] if posted else 0,
            posted_idr=posted_idr,
        ),
        money.findings(night, "worker_key = %(worker)s", worker=key),
    ]
    return Node("worker", str(key), facts_of(coverage or {}, *COVERED), children)


COVERED = ("is_active_participant", "is_city_participant", "sector_code", "funding_source_code", "region_code")


def _known(night: Night, key: UUID, months: Node) -> list[Node]:
    memberships = map(money.membership_node, night.rows(money.MEMBERSHIPS, workers=[key]))
    rosters = [
        Node("roster", row["roster"], facts_of(row, "worker_category"), address=address(row))
        for row in night.rows(
            "select * from warehouse.fct_roster where run_id = %(run)s and worker_key = %(worker)s order by roster",
            worker=key,
        )
    ]
    decrees = [
        Node("recipient", row["row_key"], money.recipient_node(row).facts, address=address(row))
        for row in night.rows(
            "select * from warehouse.dbhcht_forward where run_id = %(run)s and worker_key = %(worker)s"
            " and feed = 'disnaker.penerima_dbhcht' order by row_key",
            worker=key,
        )
    ]
    return [group("memberships", memberships), group("rosters", rosters), group("recipients", decrees), months]
