"""Traces that start from a reference, which stands in marts for the address of a row."""

from __future__ import annotations

from psycopg import sql

from cakupan.trace.money import evidence_nodes
from cakupan.trace.night import Night
from cakupan.trace.tree import Address, CannotTrace, Node


def trace_reference(night: Night, reference: str) -> Node:
    """Find the row for which the reference stands, of whichever night. Raises CannotTrace."""
    for relation in night.rows("relations_with_addresses"):
        query = sql.SQL(
            "select stored.delivery_id, stored.sheet, stored.row_number"
            " from {} as stored cross join ledger.row_reference_key as key"
            " where substr(encode(sha256(key.secret || convert_to("
            "stored.delivery_id || ':' || stored.sheet || ':' || stored.row_number, 'UTF8')), 'hex'), 1, 32)"
            " = %(reference)s limit 1"
        ).format(sql.Identifier("warehouse", relation["name"]))
        for row in night.select(query, reference=reference):
            address = Address(row["delivery_id"], row["sheet"], row["row_number"])
            return evidence_nodes([str(address)], night.feeds())[0]
    raise CannotTrace(
        f"No row has the reference {reference!r}. It is row_reference of a fact, or a word of evidence, as who is no"
        " auditor sees them: 32 letters and digits, to be given whole"
    )
