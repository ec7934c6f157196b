"""Databases of one's own on the server that the tests of a process share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from cakupan.database import Role, connect

_names = (f"test_{number}" for number in itertools.count())


def new_database(template: str) -> str:
    """Make a database like the template; returns its name."""
    with connect(Role.ADMIN, "postgres", autocommit=True) as admin:
        return _create(admin, template)


@contextmanager
def copy_of(template: str) -> Iterator[str]:
    """A database like the template, to which connect() goes while inside; then it is gone."""
    with connect(Role.ADMIN, "postgres", autocommit=True) as admin, pytest.MonkeyPatch.context() as patch:
        name = _create(admin, template)
        patch.setenv("CAKUPAN_PG_DATABASE", name)
        yield name
        admin.execute(f"drop database {name} with (force)")


def _create(admin: psycopg.Connection, template: str) -> str:
    name = next(_names)
    admin.execute(f"create database {name} template {template}")
    return name
