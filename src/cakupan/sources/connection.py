"""From the settings of an agency's connection to its connector."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cakupan.sources import BrokenContract, Source

KINDS = ("fs", "sftp", "http", "postgres", "mysql")


@dataclass(frozen=True)
class Settings:
    """What a connection says."""

    name: str
    kind: str
    host: str | None = None
    port: int | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str | None = None
    extra: dict[str, Any] = field(default_factory=dict, repr=False)

    def needed(self, what: str) -> str:
        """The setting of this name, a field or an extra; raises BrokenContract naming it when there is none."""
        value = getattr(self, what) if what in {"host", "login", "password", "database"} else self.extra.get(what)
        if not value or not isinstance(value, str):
            where = "" if hasattr(self, what) else " in its extra"
            raise BrokenContract(f"connection {self.name!r} has no {what}{where}")
        return value

    def seconds(self, what: str, default: float) -> float:
        """The extra of this name as a number of seconds; raises BrokenContract when it is none."""
        try:
            value = float(self.extra.get(what, default))
        except (TypeError, ValueError):
            value = -1.0
        if not 0 <= value <= 3600:
            raise BrokenContract(f"connection {self.name!r}: {what} in its extra is no number of seconds, 0 to 3600")
        return value


def source(settings: Settings) -> Source:
    """The connector of the connection's kind; raises BrokenContract for what is missing."""
    # Clients are imported where they are used: a folder needs none of them.
    match settings.kind:
        case "fs":
            from cakupan.sources.folder import Folder

            return Folder(Path(settings.needed("path")))
        case "sftp":
            from cakupan.sources.sftp import SETTLE_SECONDS, Sftp, SftpAccount

            return Sftp(
                SftpAccount(
                    settings.name, settings.needed("host"), settings.needed("host_key"), settings.needed("login"),
                    settings.port or 22, settings.needed("path"), settings.password, settings.extra.get("private_key"),
                ),
                settings.seconds("settle_seconds", SETTLE_SECONDS),
            )  # fmt: skip
        case "http":
            from cakupan.sources.rest import Http, HttpAccount

            return Http(HttpAccount(settings.name, settings.needed("host"), settings.needed("password")))
        case "postgres" | "mysql":
            from cakupan.sources.sql import DatabaseAccount, MySql, PostgreSql

            kind, port = (PostgreSql, 5432) if settings.kind == "postgres" else (MySql, 3306)
            return kind(
                DatabaseAccount(
                    settings.name, settings.needed("host"), settings.port or port, settings.needed("database"),
                    settings.needed("login"), settings.needed("password"),
                )
            )  # fmt: skip
    raise BrokenContract(
        f"connection {settings.name!r} is of type {settings.kind!r}; this installation reads: {', '.join(KINDS)}"
    )
