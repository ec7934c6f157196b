"""One trace from question to answer: as the auditor, and on the record where personal rows are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from cakupan.database import Role, connect
from cakupan.ledger.entries import record_read
from cakupan.trace.landed import attach
from cakupan.trace.night import Night, published_night
from cakupan.trace.tree import File, Node

SAMPLE = 3  # of a long list, unless all is asked for


@dataclass(frozen=True)
class Reader:
    """Who reads and why; `personal` shows personal cells. A reason is needed for those and for following a worker."""

    who: str
    reason: str = ""
    personal: bool = False


@dataclass(frozen=True)
class Trace:
    """What was found, with the night it is true of."""

    as_of: date
    run_id: int
    root: Node
    personal: bool
    recorded: bool
    """The read stands in the ledger."""

    def files(self) -> list[File]:
        """Return the files the trace ends in, each once."""
        ends = {node.landed.file for node in self.root.walk() if node.landed}
        return sorted(ends, key=lambda file: file.delivery_id)


def trace(
    find: Callable[[Night], Node],
    reader: Reader,
    *,
    as_of: date | None = None,
    everything: bool = False,
    options: str = "",
) -> Trace:
    """Find something on a published night and the rows as received behind it.

    The connection's options decide as known when (`cli.known.as_known`).
    Personal rows are shown only once the read stands in the ledger: it is entered in the transaction that reads them.
    Raises CannotTrace where there is nothing to find, ValueError where a reason is missing.
    """
    with connect(Role.AUDITOR, options=options) as connection:
        connection.execute("set transaction isolation level repeatable read")
        night = published_night(connection, as_of, None if everything else SAMPLE)
        root = find(night)
    with connect(Role.LOADER) as connection:
        addresses = attach(connection, root, personal=reader.personal)
        recorded = reader.personal or root.kind == "worker"
        if recorded:
            what = {
                "trace": root.kind,
                "name": root.name,
                "as_of_date": night.as_of.isoformat(),
                "rows": len(addresses),
            }
            what["shown"] = "personal" if reader.personal else "masked"
            record_read(connection, reader.who, reader.reason, what)
    return Trace(night.as_of, night.run_id, root, reader.personal, recorded)
