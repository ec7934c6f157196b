"""From the settings of an agency's connection to its connector."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cakupan.sources import BrokenContract, Source
from cakupan.sources.retries import RetryPolicy
from cakupan.wire import stays_here

UNENCRYPTED = "allow_unencrypted"
"""The extra with which a connection says that nobody can listen on the way to the agency."""
KINDS = ("fs", "sftp", "aws", "http", "postgres", "mysql")
TLS = {"sslmode": "sslmode", "sslrootcert": "sslrootcert"}
MAY_BE_PLAIN = frozenset({"disable", "allow", "prefer"})
"""Of libpq's words those with which a connection may end up without TLS."""
MYSQL_TLS = {"ssl_ca": "ca"}


@dataclass(frozen=True)
class ConnectionSettings:
    """What a connection says."""

    name: str
    kind: str
    host: str | None = None
    port: int | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str | None = None
    """What Airflow calls the schema; of an HTTP connection the protocol, or the path that a URI has."""
    extra: dict[str, Any] = field(default_factory=dict, repr=False)

    def needed(self, what: str) -> str:
        """Return the setting of this name, a field or an extra; raises BrokenContract naming it when there is none."""
        is_field = what in {"host", "login", "password", "database"}
        value = getattr(self, what) if is_field else self.optional(what)
        if not value:
            raise BrokenContract(f"connection {self.name!r} has no {what}{'' if is_field else ' in its extra'}")
        return str(value)

    def optional(self, what: str) -> str | None:
        """Return the extra of this name; raises BrokenContract when it is no text."""
        value = self.extra.get(what)
        if value is not None and not isinstance(value, str):
            raise BrokenContract(f"connection {self.name!r}: {what} in its extra is no text")
        return value

    def named(self, names: dict[str, str]) -> dict[str, str]:
        """Return those of the extras that are there, under other names."""
        return {name: value for extra, name in names.items() if (value := self.optional(extra))}

    def seconds(self, what: str, default: float) -> float:
        """Return the extra of this name as a number of seconds; raises BrokenContract when it is none."""
        try:
            value = float(self.extra.get(what, default))
        except (TypeError, ValueError):
            value = -1.0
        if not 0 <= value <= 3600:
            raise BrokenContract(f"connection {self.name!r}: {what} in its extra is no number of seconds, 0 to 3600")
        return value

    @property
    def may_be_unencrypted(self) -> bool:
        """Whether the connection says that what it sends and gets may be read on the way; raises BrokenContract."""
        said = str(self.extra.get(UNENCRYPTED, False)).lower()  # of a URI it is a text
        if said not in {"true", "false"}:
            raise BrokenContract(f"connection {self.name!r}: {UNENCRYPTED} in its extra is neither true nor false")
        return said == "true"

    def private_key(self) -> str | None:
        """Return the private key, in the extra itself or in the file that it names; raises BrokenContract."""
        file = self.optional("key_file")
        if self.optional("private_key") or not file:
            return self.optional("private_key")
        try:
            return Path(file).read_text(encoding="ascii")
        except (OSError, ValueError):
            raise BrokenContract(f"connection {self.name!r}: key_file in its extra is no file with a key") from None


def make_source(settings: ConnectionSettings, retries: RetryPolicy | None = None) -> Source:
    """Return the connector of the connection's kind; raises BrokenContract for what is missing."""
    source = _connector(settings, retries)
    if goes_in_the_clear(settings):
        source.kind += " unencrypted"
    return source


def goes_in_the_clear(settings: ConnectionSettings) -> bool:
    """Tell whether the connection says that others may listen to it, over a network."""
    if settings.kind in {"postgres", "mysql"}:
        said = settings.extra.get("sslmode")
        plain = said in MAY_BE_PLAIN or (said is None and settings.may_be_unencrypted)
        return plain and not stays_here(settings.host or "")
    if settings.kind not in {"http", "aws"} or not settings.may_be_unencrypted:
        return False
    address = settings.optional("endpoint_url") or "https:" if settings.kind == "aws" else _address(settings)
    there = urlsplit(address)
    return there.scheme == "http" and not stays_here(there.hostname or "")


def _connector(settings: ConnectionSettings, retries: RetryPolicy | None) -> Source:
    # Clients are imported where they are used: a folder needs none of them.
    match settings.kind:
        case "fs":
            from cakupan.sources.file_drop import SETTLE_SECONDS
            from cakupan.sources.folder import Folder

            return Folder(Path(settings.needed("path")), settings.seconds("settle_seconds", SETTLE_SECONDS))
        case "sftp":
            from cakupan.sources.file_drop import SETTLE_SECONDS
            from cakupan.sources.sftp import Sftp, SftpAccount

            return Sftp(
                SftpAccount(
                    settings.name, settings.needed("host"), settings.needed("host_key"), settings.needed("login"),
                    settings.port or 22, settings.needed("path"), settings.password, settings.private_key(),
                    settings.optional("private_key_passphrase"),
                ),
                settings.seconds("settle_seconds", SETTLE_SECONDS),
                retries=retries,
            )  # fmt: skip
        case "aws":
            from cakupan.sources.object_store import ObjectStore, StoreAccount

            store = ObjectStore(
                StoreAccount(
                    settings.name, settings.needed("path"), settings.needed("login"), settings.needed("password"),
                    settings.optional("endpoint_url"), settings.optional("region_name"),
                ),
                retries,
            )  # fmt: skip
            _refuse_unencrypted(settings, store.account.endpoint or "", "the files")
            return store
        case "http" | "https":
            from cakupan.sources.rest import Http, HttpAccount

            api = Http(HttpAccount(settings.name, _address(settings), settings.needed("password")), retries)
            _refuse_unencrypted(settings, api.account.url, "the token and the rows")
            return api
        case "postgres" | "mysql":
            from cakupan.sources.sql import DatabaseAccount, MySql, PostgreSql

            is_postgres = settings.kind == "postgres"
            return (PostgreSql if is_postgres else MySql)(
                DatabaseAccount(
                    settings.name, settings.needed("host"), settings.port or (5432 if is_postgres else 3306),
                    settings.needed("database"), settings.needed("login"), settings.needed("password"),
                    _tls(settings) if is_postgres else _mysql_tls(settings),
                ),
                retries,
            )  # fmt: skip
    raise BrokenContract(
        f"connection {settings.name!r} is of type {settings.kind!r}; this installation reads: {', '.join(KINDS)}"
    )


def _refuse_unencrypted(settings: ConnectionSettings, address: str, what: str) -> None:
    """Refuse an address to which all is sent in the clear, over a network; raises BrokenContract."""
    there = urlsplit(address)
    if there.scheme == "http" and not stays_here(there.hostname or "") and not settings.may_be_unencrypted:
        raise BrokenContract(
            f"{settings.name}: {what} would go over http, where others can read them: begin the address with https,"
            f' or, where nobody can listen on the way, say "{UNENCRYPTED}": true in its extra'
        )


def _tls(settings: ConnectionSettings) -> dict[str, str]:
    """Return what PostgreSQL's client is told: beyond this machine to ask for TLS, unless the connection says how."""
    said = settings.named(TLS)
    if "sslmode" in said or settings.may_be_unencrypted or stays_here(settings.needed("host")):
        return said
    return {"sslmode": "verify-full" if "sslrootcert" in said else "require"} | said


def _mysql_tls(settings: ConnectionSettings) -> dict[str, str]:
    """Return what MySQL's client is told: beyond this machine to ask for TLS, unless the connection says it need not.

    Without the authority's certificate it cannot be verified whose TLS it is.
    """
    said = settings.named(MYSQL_TLS)
    if said or settings.may_be_unencrypted or stays_here(settings.needed("host")):
        return said
    return {"verify_mode": "none"}


def _address(settings: ConnectionSettings) -> str:
    """Return the base address of an API, which a person may have spread over host, port and schema, as a URI does."""
    host, path = settings.needed("host"), settings.database or ""
    scheme = settings.kind
    if path in {"http", "https"}:
        scheme, path = path, ""
    address = host if "://" in host else f"{scheme}://{host}"
    try:
        parts = urlsplit(address)
        if settings.port and not parts.port:
            parts = parts._replace(netloc=f"{parts.netloc}:{settings.port}")
    except ValueError:
        raise BrokenContract(f"{settings.name}: host is no address like 'https://api.example.go.id/v1'") from None
    if path:
        parts = parts._replace(path=f"{parts.path.rstrip('/')}/{path}")
    return parts.geturl()
