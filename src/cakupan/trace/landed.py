"""Rows as received, and the files they stand in. Personal cells leave the database only when that is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from cakupan import settings
from cakupan.feeds import READING, Feed, load_feeds
from cakupan.landing import CannotLandAgain, land_again
from cakupan.landing.archive import open_archive
from cakupan.ledger.digests import table_columns
from cakupan.trace import queries
from cakupan.trace.tree import Address, CannotTrace, File, Landed, Node

MASK = "•••"
ADDRESS = ("delivery_id", "sheet", "row_number")
TECHNICAL = (*ADDRESS, *(name for name in READING if name != "raw_record"))


def attach(connection: psycopg.Connection[Any], root: Node, *, personal: bool) -> list[Address]:
    """Give every node that has an address its row as received; returns the addresses read.

    Rows of one delivery are read in one query; those that were dropped are landed again. Without `personal`, cells of
    columns that the feed declares personal, of undeclared columns and of records that could not be split are masked
    inside the database. Raises CannotTrace where rows are not to be had.
    """
    nodes = [node for node in root.walk() if node.address]
    by_delivery: dict[int, set[Address]] = defaultdict(set)
    for node in nodes:
        if node.address:
            by_delivery[node.address.delivery_id].add(node.address)
    try:
        land_again(connection, by_delivery)
    except CannotLandAgain as error:
        raise CannotTrace(f"The rows as received are not to be had: {error}") from None
    archived = files(connection, by_delivery)
    feeds = {feed.name: feed for feed in load_feeds(settings.FEEDS)}
    landed: dict[Address, Landed] = {}
    for delivery_id, addresses in by_delivery.items():
        if file := archived.get(delivery_id):
            landed |= _landed(connection, file, feeds.get(file.feed), addresses, personal)
    for node in nodes:
        node.landed = landed.get(node.address) if node.address else None
    return sorted(landed)


def files(connection: psycopg.Connection[Any], deliveries: Iterable[int]) -> dict[int, File]:
    """Return the archived files of deliveries."""
    archive = open_archive()
    found = connection.execute(queries.read("files"), {"deliveries": list(deliveries)}).fetchall()
    deliveries_of = {}
    for delivery_id, feed, business_date, received_at, name, sha256 in found:
        deliveries_of[delivery_id] = File(
            delivery_id, feed, business_date, received_at, name, sha256, archive.where(sha256), archive.holds(sha256)
        )
    return deliveries_of


def _landed(
    connection: psycopg.Connection[Any], file: File, feed: Feed | None, addresses: set[Address], personal: bool
) -> dict[Address, Landed]:
    table = sql.Identifier("landing", file.feed.replace(".", "_", 1))
    columns = table_columns(connection, "landing", file.feed.replace(".", "_", 1))
    declared = {column.name: column for column in feed.columns} if feed else {}
    shown = [name for name in columns if name not in TECHNICAL]
    plain = {name for name in shown if personal or (name in declared and not declared[name].personal)}
    wanted = sql.SQL(", ").join(
        sql.Identifier(name)
        if name in (*TECHNICAL, *plain)
        else sql.SQL("case when {0} is not null then {1} end as {0}").format(sql.Identifier(name), MASK)
        for name in (*ADDRESS, *shown)
    )
    rows = sorted({address.row_number for address in addresses})
    query = sql.SQL(
        "select {} from {} where delivery_id = %s and row_number between %s and %s and row_number = any(%s)"
    ).format(wanted, table)
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(query, (file.delivery_id, rows[0], rows[-1], rows)).fetchall()
    return _by_address(found, addresses, file, {name: declared[name].header for name in declared})


def _by_address(
    rows: Sequence[Mapping[str, Any]], addresses: set[Address], file: File, headings: Mapping[str, str]
) -> dict[Address, Landed]:
    landed = {}
    for row in rows:
        address = Address(*(row[name] for name in ADDRESS))
        if address in addresses:
            cells = {
                headings.get(name, name): value
                for name, value in row.items()
                if name not in ADDRESS and (name in headings or value is not None)
            }
            landed[address] = Landed(address, file, cells)
    return landed
