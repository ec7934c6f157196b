"""The warehouse database: the embedded server of the quick start, roles, schemas, connections."""

from cakupan.database.causes import Cause, cause_of, said
from cakupan.database.connection import Role, connect, environment, url
from cakupan.database.migration import CannotMigrate
from cakupan.database.schema import apply_schema, create_database

__all__ = [
    "CannotMigrate",
    "Cause",
    "Role",
    "apply_schema",
    "cause_of",
    "connect",
    "create_database",
    "environment",
    "said",
    "url",
]
