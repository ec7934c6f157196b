"""The warehouse database: the embedded server of the quick start, roles, schemas, connections."""

from cakupan.database.connection import Role, connect, environment, url
from cakupan.database.schema import apply_schema, create_database

__all__ = ["Role", "apply_schema", "connect", "create_database", "environment", "url"]
