"""What lies where deliveries are expected and is none: why it is not taken, and what it should be."""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from cakupan import invisible
from cakupan.bilingual import Text
from cakupan.feeds import Feed
from cakupan.sources import business_date, file_name

NAME_LENGTH = 120
FAR = timedelta(days=366)
DROPPINGS = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".gitkeep", ".", "..", ""})
"""What systems leave in any folder, which nobody sent."""
UNFINISHED = re.compile(r"(?is)~\$.*|\..*|.*\.(filepart|part|partial|crdownload|tmp|temp|swp)|.*~")
YEAR_FIRST = re.compile(r"(?<!\d)(20\d\d)[-_. ]?(\d\d?)[-_. ]?(\d\d?)(?!\d)", re.ASCII)
DAY_FIRST = re.compile(r"(?<!\d)(\d\d?)[-_. ]?(\d\d?)[-_. ]?(20\d\d)(?!\d)", re.ASCII)


class Kind(Enum):
    """What lies under a name."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    SPECIAL = "special"
    """A pipe, a socket, a device."""

    @classmethod
    def of_mode(cls, mode: int) -> Kind:
        """Return what has this mode, as its keeper tells it of the thing itself and not of where a link leads."""
        kinds = ((stat.S_ISREG, cls.FILE), (stat.S_ISDIR, cls.FOLDER), (stat.S_ISLNK, cls.LINK))
        return next((kind for is_kind, kind in kinds if is_kind(mode)), cls.SPECIAL)


@dataclass(frozen=True)
class Ignored:
    """Something that was seen and not taken."""

    feed: str
    """Of the feed in whose folder it lies; '' in the agency's own."""
    name: str
    """As it may be shown to anybody."""
    reason_code: str
    reason: Text

    @property
    def waits(self) -> bool:
        """Whether there is nothing wrong with it: a later night takes it."""
        return self.reason_code in {"WAITS", "GROWING"}


def printable(name: str) -> str:
    """Make a name one that may be shown: on one line, short, without what nobody sees and personal numbers."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    plain = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in invisible.shown(text))
    return plain if len(plain) <= NAME_LENGTH else plain[:NAME_LENGTH] + "…"


def ignored_in_folder(
    feed: Feed, night: date, entries: Mapping[str, Kind], growing: Collection[str] = ()
) -> list[Ignored]:
    """Return what the night does not take of the things in the feed's folder."""
    reasons = {
        name: ("GROWING", _GROWING) if name in growing else _reason(feed, night, name, kind)
        for name, kind in sorted(entries.items())
        if name.casefold() not in DROPPINGS
    }
    for name, reason in reasons.items():
        should = _should_be(feed, name)
        if reason and reason[0] in MISNAMED and entries.get(should) is Kind.FILE:
            reasons[name] = _beside(should)
    return _apart([Ignored(feed.feed, name, *reason) for name, reason in reasons.items() if reason])


def ignored_around_feeds(
    agency: str, feeds: Collection[Feed], entries: Mapping[str, Kind], above: Mapping[str, Kind]
) -> list[Ignored]:
    """List what in the agency's folder is no folder of its feeds, and what of its lies a folder too high.

    Above are the folders of other agencies too: only what is called like this one, or like a feed or file of its, is.
    """
    known = {feed.feed for feed in feeds}
    own = re.compile(rf"{agency}|({'|'.join(sorted(known))})([_.-].*)?", re.IGNORECASE | re.DOTALL)
    others = [
        Ignored("", name, *_outside(agency, sorted(known), kind))
        for name, kind in sorted(entries.items())
        if not (name in known and kind is Kind.FOLDER) and name.casefold() not in DROPPINGS
    ]
    misplaced = [
        Ignored("", name, *_too_high(agency, sorted(known)))
        for name, kind in sorted(above.items())
        if own.fullmatch(name) and not (name == agency and kind is Kind.FOLDER)
    ]
    return _apart(others + misplaced)


_Reason = tuple[str, Text]
MISNAMED = frozenset({"OTHER_LETTERS", "OTHER_EXTENSION", "OTHER_NAME"})
"""Reasons for which another name would let the file in."""
_GROWING = Text(
    "masih berubah ketika dilihat; diambil setelah unggahannya selesai",
    "it was still changing when it was looked at; it is taken once its upload has ended",
)


def _reason(feed: Feed, night: date, name: str, kind: Kind) -> _Reason | None:
    """Tell why the thing is no delivery of a night up to this one; None for one that is."""
    if kind is not Kind.FILE:
        return _no_file(feed, kind)
    day = business_date(feed, name)
    if day is None:
        return _name_is_wrong(feed, name)
    if day <= night:
        return None
    if day - night > FAR:
        return (
            "FAR_AHEAD",
            Text(
                "tanggal pada namanya lebih dari setahun lagi; periksa tahunnya",
                "the date in its name is more than a year ahead; look at the year",
            ),
        )
    return (
        "WAITS",
        Text(
            f"bertanggal {day:%Y-%m-%d}; diambil pada malam tanggal itu",
            f"it is dated {day:%Y-%m-%d} and is taken in the night of that date",
        ),
    )


def _beside(should: str) -> _Reason:
    """Tell that the right file lies beside it: an office told to rename this one would lose one of the two."""
    return (
        "BESIDE",
        Text(
            f"berkas {should} ada di sebelahnya dan itulah yang diambil; hapus berkas ini bila isinya sama, atau"
            " gantikan"
            f" {should} dengan berkas ini bila isinya yang benar",
            f"the file {should} lies beside it and is the one that is taken; delete this one if it says the same, or"
            f" replace {should} by it if this one is right",
        ),
    )


def _no_file(feed: Feed, kind: Kind) -> _Reason:
    if kind is Kind.FOLDER:
        return (
            "FOLDER",
            Text(
                f"ini folder, bukan berkas; taruh berkasnya langsung di folder {feed.feed}",
                f"it is a folder, not a file; put the file itself in the folder {feed.feed}",
            ),
        )
    if kind is Kind.LINK:
        return "LINK", Text("ini tautan, bukan berkas; kirim berkasnya sendiri", "it is a link; send the file itself")
    return "SPECIAL", Text("ini bukan berkas biasa; kirim berkas biasa", "it is no regular file; send a regular file")


def _name_is_wrong(feed: Feed, name: str) -> _Reason:
    should = _should_be(feed, name)
    if UNFINISHED.fullmatch(name):
        return (
            "UNFINISHED",
            Text(
                f"ini berkas sementara, dari unggahan yang belum selesai atau program yang masih membukanya; "
                f"selesaikan, lalu beri nama {should}",
                f"it is a temporary file, of an upload that has not ended or of a program that still has it open; "
                f"end that, and call it {should}",
            ),
        )
    plain = unicodedata.normalize("NFKC", invisible.visible(name)).strip()
    if plain.casefold() == should.casefold():
        return (
            "OTHER_LETTERS",
            Text(
                f"huruf pada namanya lain (besar-kecil, spasi, tanda yang tidak tampak); namanya harus persis {should}",
                f"the letters of its name are others (case, blanks or signs that nobody sees); "
                f"it must be called exactly {should}",
            ),
        )
    if business_date(feed, _with_extension(feed, plain)):
        return (
            "OTHER_EXTENSION",
            Text(
                f"yang diharapkan berkas .{feed.format.extension}; kirim sebagai {should}",
                f"a .{feed.format.extension} file is expected; send it as {should}",
            ),
        )
    if not _date_in(plain) and re.fullmatch(
        rf"{re.escape(feed.feed)}_[0-9]{{8}}\.{re.escape(feed.format.extension)}", plain, re.IGNORECASE
    ):
        return (
            "NO_SUCH_DATE",
            Text(
                f"tanggal pada namanya tidak ada di kalender; namanya harus {should}",
                f"the date in its name is in no calendar; it must be called {should}",
            ),
        )
    return (
        "OTHER_NAME",
        Text(
            f"namanya bukan nama kiriman; namanya harus persis {should}",
            f"its name is not that of a delivery; it must be called exactly {should}",
        ),
    )


def _should_be(feed: Feed, name: str) -> str:
    """Return what the file should be called, with its date where its name has one."""
    day = _date_in(unicodedata.normalize("NFKC", name))
    return file_name(feed, day) if day else f"{feed.feed}_YYYYMMDD.{feed.format.extension}"


def _date_in(name: str) -> date | None:
    for pattern, order in ((YEAR_FIRST, (1, 2, 3)), (DAY_FIRST, (3, 2, 1))):
        for found in pattern.finditer(name):
            try:
                return date(*(int(found[part]) for part in order))
            except ValueError:
                continue
    return None


def _with_extension(feed: Feed, name: str) -> str:
    """Return the name up to its first dot, with the feed's own extension."""
    return f"{name.partition('.')[0].lower()}.{feed.format.extension}"


def _too_high(agency: str, known: list[str]) -> _Reason:
    folders = ", ".join(f"{agency}/{name}" for name in known)
    return (
        "OUTSIDE",
        Text(
            f"terletak di luar folder {agency} atau namanya lain; taruh di salah satu: {folders}",
            f"it lies outside the folder {agency} or is called otherwise; put it in one of: {folders}",
        ),
    )


def _outside(agency: str, known: list[str], kind: Kind) -> _Reason:
    folders = ", ".join(known)
    if kind is Kind.LINK:
        return (
            "LINK",
            Text(
                f"ini tautan; folder untuk {agency} harus folder sungguhan: {folders}",
                f"it is a link; the folders of {agency} must be real ones: {folders}",
            ),
        )
    if kind is Kind.FOLDER:
        return (
            "UNKNOWN_FOLDER",
            Text(
                f"tidak ada data dengan nama ini; folder untuk {agency}: {folders}",
                f"there is no feed of this name; the folders of {agency} are: {folders}",
            ),
        )
    return (
        "OUTSIDE",
        Text(
            f"terletak di luar folder data; taruh di salah satu folder {agency}: {folders}",
            f"it lies outside the folders of feeds; put it in one of those of {agency}: {folders}",
        ),
    )


def _apart(ignored: list[Ignored]) -> list[Ignored]:
    """Return the same with names as they may be shown; what would then look alike has a number behind it."""
    taken, found = set[str](), list[Ignored]()
    for one in ignored:
        plain = candidate = printable(one.name)
        number = 1
        while candidate in taken:
            number += 1
            candidate = f"{plain} ({number})"
        taken.add(candidate)
        found.append(replace(one, name=candidate))
    return found
