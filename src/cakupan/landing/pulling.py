"""One feed's new deliveries, from an agency into the archive: what breaks off is its own trouble, the rest is kept."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from psycopg import Connection

from cakupan.bilingual import Text
from cakupan.feeds import Feed
from cakupan.landing.archive import Archive
from cakupan.ledger.agency_files import fingerprints, keep_fingerprint, replace_ignored
from cakupan.ledger.deliveries import enter_delivery, is_delivered
from cakupan.sources import Away, Changed, NotConnected, ReadyDelivery, Source, business_date
from cakupan.sources.file_drop import FileDrop
from cakupan.sources.ignored import Ignored

if TYPE_CHECKING:
    from cakupan.landing.archive_store import StoredArchive

ALWAYS_READ = timedelta(days=7)  # before the night: what is older and looks unchanged is not read again
LISTINGS = 2  # what is not what was listed any more is looked for once more
MOST_BROKEN = 3  # files that took all retries; then the night's own is tried, and the others the next time


class OlderLeft(RuntimeError):
    """The night's own delivery is in, an older one could not be read: it is tried again in the next night."""

    def __init__(self, cause: NotConnected | OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Returned(Protocol):
    """Who knows the workbooks in which offices mend rows."""

    def holds(self, path: Path) -> bool:
        """Tell whether a file is one."""

    def take(self, path: Path) -> Text | None:
        """Make a correction of it; returns why that cannot be."""


class Pull:
    """The pull of one feed's deliveries up to a night."""

    def __init__(
        self, connection: Connection[Any], store: Archive | StoredArchive, feed: Feed, night: date, source: Source, *,
        returned: Returned | None = None,
    ) -> None:  # fmt: skip
        self._connection, self._store = connection, store
        self._returned = returned
        self._taken_back = dict[str, Text | None]()
        self._feed, self._night, self._source = feed, night, source
        self._known = fingerprints(connection, feed)
        self._read = set[tuple[date, str, str | None]]()

    @property
    def archived_any(self) -> bool:
        """Whether anything could be read."""
        return bool(self._read)

    def run(self, feeds: Sequence[Feed]) -> None:
        """Archive what can be read, and note what is not taken; `feeds` are all those of the agency.

        Raises OlderLeft, and what kept the newest of the deliveries from being read that could not be; NotConnected
        and OSError where the agency cannot be asked what it has.
        """
        left: list[tuple[ReadyDelivery, NotConnected | OSError]] = []
        for _ in range(LISTINGS):
            self._connection.commit()  # no transaction stays open while an agency takes its time
            listed = self._source.deliveries(self._feed, self._night)
            self._note_ignored(feeds)
            left = []
            for found in filter(self._is_due, listed):
                given_up = len(left) >= MOST_BROKEN and found.business_date < self._night
                if error := left[-1][1] if given_up else self._archive(found):
                    left.append((found, error))
            if self._taken_back:
                self._note_ignored(feeds)
            if not any(isinstance(error, Changed) for _, error in left):
                break
        if left:
            found, error = left[-1]
            if is_delivered(self._connection, self._feed, self._night) and found.business_date < self._night:
                raise OlderLeft(_naming(error, found, len(left)))
            raise _naming(error, found, len(left))

    def _is_due(self, found: ReadyDelivery) -> bool:
        """Tell whether the delivery is to be read."""
        if found.business_date > self._night or _identity(found) in self._read:
            return False
        unchanged = found.fingerprint and self._known.get((found.business_date, found.name)) == found.fingerprint
        if unchanged and self._night - found.business_date > ALWAYS_READ:
            return False
        # Running a past night again must not date today's table with it.
        return not (found.live and is_delivered(self._connection, self._feed, self._night))

    def _archive(self, found: ReadyDelivery) -> NotConnected | OSError | None:
        """Keep the delivery; what kept it from being read, if anything."""
        self._connection.commit()
        try:
            archived = found.copy(self._store.store)
        except Away:
            raise  # nobody can be asked for the others either
        except (NotConnected, OSError) as error:
            return error
        if self._returned and (taken_back := self._take_back(self._returned, archived.sha256)):
            (self._taken_back[found.name],) = taken_back
        elif business_date(self._feed, found.name) or self._returned is None:
            enter_delivery(self._connection, self._feed, found.business_date, found.name, archived)
        if found.fingerprint:
            keep_fingerprint(self._connection, self._feed, found.business_date, found.name, found.fingerprint)
        self._connection.commit()
        self._read.add(_identity(found))
        return None

    def _take_back(self, returned: Returned, sha256: str) -> list[Text | None]:
        """Take what was archived as a workbook in which an office mended rows; returns nothing where it is none."""
        with self._store.file(sha256) as path:
            return [returned.take(path)] if returned.holds(path) else []

    def _note_ignored(self, feeds: Sequence[Feed]) -> None:
        if not isinstance(self._source, FileDrop):
            return  # a system that is asked has nothing lying about
        ignored = [one for one in self._source.ignored(self._feed, self._night) if one.name not in self._taken_back]
        refused = {name: why for name, why in self._taken_back.items() if why}
        ignored += [Ignored(self._feed.feed, name, "NO_CORRECTION", why) for name, why in refused.items()]
        replace_ignored(self._connection, self._feed.agency, self._feed.feed, self._night, ignored)
        if self._feed.feed == min(feed.feed for feed in feeds):
            self._connection.commit()
            with contextlib.suppress(NotConnected, OSError):  # the feeds themselves tell
                around = self._source.around(self._feed.agency, list(feeds))
                replace_ignored(self._connection, self._feed.agency, "", self._night, around)
        self._connection.commit()


def _identity(found: ReadyDelivery) -> tuple[date, str, str | None]:
    return found.business_date, found.name, found.fingerprint


def _naming(error: NotConnected | OSError, found: ReadyDelivery, count: int) -> NotConnected | OSError:
    """Return the same with the file's name, which is that of a delivery, and how many there are of its kind."""
    if isinstance(error, NotConnected):
        more = f" and {count - 1} more" if count > 1 else ""
        error.args = (f"{found.name}{more}: {error}",)
    return error
