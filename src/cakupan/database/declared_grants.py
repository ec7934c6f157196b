"""What grants.yml says: roles and their limits, and who may do what with which objects."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).with_name("grants.yml")
PREFIX = "cakupan_"
OFFICES = f"{PREFIX}office"
EVERY = "every"
PUBLIC = "public"

Privilege = Literal["SELECT", "INSERT", "UPDATE", "DELETE"]
Roles = tuple[str, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Login(_Strict):
    """How far a login may go."""

    login: bool = True
    connections: int = -1
    settings: Mapping[str, str] = {}


class Schema(_Strict):
    """Who may enter a schema, make relations in it, and do what with those and its functions."""

    usage: Roles = ()
    create: Roles = ()
    made_by: Roles = ()
    relations: Mapping[str, Mapping[Privilege, Roles]] = {}
    functions: Mapping[str, Roles] = {}

    def relation(self, name: str) -> set[tuple[str, str]]:
        """Return who may do what with the relation of this name, its owner aside."""
        form = next((form for form in self.relations if "*" in form and fnmatchcase(name, form)), EVERY)
        said = self.relations.get(name, self.relations.get(form, {}))
        return {(PREFIX + role, privilege) for privilege, roles in said.items() for role in roles}

    def function(self, name: str) -> set[tuple[str, str]]:
        """Return who may call the function of this name, its owner aside."""
        return {(PREFIX + role, "EXECUTE") for role in self.functions.get(name, self.functions.get(EVERY, ()))}


class Declared(_Strict):
    """The whole file."""

    roles: Mapping[str, Login]
    office_login: Login
    database: Mapping[Literal["CONNECT", "CREATE", "TEMPORARY"], Roles]
    withheld: Mapping[str, Roles]
    offices_see: Mapping[str, str]
    schemas: Mapping[str, Schema]

    def seen_by_offices(self, schema: str, table: str) -> str | None:
        """Return the condition of the rows that an office sees of a table; None where no row is kept from anybody."""
        return self.offices_see.get(f"{schema}.{table}", self.offices_see.get(f"{schema}.{EVERY}"))

    def login(self, name: str) -> Login | None:
        """Return the limits of a role by its full name; None where the file knows no such role."""
        if name.startswith(f"{OFFICES}_"):
            return self.office_login
        return self.roles.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None


@cache
def declared() -> Declared:
    """Read the file."""
    return Declared.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
