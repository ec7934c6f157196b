"""Deliveries over HTTP: a night's pages, spooled as one JSON array and handed out only when the last one is in."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import BinaryIO, cast

import httpx

from cakupan.feeds import Feed, PageNumbers, Rest
from cakupan.sources import BrokenContract, PagesDisagree, ReadyDelivery, file_name, response
from cakupan.sources.answer import Answer
from cakupan.sources.paging import Paging, Request
from cakupan.sources.retries import RetryPolicy
from cakupan.sources.rows import Rows

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
PAGE_BYTES = 64 << 20
PAGES = 100_000


@dataclass(frozen=True)
class HttpAccount:
    """Where the agency's API begins and the token it wants."""

    name: str
    """What messages call it."""
    url: str
    token: str = field(repr=False)


class Http:
    """An API that is asked for one night at a time."""

    kind = "http"

    def __init__(
        self, account: HttpAccount, retries: RetryPolicy | None = None, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        """Take the account; raises BrokenContract for one that cannot be used."""
        self.account = account
        self._retries = retries or RetryPolicy()
        self._timeout = timeout
        self._base = _address(account)
        if not account.token or not account.token.isascii() or not account.token.isprintable() or " " in account.token:
            # The client would quote such a token in its own error.
            raise BrokenContract(f"{account.name}: the password is no token: printable ASCII without blanks")

    def deliveries(self, feed: Feed, night: date) -> list[ReadyDelivery]:
        """Return the night's answer, whatever it holds: the API keeps no list. Raises BrokenContract."""
        return [ReadyDelivery(night, file_name(feed, night), partial(self._pull, feed, self._declared(feed), night))]

    def probe(self, feed: Feed, night: date) -> str:
        """Return what the first page says; raises NotConnected."""
        rest, what = self._declared(feed), f"{self.account.name}: {feed.name}, page 1"
        paging = self._paging(rest, night)
        with self._client() as client:
            answer = self._retries.call(partial(self._get, client, paging.first, rest.rows, what))
        if rest.total:
            return f"{_total(answer, rest.total, what)} rows for {night}"
        more = " on the first of its pages" if paging.after(paging.first, answer, what) else ""
        return f"{len(answer.rows)} rows for {night}{more}"

    def _declared(self, feed: Feed) -> Rest:
        if feed.rest is None:
            raise BrokenContract(f"{self.account.name}: feed {feed.name} does not say how to ask for it over HTTP")
        return feed.rest

    def _pull(self, feed: Feed, rest: Rest, night: date) -> BinaryIO:
        """Spool all pages as one JSON array, from the first one anew while they do not fit together."""
        return self._retries.call(partial(self._fitting_pages, feed, rest, night), PagesDisagree)

    def _fitting_pages(self, feed: Feed, rest: Rest, night: date) -> BinaryIO:
        spool, rows = self._pages(feed, rest, night)
        try:
            if rows.on_two_pages and not self._are_its_own(feed, rest, night, rows):
                raise PagesDisagree(
                    f"{self.account.name}: {feed.name}: {len(rows.on_two_pages)} of the rows came on two pages,"
                    " so that others are missing: the pages moved while they were read"
                )
        except BaseException:
            spool.close()
            raise
        return spool

    def _are_its_own(self, feed: Feed, rest: Rest, night: date, rows: Rows) -> bool:
        """Tell whether the API itself has these rows twice, and no page moved: asked again, the same rows come.

        In other portions, where the API takes them: rows that an agency entered twice then share a page. Without such
        a parameter nothing tells them from rows that a page too many brought, so that a total is not believed.
        """
        portion = _other_portion(rest)
        if portion is None and rest.total:
            return False
        try:
            spool, again = self._pages(feed, rest, night, portion or {})
        except BrokenContract:
            return False
        spool.close()
        return again.same_rows(rows) and not (portion and again.on_two_pages & rows.on_two_pages)

    def _pages(
        self, feed: Feed, rest: Rest, night: date, portion: dict[str, str] | None = None
    ) -> tuple[BinaryIO, Rows]:
        spool = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 the caller closes it
        try:
            with self._client() as client:
                rows = self._spool_pages(client, feed, rest, self._paging(rest, night, portion), spool)
        except BaseException:
            spool.close()
            raise
        spool.seek(0)
        return spool, rows

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.account.token}", "Accept": "application/json"}
        headers["User-Agent"] = "cakupan"
        return httpx.Client(headers=headers, timeout=self._timeout, follow_redirects=False)

    def _paging(self, rest: Rest, night: date, portion: dict[str, str] | None = None) -> Paging:
        parameters = {name: text.replace("{date}", night.isoformat()) for name, text in rest.parameters.items()}
        return Paging(rest.paging, Request(f"{self._base}/{rest.path.lstrip('/')}", parameters | (portion or {})))

    def _spool_pages(self, client: httpx.Client, feed: Feed, rest: Rest, paging: Paging, spool: BinaryIO) -> Rows:
        request: Request | None = paging.first
        total: int | None = None
        rows = Rows()
        spool.write(b"[")
        while request:
            page = rows.next_page()
            what = f"{self.account.name}: {feed.name}, page {page}"
            if page > PAGES:
                raise BrokenContract(f"{what}: there is no end of pages")
            answer = self._retries.call(partial(self._get, client, request, rest.rows, what))
            for row in answer.rows:
                spool.write(b"\n" if rows.count == 0 else b",\n")
                spool.write(text := row.encode())
                rows.add(text)
            if rest.total:
                said = _total(answer, rest.total, what)
                if total not in {None, said}:
                    raise PagesDisagree(f"{what}: says {said} rows in all, an earlier page said {total}")
                total = said
            request = paging.after(request, answer, what)
        if total not in {None, rows.count}:
            raise PagesDisagree(f"{self.account.name}: {feed.name}: {rows.count} rows came of {total}")
        spool.write(b"\n]\n")
        return rows

    def _get(self, client: httpx.Client, request: Request, rows: str | None, what: str) -> Answer:
        try:
            with client.stream("GET", request.url, params=request.parameters) as answer:
                body = response.read_bytes(answer, what, PAGE_BYTES)
        except httpx.RequestError as error:
            raise response.error_for(error, what) from None
        return response.parse_answer(body, rows, what)


def _other_portion(rest: Rest) -> dict[str, str] | None:
    """Return the parameter that asks for pages of about half the size; None where the feed declares none."""
    size = rest.paging.size if isinstance(rest.paging, PageNumbers) else None
    rows = rest.parameters.get(size, "") if size else ""
    if not size or not rows.isdecimal():
        return None
    return {size: str(int(rows) // 2 - 1 if int(rows) > 4 else int(rows) + 1)}


def _address(account: HttpAccount) -> str:
    """Return the base address without its last slash; raises BrokenContract."""
    try:
        url = httpx.URL(account.url)
    except (httpx.InvalidURL, TypeError):
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query:
        raise BrokenContract(f"{account.name}: host is no address like 'https://api.example.go.id/v1'")
    return str(url).rstrip("/")


def _total(answer: Answer, path: str, what: str) -> int:
    total = answer.number(path)
    if total is None:
        raise BrokenContract(f"{what}: no number of rows at {path!r}")
    return total
