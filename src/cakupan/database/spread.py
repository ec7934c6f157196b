"""The warehouse over several machines, where CAKUPAN_CITUS is `on`: docs/citus.md. dbt spreads what it makes itself."""

from __future__ import annotations

import os

import psycopg

LISTS = ("rows_of_run", "rows_of_validation", "record_place", "snapshot_of_run")
"""Fixed relations of which every machine has a copy, so that a night is found where its rows are."""

REFERENCES = """
    create or replace function warehouse.references_of(secret bytea, words text [])
    returns text []
    language sql immutable parallel safe as $$
        select array_agg(reference order by reference)
        from (
            select substr(encode(sha256(secret || convert_to(piece.word, 'UTF8')), 'hex'), 1, 32) as reference
            from unnest(words) as piece (word)
        ) as referred
    $$
"""
"""What readers see in place of addresses (macros/address.sql), as a function, because Citus takes no subquery there."""


def is_spread() -> bool:
    """Tell whether the warehouse is said to be on a Citus coordinator."""
    return os.environ.get("CAKUPAN_CITUS", "").strip() == "on"


def spread(connection: psycopg.Connection) -> None:
    """Give every machine a copy of the lists, where that is not so yet. Raises psycopg.Error, also without Citus."""
    connection.execute(REFERENCES)
    connection.execute("grant execute on function warehouse.references_of to public")
    for name in LISTS:
        connection.execute(
            "select create_reference_table(c.oid::regclass::text) from pg_class as c"
            " where c.oid = %s::regclass and c.oid not in (select p.logicalrelid from pg_dist_partition as p)",
            (f"warehouse.{name}",),
        )
