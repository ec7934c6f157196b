"""What an error of the database or of a disk means, in a sentence, and what to do: the one table of both.

Nothing of an error's own text gets through, because a database quotes rows in it.
"""

from __future__ import annotations

import errno
import re
import tempfile
from typing import NamedTuple

import psycopg

from cakupan import settings
from cakupan.database.connection import database_name, host_and_port


class Cause(NamedTuple):
    """What happened, what a person does about it, and whether it may be over in a moment."""

    what: str
    do: str
    passing: bool = True

    def __str__(self) -> str:
        """Put both on one line."""
        return f"{self.what}. {self.do}"


_AGAIN = "then run the night again"
_FULL = f"Make room on the disk of {{server}} (its data and its WAL), {_AGAIN}; what was done so far is kept"
_LOST = Cause("The database at {server} went away", f"See that it runs (`cakupan database start`), {_AGAIN}")

SQLSTATES = {
    "53100": Cause("The database's disk is full", _FULL),
    "53200": Cause("The database has no memory left", f"Lower work_mem or max_connections, or add memory, {_AGAIN}"),
    "53300": Cause(
        "The database at {server} takes no more connections",
        f"End sessions that are not needed (pg_stat_activity names them) or raise max_connections, {_AGAIN}",
    ),
    "53400": Cause("A limit of the database's configuration is reached", f"Raise it (temp_file_limit), {_AGAIN}"),
    "58030": Cause("The database cannot read or write its disk", f"Have the disk of {{server}} looked at, {_AGAIN}"),
    "25006": Cause(
        "The database at {server} is read-only: it is a standby, or was made so",
        "Point CAKUPAN_PG_HOST at the primary, or end default_transaction_read_only, then run the night again",
        passing=False,
    ),
    "28P01": Cause(
        "The database at {server} refused the password",
        "Give the role's own in CAKUPAN_PG_<ROLE>_PASSWORD, or run `cakupan database start`, which sets them",
        passing=False,
    ),
    "28000": Cause(
        "The database at {server} does not let this account in from here",
        "See its pg_hba.conf, and that the role exists (`cakupan database start` makes it)",
        passing=False,
    ),
    "3D000": Cause(
        "The server at {server} has no database {database!r}",
        "Run `cakupan database start`, which makes it, or name another in CAKUPAN_PG_DATABASE",
        passing=False,
    ),
    "42501": Cause(
        "The database does not grant this account what the step needs",
        "Run `cakupan database start`, which grants it",
        passing=False,
    ),
    "42P01": Cause(
        "A relation is missing in the database", "Run `cakupan database start`, which makes what is missing", False
    ),
    "42703": Cause(
        "A column is missing in the database", "Run `cakupan database start`, which makes what is missing", False
    ),
    "42883": Cause(
        "A function is missing in the database", "Run `cakupan database start`, which makes what is missing", False
    ),
    "55P03": Cause(
        "Another session holds what the step needs",
        "End that session (pg_stat_activity names it), then run the night again",
    ),
    "57014": Cause(
        "The database ended the statement: it took too long or somebody cancelled it",
        "Raise statement_timeout of the role, or ask who cancelled it, then run the night again",
    ),
    "57P01": Cause("The database was shut down while the step ran", f"Start it (`cakupan database start`), {_AGAIN}"),
    "57P02": Cause("The database crashed while the step ran", f"Look at its log and its disk, start it, {_AGAIN}"),
    "57P03": Cause("The database at {server} is starting or stopping", f"Wait until it answers, {_AGAIN}"),
    "57P05": Cause("The database ended the connection, which was idle too long", "Run the night again"),
    "25P03": Cause("The database ended the transaction, which was idle too long", "Run the night again"),
    "40001": Cause("Two steps wrote the same at once", "Run the night again"),
    "40P01": Cause("Two steps waited for each other", "Run the night again"),
    "XX001": Cause("The database found a damaged page", "Stop, and restore it from a backup", False),
    "XX002": Cause("The database found a damaged index", "Have it rebuilt (REINDEX), then run the night again", False),
}
"""By SQLSTATE; all of a class where only the class is named."""
SQLSTATES |= {"08": _LOST, "58": SQLSTATES["58030"]}
NO_TLS = "tls"
SQLSTATES[NO_TLS] = Cause(
    "The database at {server} gives no TLS connection that can be trusted",
    "Switch TLS on there, or name the authority of its certificate in CAKUPAN_PG_SSLROOTCERT; where nobody can listen"
    " on the way, CAKUPAN_PG_SSLMODE=disable says so",
    passing=False,
)

HELD = "CKP01"
"""What ledger.patiently raises when a relation is held by another session."""

TEXTS = (
    (r"not support ssl|certificate|root\.crt|sslmode value", NO_TLS),
    ("no space left on device|disk quota exceeded|could not extend file", "53100"),
    ("password authentication failed|no password supplied", "28P01"),
    (r"no pg_hba\.conf entry|role .* (does not exist|is not permitted to log in)", "28000"),
    ("too many (clients|connections)|remaining connection slots", "53300"),
    (r"database .* does not exist", "3D000"),
    ("read-only transaction|session is (read-only|not read-write)|hot standby", "25006"),
    ("the database system is|not yet accepting connections", "57P03"),
    ("out of memory|could not resize shared memory", "53200"),
    ("lock timeout", "55P03"),
    ("statement timeout|due to user request", "57014"),
    ("deadlock detected", "40P01"),
    ("terminating connection due to administrator command", "57P01"),
    (
        "connection (refused|reset|timed out|timeout expired)|server closed the connection|failed to resolve"
        "|could not translate host|no route to host|network is unreachable|connection (failed|is (lost|closed|bad))"
        "|the connection is closed|ssl (syscall|connection)|consuming input failed|could not (connect|receive data)",
        "08",
    ),
)
"""How the same is told where there is no SQLSTATE: of a connection that was never made, or by dbt."""

ERRNOS = {
    errno.ENOSPC: Cause(
        "A disk is full",
        f"See with `df -h {{home}} {{temporary}}` which one, make room, {_AGAIN}; what was done so far is kept",
    ),
    errno.EDQUOT: Cause("The disk quota is used up", f"Make room or raise it, {_AGAIN}; what was done so far is kept"),
    errno.EROFS: Cause("The disk is mounted read-only", f"Have it looked at and mounted for writing, {_AGAIN}"),
    errno.EIO: Cause("The disk cannot be read or written", f"Have it looked at, {_AGAIN}"),
    errno.EACCES: Cause("The account that runs this may not enter or write there", f"Give it the right, {_AGAIN}"),
    errno.EPERM: Cause("The account that runs this may not do that there", f"Give it the right, {_AGAIN}"),
    errno.EMFILE: Cause("Too many files are open in this process", f"Raise its limit (ulimit -n), {_AGAIN}"),
    errno.ENFILE: Cause("Too many files are open on this machine", f"Raise fs.file-max, {_AGAIN}"),
    errno.ENOMEM: Cause("This machine has no memory left", f"End what is not needed or add memory, {_AGAIN}"),
}


def cause_of(error: BaseException | str) -> Cause | None:
    """Tell what the error of the database or of a disk means; None of any other. A text is one that dbt tells."""
    if isinstance(error, psycopg.Error):
        state = error.sqlstate or ""
        if state == HELD:  # our own words: they name a session and a relation
            return Cause((error.diag.message_primary or "").rstrip("."), "Nothing was changed")
        found = SQLSTATES.get(state) or SQLSTATES.get(state[:2]) or (None if state else _by_text(str(error)))
        if found is None and isinstance(error, psycopg.OperationalError) and not state:
            found = _LOST
    elif isinstance(error, OSError):
        found = ERRNOS.get(error.errno or 0)
    else:
        found = _by_text(error) if isinstance(error, str) else None
    return _placed(found) if found else None


def said(error: BaseException) -> str:
    """Say an error of the database or of a disk in one line: what it means and what to do, else its kind.

    Quotes no row. Fit for every place that prints a psycopg.Error or an OSError.
    """
    if cause := cause_of(error):
        return str(cause)
    if isinstance(error, psycopg.Error):
        where = ".".join(filter(None, (error.diag.schema_name, error.diag.table_name, error.diag.column_name)))
        return f"{type(error).__name__} (SQLSTATE {error.sqlstate or 'none'}){' at ' + where if where else ''}"
    if isinstance(error, OSError):
        return f"{type(error).__name__}: {error.strerror or 'no reason given'}"
    return type(error).__name__


def _by_text(text: str) -> Cause | None:
    lowered = text.lower()
    return next((SQLSTATES[state] for pattern, state in TEXTS if re.search(pattern, lowered)), None)


def _placed(cause: Cause) -> Cause:
    host, port = host_and_port()
    where = {
        "server": f"{host}:{port}",
        "database": database_name(),
        "home": settings.home(),
        "temporary": tempfile.gettempdir(),
    }
    return cause._replace(what=cause.what.format(**where), do=cause.do.format(**where))
