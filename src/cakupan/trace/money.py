# ruff: noqa: S608 - queries are put together from the texts of this package; keys are always parameters
"""Traces along the money: budget line, payment order, billing code, decree."""

from __future__ import annotations

from collections import defaultdict

from cakupan.trace.night import Night, Row, in_force, unknown
from cakupan.trace.tree import Address, CannotTrace, Node, group

# A budget line is one of a fiscal year: that of the order's, of the document's date. Nights published before lines were
# parted by year have none of their own; theirs is the night's.
LINE = "concat_ws('|', {year}, skpd_code, sub_activity_code, account_code)"
LINES = f"""
    select *, {LINE.format(year="coalesce(fiscal_year, extract(year from as_of_date))")} as line,
        skpd_code || '|' || sub_activity_code || '|' || account_code as line_of_any_year
    from warehouse.dbhcht_reconciliation where run_id = %(run)s order by line
"""
ORDERS = f"""
    select sp2d.*, budget.budget_idr, lineage.posted_idr,
        concat_ws(
            '|', extract(year from sp2d.sp2d_date), sp2d.skpd_code, sp2d.sub_activity_code, sp2d.account_code
        ) as line
    from warehouse.fct_disbursement as sp2d
    left join warehouse.dim_budget_line as budget
        on budget.run_id = %(run)s and extract(year from sp2d.sp2d_date) = extract(year from budget.document_date)
        and sp2d.skpd_code = budget.skpd_code
        and sp2d.sub_activity_code = budget.sub_activity_code and sp2d.account_code = budget.account_code
        and sp2d.budget_source = budget.budget_source
    left join (
        select sp2d_no, sum(posted_amount_idr)::bigint as posted_idr from warehouse.dbhcht_lineage
        where run_id = %(run)s group by sp2d_no
    ) as lineage on sp2d.sp2d_no = lineage.sp2d_no
    where sp2d.validation_id in {in_force("sipd.sp2d")} and {{}}
    order by sp2d.sp2d_date, sp2d.sp2d_no
"""
MONTHS = """
    select * from (
        select lineage.*, count(*) over of_status as of_status, row_number() over (of_status order by {order}) as place
        from warehouse.dbhcht_lineage as lineage
        where run_id = %(run)s and {condition}
        window of_status as (partition by protection_status)
    ) as numbered
    where %(limit)s::bigint is null or place <= %(limit)s
    order by protection_status, place
"""
BY_MONTH = "contribution_month, worker_key, membership_key"
MEMBERSHIPS = f"""
    select * from warehouse.fct_membership
    where validation_id in {in_force("bpjstk.kepesertaan")} and worker_key = any(%(workers)s)
    order by worker_key, precedence
"""
DOCUMENTS = f"""
    select document.*, forward.outcome
    from warehouse.fct_budget as document
    left join warehouse.dbhcht_forward as forward
        on forward.run_id = %(run)s and document.delivery_id = forward.delivery_id
        and document.sheet = forward.sheet and document.row_number = forward.row_number
    where document.validation_id in {in_force("sipd.anggaran")}
        and {LINE.format(year="extract(year from document_date)")} = %(line)s and budget_source = %(source)s
    order by document_date desc, document_no desc
"""
POSTED = f"""
    select *, count(*) over () as lines, sum(amount_idr) over () as total_idr
    from warehouse.int_contribution
    where validation_id in {in_force("bpjstk.iuran")} and billing_code = %(code)s
    order by delivery_id, row_number limit %(limit)s
"""
RECIPIENTS = """
    select * from (
        select forward.*, count(*) over of_outcome as of_outcome,
            row_number() over (of_outcome order by delivery_id, sheet, row_number) as place
        from warehouse.dbhcht_forward as forward
        where run_id = %(run)s and feed = 'disnaker.penerima_dbhcht' and row_key = %(decree)s
        window of_outcome as (partition by outcome)
    ) as numbered
    where %(limit)s::bigint is null or place <= %(limit)s
    order by outcome, place
"""
FINDINGS = """
    select *, count(*) over () as findings from warehouse.audit_findings
    where run_id = %(run)s and ({}) order by severity, finding_code, finding_key limit %(limit)s
"""


def address(row: Row) -> Address:
    """Where a stored row came from."""
    return Address(row["delivery_id"], row["sheet"], row["row_number"])


def facts_of(row: Row, *names: str) -> Row:
    """The columns of a row that are told."""
    return {name: row[name] for name in names if row.get(name) is not None}


def order(night: Night, sp2d_no: str) -> Node:
    """A payment order: back to its budget line, on to the workers and months it pays. Raises CannotTrace."""
    row = night.row(ORDERS.format("sp2d.sp2d_no = %(number)s"), number=sp2d_no)
    if row is None:
        known = night.rows(ORDERS.format("true"))
        listing = "select distinct sp2d_no from dbhcht_lineage"
        raise unknown("payment order", sp2d_no, [one["sp2d_no"] for one in known], night.as_of, listing)
    node = order_node(row)
    node.children = [
        line_node(night, row["line"], row["budget_source"]),
        Node("decree", row["decree_no"]),
        worker_months(night, "sp2d_no = %(number)s", BY_MONTH, number=sp2d_no),
        findings(night, "sp2d_no = %(number)s", number=sp2d_no),
    ]
    if row["billing_code"]:
        node.children.insert(2, Node("billing", row["billing_code"], facts=_posted_under(night, row["billing_code"])))
    return node


def order_node(row: Row) -> Node:
    """A payment order with what its own row says."""
    facts = facts_of(
        row, "sp2d_date", "amount_idr", "posted_idr", "budget_source", "decree_no", "billing_code", "worker_category"
    )
    facts["period"] = f"{row['first_month']}-{row['last_month']}"
    return Node("sp2d", row["sp2d_no"], facts=facts, address=address(row))


def budget_line(night: Night, key: str) -> Node:
    """A DBHCHT budget line: its documents and every payment order from it. Raises CannotTrace.

    The key is YEAR|SKPD|SUB-ACTIVITY|ACCOUNT; without the year where the night has the line in one year only.
    """
    known = night.rows(LINES)
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
    paid = night.rows(ORDERS.format("sp2d.budget_source = 'DBHCHT'"))
    orders = [order_node(one) for one in paid if one["line"] == key]
    for one in orders:
        one.children.append(worker_months(night, "sp2d_no = %(number)s", BY_MONTH, number=one.name))
    node.children.append(group("orders", orders))
    parts = dict(zip(("year", "skpd", "sub", "account"), key.split("|"), strict=True))
    of_line = "skpd_code = %(skpd)s and sub_activity_code = %(sub)s and account_code = %(account)s"
    node.children.append(findings(night, f"{of_line} and coalesce(fiscal_year, %(year)s) = %(year)s", **parts))
    return node


def line_node(night: Night, key: str, source: str) -> Node:
    """A budget line with its documents, the one in force first."""
    documents = night.rows(DOCUMENTS, line=key, source=source)
    told = ("document_date", "document_kind", "budget_idr", "budget_source", "outcome")
    nodes = [
        Node("budget_document", row["document_no"], facts_of(row, *told), address=address(row)) for row in documents
    ]
    names = facts_of(documents[0], "skpd_name", "sub_activity_name") if documents else {}
    return Node("budget_line", key, names, [group("budget_documents", nodes)])


def billing(night: Night, code: str) -> Node:
    """A billing code: the payment orders that carry it and the contributions posted under it. Raises CannotTrace."""
    orders = night.rows(ORDERS.format("sp2d.billing_code = %(code)s"), code=code)
    posted = night.rows(POSTED, code=code)
    if not orders and not posted:
        known = night.rows(ORDERS.format("sp2d.billing_code is not null"))
        listing = "select distinct billing_code from dbhcht_lineage"
        raise unknown("billing code", code, [one["billing_code"] for one in known], night.as_of, listing)
    lines = [contribution_node(row) for row in posted]
    return Node(
        "billing", code, _posted_under(night, code),
        [
            group("orders", (order_node(row) for row in orders)),
            group("contributions", lines, posted[0]["lines"] if posted else 0),
            worker_months(night, "billing_code = %(code)s", BY_MONTH, code=code),
        ],
    )  # fmt: skip


def contribution_node(row: Row) -> Node:
    """A posted contribution line."""
    told = ("contribution_month", "program_code", "amount_idr", "paid_on", "funding_source_code", "billing_code")
    return Node("contribution", row["transaction_no"], facts_of(row, *told), address=address(row))


def decree(night: Night, number: str) -> Node:
    """A decree: whom it names, what became of each of them, and the orders that pay it. Raises CannotTrace."""
    recipients = night.rows(RECIPIENTS, decree=number)
    orders = night.rows(ORDERS.format("sp2d.decree_no = %(number)s"), number=number)
    if not recipients and not orders:
        known = night.rows(
            "select distinct row_key from warehouse.dbhcht_forward"
            " where run_id = %(run)s and feed = 'disnaker.penerima_dbhcht'"
        )
        listing = "select distinct decree_no from dbhcht_lineage"
        raise unknown("decree", number, [row["row_key"] for row in known], night.as_of, listing)
    by_outcome: dict[str, list[Row]] = defaultdict(list)
    for row in recipients:
        by_outcome[row["outcome"]].append(row)
    groups = [
        group("recipients", map(recipient_node, rows), rows[0]["of_outcome"], outcome=outcome)
        for outcome, rows in by_outcome.items()
    ]
    paid = group("orders", map(order_node, orders))
    found = findings(night, "decree_no = %(number)s", number=number)
    return Node("decree", number, {"count": sum(n.total or 0 for n in groups)}, [paid, *groups, found])


def recipient_node(row: Row) -> Node:
    """A row of a decree and where it went."""
    facts = facts_of(row, "outcome", "months_without_payment")
    facts["sp2d_no"] = ", ".join(row["sp2d_nos"]) or None
    return Node("recipient", str(row["worker_key"] or ""), facts, address=address(row))


def worker_months(night: Night, condition: str, order_by: str, **values: object) -> Node:
    """Worker-months of the lineage by status, each with the rows of decree and contributions behind it."""
    feeds = night.feeds()
    rows = night.rows(MONTHS.format(condition=condition, order=order_by), **values)
    by_status: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_status[row["protection_status"]].append(row)
    groups = [
        group("worker_months", (month_node(row, feeds) for row in of), of[0]["of_status"], protection_status=status)
        for status, of in by_status.items()
    ]
    months = [month for node in groups for month in node.children]
    if "number" in values:  # all of one payment order, which stands above them
        for month in months:
            del month.facts["sp2d_no"]
    _add_memberships(night, months, rows)
    return Node("worker_months", facts={"count": sum(node.total or 0 for node in groups)}, children=groups)


def _add_memberships(night: Night, months: list[Node], rows: list[Row]) -> None:
    """The membership rows that say whose KPJ a contribution was posted for."""
    workers = list({row["worker_key"] for row in rows if row["worker_key"]})
    held: dict[str, list[Node]] = defaultdict(list)
    for row in night.rows(MEMBERSHIPS, workers=workers):
        held[str(row["worker_key"])].append(membership_node(row))
    for month in months:
        month.children += held[month.name]


def membership_node(row: Row) -> Node:
    """A membership in force."""
    told = ("status", "segment_code", "funding_source_code", "active_from", "inactive_from", "region_code")
    return Node("membership", "", facts_of(row, *told), address=address(row))


KIND_OF_FEED = {
    "sipd.anggaran": "budget_document",
    "sipd.sp2d": "sp2d",
    "disnaker.penerima_dbhcht": "recipient",
    "bpjstk.iuran": "contribution",
    "bpjstk.kepesertaan": "membership",
}


def evidence_nodes(evidence: list[str], feeds: dict[int, str], *left_out: str) -> list[Node]:
    """The rows behind a row of a mart, called by what their feed holds."""
    addresses = [Address.parse(one) for one in evidence]
    return [
        Node(KIND_OF_FEED.get(feeds.get(one.delivery_id, ""), "row"), address=one)
        for one in addresses
        if feeds.get(one.delivery_id) not in left_out
    ]


def month_node(row: Row, feeds: dict[int, str]) -> Node:
    """A row of the lineage; its payment order and budget document stand above it."""
    facts = facts_of(row, "sp2d_no", "contribution_month", "due_idr")
    facts["posted_idr"] = row["posted_amount_idr"]
    name = str(row["worker_key"] or row["membership_key"])
    return Node("worker_month", name, facts, evidence_nodes(row["evidence"], feeds, "sipd.anggaran", "sipd.sp2d"))


def findings(night: Night, condition: str, **values: object) -> Node:
    """Findings that speak of something, without their evidence."""
    rows = night.rows(FINDINGS.format(condition), **values)
    told = ("severity", "worker_key", "contribution_month", "amount_idr", "explanation", "finding_key")
    nodes = [Node("finding", row["finding_code"], {**facts_of(row, *told)}) for row in rows]
    for node in nodes:
        node.facts = {name: str(value) if name == "worker_key" else value for name, value in node.facts.items()}
    return group("findings", nodes, rows[0]["findings"] if rows else 0)


def _posted_under(night: Night, code: str) -> Row:
    row = night.row(POSTED, code=code)
    return {"count": row["lines"] if row else 0, "posted_idr": int(row["total_idr"]) if row else 0}
