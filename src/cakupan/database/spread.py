"""The warehouse over several machines, where CAKUPAN_CITUS is `on`: docs/citus.md. dbt spreads what it makes itself."""

from __future__ import annotations

import os

import psycopg

LISTS = ("rows_of_run", "rows_of_validation", "record_place", "snapshot_of_run")
"""Fixed relations of which every machine has a copy, so that a night is found where its rows are."""

ITSELF = """
    select format(
        case
            when exists (select from pg_foreign_server where srvname = 'itself')
                then 'alter server itself options (set host %L, set port %L, set dbname %L)'
            else
                'create server itself foreign data wrapper postgres_fdw options (host %L, port %L, dbname %L,'
                ' options ''-c default_transaction_read_only=on'', fetch_size ''10000'')'
        end,
        nodename, nodeport, current_database()
    )
    from pg_dist_node where groupid = 0
"""
"""The coordinator as it asks itself, by the name under which the others know it."""
OWNER = """
    create user mapping if not exists for cakupan_transformer server itself
    options (user 'cakupan_transformer', password_required 'false')
"""
"""Views ask as their owner; the server lets it in as it lets in all whom the coordinator enters it as."""


def is_spread() -> bool:
    """Tell whether the warehouse is said to be on a Citus coordinator."""
    return os.environ.get("CAKUPAN_CITUS", "").strip() == "on"


def spread(connection: psycopg.Connection) -> None:
    """Copy the lists to every machine and let the coordinator ask itself, where that is not so yet.

    Raises psycopg.Error, also without Citus.
    """
    for name in LISTS:
        connection.execute(
            "select create_reference_table(c.oid::regclass::text) from pg_class as c"
            " where c.oid = %s::regclass and c.oid not in (select p.logicalrelid from pg_dist_partition as p)",
            (f"warehouse.{name}",),
        )
    connection.execute("create extension if not exists postgres_fdw with schema pg_catalog")
    for (itself,) in connection.execute(ITSELF).fetchall():
        connection.execute(itself.encode())
        connection.execute("grant usage on foreign server itself to cakupan_transformer")
        connection.execute(OWNER)
