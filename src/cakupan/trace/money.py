"""Traces along the money: budget line, payment order, billing code, decree."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from cakupan.trace.night import Night, Row, unknown
from cakupan.trace.tree import Address, CannotTrace, Node, group


def address(row: Row) -> Address:
    """Return where a stored row came from."""
    return Address(row["delivery_id"], row["sheet"], row["row_number"])


def facts_of(row: Row, *names: str) -> Row:
    """Return the columns of a row that are filled."""
    return {name: row[name] for name in names if row.get(name) is not None}


def payment_orders(
    night: Night,
    *,
    sp2d_no: str | None = None,
    budget_source: str | None = None,
    billing_code: str | None = None,
    decree_no: str | None = None,
) -> list[Row]:
    """Select payment orders in force; of one number, source, billing code or decree where that is named."""
    return night.rows(
        "payment_orders",
        sp2d_no=sp2d_no,
        budget_source=budget_source,
        billing_code=billing_code,
        decree_no=decree_no,
    )


def trace_payment_order(night: Night, sp2d_no: str) -> Node:
    """Trace a payment order back to its budget line and on to the workers and months it pays. Raises CannotTrace."""
    found = payment_orders(night, sp2d_no=sp2d_no)
    if not found:
        known = payment_orders(night)
        listing = "select distinct sp2d_no from dbhcht_lineage"
        raise unknown("payment order", sp2d_no, [one["sp2d_no"] for one in known], night.as_of, listing)
    row = found[0]
    node = order_node(row)
    node.children = [
        line_node(night, row["line"], row["budget_source"]),
        Node("decree", row["decree_no"]),
        worker_months(night, sp2d_no=sp2d_no),
        findings(night, sp2d_no=sp2d_no),
    ]
    if row["billing_code"]:
        node.children.insert(2, Node("billing", row["billing_code"], facts=_posted_under(night, row["billing_code"])))
    return node


def order_node(row: Row) -> Node:
    """Make a node of a payment order and what its own row says."""
    facts = facts_of(row, "sp2d_date", "amount_idr", "posted_idr", "budget_source", "decree_no", "billing_code")
    facts["period"] = f"{row['first_month']}-{row['last_month']}"
    return Node("sp2d", row["sp2d_no"], facts=facts, address=address(row))


def trace_budget_line(night: Night, key: str) -> Node:
    """Trace a DBHCHT budget line: its documents and every payment order from it. Raises CannotTrace.

    The key is YEAR|SKPD|SUB-ACTIVITY|ACCOUNT; without the year where the night has the line in one year only.
    """
    known = night.rows("budget_lines")
    of_key = [one for one in known if key in {one["line"], one["line_of_any_year"]}]
    if not of_key:
        listing = "select fiscal_year, skpd_code, sub_activity_code, account_code from dbhcht_reconciliation"
        raise unknown("DBHCHT budget line", key, [one["line"] for one in known], night.as_of, listing)
    if len(of_key) > 1:
        raise CannotTrace(f"The line is one of several years; name one: {', '.join(one['line'] for one in of_key)}")
    (row,) = of_key
    key = row["line"]
    node = line_node(night, key, "DBHCHT")
    node.facts |= facts_of(
        row, "budget_idr", "disbursed_idr", "posted_idr", "unposted_idr", "remaining_idr", "absorption_rate"
    )
    paid = payment_orders(night, budget_source="DBHCHT")
    orders = [order_node(one) for one in paid if one["line"] == key]
    for one in orders:
        one.children.append(worker_months(night, sp2d_no=one.name))
    node.children.append(group("orders", orders))
    year, skpd, sub_activity, account = key.split("|")
    node.children.append(findings(night, year=year, skpd=skpd, sub_activity=sub_activity, account=account))
    return node


def line_node(night: Night, key: str, source: str) -> Node:
    """Make a node of a budget line with its documents, the one in force first."""
    documents = night.rows("budget_documents", line=key, budget_source=source)
    shown = ("document_date", "document_kind", "budget_idr", "budget_source", "outcome")
    nodes = [
        Node("budget_document", row["document_no"], facts_of(row, *shown), address=address(row)) for row in documents
    ]
    names = facts_of(documents[0], "skpd_name", "sub_activity_name") if documents else {}
    return Node("budget_line", key, names, [group("budget_documents", nodes)])


def trace_billing_code(night: Night, code: str) -> Node:
    """Trace a billing code to the payment orders that carry it and what was posted under it. Raises CannotTrace."""
    orders = payment_orders(night, billing_code=code)
    posted = night.rows("contributions_of_billing_code", billing_code=code)
    if not orders and not posted:
        known = [one["billing_code"] for one in payment_orders(night) if one["billing_code"]]
        raise unknown("billing code", code, known, night.as_of, "select distinct billing_code from dbhcht_lineage")
    lines = [contribution_node(row) for row in posted]
    return Node(
        "billing", code, _posted_under(night, code),
        [
            group("orders", (order_node(row) for row in orders)),
            group("contributions", lines, posted[0]["lines"] if posted else 0),
            worker_months(night, billing_code=code),
        ],
    )  # fmt: skip


def contribution_node(row: Row) -> Node:
    """Make a node of a posted contribution line."""
    shown = ("contribution_month", "program_code", "amount_idr", "paid_on", "funding_source_code", "billing_code")
    return Node("contribution", row["transaction_no"], facts_of(row, *shown), address=address(row))


def trace_decree(night: Night, number: str) -> Node:
    """Trace a decree: whom it names, what became of each, and the orders that pay it. Raises CannotTrace."""
    recipients = night.rows("recipients", decree_no=number)
    orders = payment_orders(night, decree_no=number)
    if not recipients and not orders:
        known = [row["decree_no"] for row in night.rows("decrees")]
        raise unknown("decree", number, known, night.as_of, "select distinct decree_no from dbhcht_lineage")
    by_outcome: dict[str, list[Row]] = defaultdict(list)
    for row in recipients:
        by_outcome[row["outcome"]].append(row)
    groups = [
        group("recipients", map(recipient_node, rows), rows[0]["of_outcome"], outcome=outcome)
        for outcome, rows in by_outcome.items()
    ]
    paid = group("orders", map(order_node, orders))
    found = findings(night, decree_no=number)
    return Node("decree", number, {"count": sum(n.total or 0 for n in groups)}, [paid, *groups, found])


def recipient_node(row: Row) -> Node:
    """Make a node of a decree's row and where it went."""
    facts = facts_of(row, "outcome", "months_without_payment")
    facts["sp2d_no"] = ", ".join(row["sp2d_nos"]) or None
    return Node("recipient", str(row["worker_key"] or ""), facts, address=address(row))


def worker_months(
    night: Night, *, sp2d_no: str | None = None, billing_code: str | None = None, worker: UUID | None = None
) -> Node:
    """Gather worker-months of the lineage by status, each with the rows of decree and contributions behind it."""
    feeds = night.feeds()
    rows = night.rows("worker_months", sp2d_no=sp2d_no, billing_code=billing_code, worker=worker)
    by_status: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_status[row["protection_status"]].append(row)
    groups = [
        group("worker_months", (month_node(row, feeds) for row in of), of[0]["of_status"], protection_status=status)
        for status, of in by_status.items()
    ]
    months = [month for node in groups for month in node.children]
    if sp2d_no is not None:  # the payment order stands above them
        for month in months:
            del month.facts["sp2d_no"]
    _add_memberships(night, months, rows)
    return Node("worker_months", facts={"count": sum(node.total or 0 for node in groups)}, children=groups)


def _add_memberships(night: Night, months: list[Node], rows: list[Row]) -> None:
    """Add the membership rows that say whose KPJ a contribution was posted for."""
    workers = list({row["worker_key"] for row in rows if row["worker_key"]})
    held: dict[str, list[Node]] = defaultdict(list)
    for row in night.rows("memberships", workers=workers):
        held[str(row["worker_key"])].append(membership_node(row))
    for month in months:
        month.children += held[month.name]


def membership_node(row: Row) -> Node:
    """Make a node of a membership in force."""
    shown = ("status", "segment_code", "funding_source_code", "active_from", "inactive_from", "region_code")
    return Node("membership", "", facts_of(row, *shown), address=address(row))


KIND_OF_FEED = {
    "sipd.anggaran": "budget_document",
    "sipd.sp2d": "sp2d",
    "disnaker.penerima_dbhcht": "recipient",
    "bpjstk.iuran": "contribution",
    "bpjstk.kepesertaan": "membership",
}


def evidence_nodes(evidence: list[str], feeds: dict[int, str], *left_out: str) -> list[Node]:
    """Make nodes of the rows behind a row of a mart, called by what their feed holds."""
    addresses = [Address.parse(one) for one in evidence]
    return [
        Node(KIND_OF_FEED.get(feeds.get(one.delivery_id, ""), "row"), address=one)
        for one in addresses
        if feeds.get(one.delivery_id) not in left_out
    ]


def month_node(row: Row, feeds: dict[int, str]) -> Node:
    """Make a node of a row of the lineage; its payment order and budget document stand above it."""
    facts = facts_of(row, "sp2d_no", "contribution_month", "due_idr")
    facts["posted_idr"] = row["posted_amount_idr"]
    name = str(row["worker_key"] or row["membership_key"])
    return Node("worker_month", name, facts, evidence_nodes(row["evidence"], feeds, "sipd.anggaran", "sipd.sp2d"))


def findings(
    night: Night,
    *,
    sp2d_no: str | None = None,
    decree_no: str | None = None,
    worker: UUID | None = None,
    year: str | None = None,
    skpd: str | None = None,
    sub_activity: str | None = None,
    account: str | None = None,
) -> Node:
    """Gather the findings about a payment order, a decree, a worker or a budget line, without their evidence."""
    rows = night.rows(
        "findings",
        sp2d_no=sp2d_no,
        decree_no=decree_no,
        worker=worker,
        year=year,
        skpd=skpd,
        sub_activity=sub_activity,
        account=account,
    )
    shown = ("severity", "worker_key", "contribution_month", "amount_idr", "explanation", "finding_key")
    nodes = [Node("finding", row["finding_code"], facts_of(row, *shown)) for row in rows]
    for node in nodes:
        node.facts = {name: str(value) if name == "worker_key" else value for name, value in node.facts.items()}
    return group("findings", nodes, rows[0]["findings"] if rows else 0)


def _posted_under(night: Night, code: str) -> Row:
    row = night.row("contributions_of_billing_code", billing_code=code)
    return {"count": row["lines"] if row else 0, "posted_idr": int(row["total_idr"]) if row else 0}
