"""Traces that start from a finding or from a worker."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from cakupan import identity
from cakupan.database import Role, connect
from cakupan.trace import money
from cakupan.trace.money import address, facts_of
from cakupan.trace.night import Night, unknown
from cakupan.trace.tree import CannotTrace, Node, group

COVERED = ("is_active_participant", "is_city_participant", "sector_code", "funding_source_code", "region_code")


def trace_finding(night: Night, key: str) -> Node:
    """Trace a finding to every row that proves it. Raises CannotTrace."""
    row, feeds = night.row("finding", finding_key=key), night.feeds()
    if row is None:
        keys = [one["finding_key"] for one in night.rows("finding_keys")]
        raise unknown("finding with the key", key, keys, night.as_of, "select finding_key from audit_findings")
    facts = facts_of(
        row, "severity", "explanation", "amount_idr", "expected_idr", "actual_idr", "difference_idr", "sp2d_no",
        "decree_no", "contribution_month", "fiscal_year", "skpd_code", "sub_activity_code", "account_code",
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
        above = [group("orders", map(money.order_node, money.payment_orders(night, sp2d_no=row["sp2d_no"])))]
    return Node("finding", row["finding_code"], facts, [*above, *proofs])


def worker_key_of(nik: str) -> UUID:
    """Return the key of a NIK as a person types it. Raises CannotTrace without repeating the NIK."""
    digits = "".join(nik.split()).replace(".", "")
    if len(digits) != 16 or not digits.isascii() or not digits.isdigit():
        raise CannotTrace(
            f"A NIK has 16 digits; what was read has {len(digits)} characters. Type it when asked, or pipe it in."
        )
    with connect(Role.LOADER) as connection:
        return identity.worker_key(connection, digits)


def trace_worker(night: Night, key: UUID) -> Node:
    """Trace everything a night knows of a worker. Raises CannotTrace where it knows nothing."""
    coverage = night.row("coverage_of_worker", worker=key)
    months = money.worker_months(night, worker=key)
    posted = night.rows("contributions_of_worker", worker=key)
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
        money.findings(night, worker=key),
    ]
    return Node("worker", str(key), facts_of(coverage or {}, *COVERED), children)


def _known(night: Night, key: UUID, months: Node) -> list[Node]:
    memberships = map(money.membership_node, night.rows("memberships", workers=[key]))
    rosters = [
        Node("roster", row["roster"], facts_of(row, "worker_category"), address=address(row))
        for row in night.rows("rosters_of_worker", worker=key)
    ]
    decrees = [
        Node("recipient", row["row_key"], money.recipient_node(row).facts, address=address(row))
        for row in night.rows("decrees_of_worker", worker=key)
    ]
    return [group("memberships", memberships), group("rosters", rosters), group("recipients", decrees), months]
