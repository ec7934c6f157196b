"""Which page comes after an answer, as the feed declares it; whatever does not add up ends the pull."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from cakupan.feeds import Cursors, NextLinks, OnePage, PageNumbers
from cakupan.sources import BrokenContract, PagesDisagree
from cakupan.sources.answer import Answer

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Request:
    """What is asked for; a link brings its parameters in its address."""

    url: str
    parameters: dict[str, str] | None


class Paging:
    """The way through the pages of one pull."""

    def __init__(self, declared: OnePage | PageNumbers | Cursors | NextLinks, first: Request) -> None:
        self.declared = declared
        self.first = first
        self._number = 1
        self._last: int | None = None
        self._seen: set[str] = set()
        if isinstance(declared, PageNumbers):
            self.first = _with(first, declared.parameter, "1")

    def after(self, request: Request, answer: Answer, what: str) -> Request | None:
        """Return the request for the next page, None after the last; raises PagesDisagree and BrokenContract."""
        match self.declared:
            case PageNumbers():
                return self._numbered(self.declared, answer, what)
            case Cursors():
                return self._at_cursor(self.declared, answer, what)
            case NextLinks():
                return self._linked(self.declared, request, answer, what)
        return None

    def _numbered(self, declared: PageNumbers, answer: Answer, what: str) -> Request | None:
        last = answer.number(declared.last)
        if last is None:
            raise BrokenContract(f"{what}: no number of the last page at {declared.last!r}")
        if declared.page and answer.number(declared.page) != self._number:
            raise PagesDisagree(f"{what}: another page came")
        if self._last not in {None, last}:
            raise PagesDisagree(f"{what}: says there are {last} pages, an earlier page said {self._last}")
        self._last = last
        self._number += 1
        return _with(self.first, declared.parameter, str(self._number)) if self._number <= last else None

    def _at_cursor(self, declared: Cursors, answer: Answer, what: str) -> Request | None:
        try:
            cursor = answer.value(declared.next)
        except KeyError:
            raise BrokenContract(f"{what}: no cursor at {declared.next!r}, not even null") from None
        if cursor is None:
            return None
        if type(cursor) not in {str, int} or cursor == "":
            raise BrokenContract(f"{what}: no cursor at {declared.next!r}")
        self._new(str(cursor), what)
        return _with(self.first, declared.parameter, str(cursor))

    def _linked(self, declared: NextLinks, request: Request, answer: Answer, what: str) -> Request | None:
        try:
            link = answer.value(declared.next)
        except KeyError:
            return None
        if link is None:
            return None
        here = httpx.URL(request.url)
        try:
            there = here.join(link)
        except (httpx.InvalidURL, TypeError, ValueError):
            raise BrokenContract(f"{what}: no address at {declared.next!r}") from None
        there = _as_safe(here, there, what)
        self._new(str(there.copy_with(fragment=None)), what)
        return Request(str(there), None)

    def _new(self, place: str, what: str) -> None:
        if place in self._seen:
            raise BrokenContract(f"{what}: the pages go round in a circle")
        self._seen.add(place)


def _with(request: Request, name: str, value: str) -> Request:
    return Request(request.url, {**(request.parameters or {}), name: value})


def _as_safe(here: httpx.URL, there: httpx.URL, what: str) -> httpx.URL:
    """Return the next page's address where the token may go; raises BrokenContract."""
    if there.host != here.host or there.userinfo or there.scheme not in PORTS:
        raise BrokenContract(f"{what}: the next page is said to be on another server; the token does not go there")
    if _origin(there) == _origin(here):
        return there
    if there.scheme != here.scheme and there.port == here.port:  # as it is written: both the same, or neither
        if here.scheme == "https":
            # What stands before the API ends TLS, and the API does not know: the page is where it said, by TLS.
            return there.copy_with(scheme="https")
        if there.port is None:
            return there
        raise BrokenContract(
            f"{what}: the address of the next page begins with https, that of the connection with http;"
            " if the API speaks https, say so in the connection's host"
        )
    raise BrokenContract(f"{what}: the next page is said to be on another server or port of the same name")


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or PORTS.get(url.scheme, 0)
