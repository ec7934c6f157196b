"""Databases of one's own on the server that the tests of a process share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from cakupan.database import Role, connect
from cakupan.database.declared_grants import PREFIX, declared

# A test's data is worth nothing: let the disk rest.
UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}
_names = (f"test_{number}" for number in itertools.count())


def new_database(template: str) -> str:
    """Make a database like the template; returns its name."""
    with connect(Role.ADMIN, "postgres", autocommit=True) as admin:
        return create_like(admin, template)


@contextmanager
def copy_of(template: str) -> Iterator[str]:
    """A database like the template, to which connect() goes while inside; then it is gone."""
    with connect(Role.ADMIN, "postgres", autocommit=True) as admin, pytest.MonkeyPatch.context() as patch:
        _disconnect(admin, template)
        name = create_like(admin, template)
        patch.setenv("CAKUPAN_PG_DATABASE", name)
        yield name
        admin.execute(f"drop database {name} with (force)")


@contextmanager
def copy_in_place_of(name: str) -> Iterator[None]:
    """A copy that is called like the database while inside; then that one is back as it was.

    dbt, which reads its whole project again for a database of another name, takes it for the same one.
    """
    aside = f"{name}_aside"
    with connect(Role.ADMIN, "postgres", autocommit=True) as admin:
        _disconnect(admin, name)
        admin.execute(f"alter database {name} rename to {aside}")
    try:
        with connect(Role.ADMIN, "postgres", autocommit=True) as admin:
            create_like(admin, aside, name)
        yield
    finally:  # by a connection of its own: the server may have been killed and started meanwhile
        with connect(Role.ADMIN, "postgres", autocommit=True) as admin:
            admin.execute(f"drop database if exists {name} with (force)")
            admin.execute(f"alter database {aside} rename to {name}")


def _disconnect(admin: psycopg.Connection, name: str) -> None:
    admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))


def create_like(admin: psycopg.Connection, template: str, name: str | None = None) -> str:
    """Make a database like the template, with the grants that a warehouse's has; returns its name."""
    name = name or next(_names)
    # Copying files costs a tenth of PostgreSQL's default, which logs every page; their disk is not waited for.
    admin.execute(f"create database {name} template {template} strategy file_copy")
    admin.execute(f"revoke all on database {name} from public")  # a copy has none of its template's grants
    for privilege, roles in declared().database.items():
        admin.execute(f"grant {privilege} on database {name} to {', '.join(PREFIX + role for role in roles)}")
    return name
