"""Deliveries over HTTP: a night's pages, spooled as one JSON array and handed out only when the last one is in."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import BinaryIO, cast

import httpx

from cakupan.feeds import Feed, Rest
from cakupan.sources import BrokenContract, Found, LoginRefused, PartialDelivery, Unreachable, file_name
from cakupan.sources.answer import Answer, read_answer
from cakupan.sources.paging import Paging, Request
from cakupan.sources.patience import Patience

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
PAGE_SECONDS = 600.0
PAGE_BYTES = 64 << 20
PAGES = 100_000
TROUBLED = frozenset({408, 429, 500, 502, 503, 504})
REFUSED = frozenset({401, 403})


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
        self, account: HttpAccount, patience: Patience | None = None, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        """Raises BrokenContract for an account that cannot be used."""
        self.account = account
        self._patience = patience or Patience()
        self._timeout = timeout
        self._base = _address(account)
        if not account.token or not account.token.isascii() or not account.token.isprintable() or " " in account.token:
            # The client would quote such a token in its own error.
            raise BrokenContract(f"{account.name}: the password is no token: printable ASCII without blanks")

    def deliveries(self, feed: Feed, night: date) -> list[Found]:
        """The night's answer, whatever it holds: the API keeps no list. Raises BrokenContract."""
        return [Found(night, file_name(feed, night), partial(self._pull, feed, self._declared(feed), night))]

    def look(self, feed: Feed, night: date) -> str:
        """What the first page says; raises NotConnected."""
        rest, what = self._declared(feed), f"{self.account.name}: {feed.name}, page 1"
        paging = self._paging(rest, night)
        with self._client() as client:
            answer = self._patience.call(partial(self._get, client, paging.first, rest.rows, what))
        if rest.total:
            return f"{_total(answer, rest.total, what)} rows for {night}"
        more = " on the first of its pages" if paging.after(paging.first, answer, what) else ""
        return f"{len(answer.rows)} rows for {night}{more}"

    def _declared(self, feed: Feed) -> Rest:
        if feed.rest is None:
            raise BrokenContract(f"{self.account.name}: feed {feed.name} does not say how to ask for it over HTTP")
        return feed.rest

    def _pull(self, feed: Feed, rest: Rest, night: date) -> BinaryIO:
        """All pages as one JSON array."""
        spool = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 the caller closes it
        try:
            with self._client() as client:
                self._spool_pages(client, feed, rest, night, spool)
        except BaseException:
            spool.close()
            raise
        spool.seek(0)
        return spool

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.account.token}", "Accept": "application/json"}
        headers["User-Agent"] = "cakupan"
        return httpx.Client(headers=headers, timeout=self._timeout, follow_redirects=False)

    def _paging(self, rest: Rest, night: date) -> Paging:
        parameters = {name: text.replace("{date}", night.isoformat()) for name, text in rest.parameters.items()}
        return Paging(rest.paging, Request(f"{self._base}/{rest.path.lstrip('/')}", parameters))

    def _spool_pages(self, client: httpx.Client, feed: Feed, rest: Rest, night: date, spool: BinaryIO) -> None:
        paging = self._paging(rest, night)
        request: Request | None = paging.first
        total: int | None = None
        count = number = 0
        spool.write(b"[")
        while request:
            number += 1
            what = f"{self.account.name}: {feed.name}, page {number}"
            if number > PAGES:
                raise BrokenContract(f"{what}: there is no end of pages")
            answer = self._patience.call(partial(self._get, client, request, rest.rows, what))
            for row in answer.rows:
                spool.write(b"\n" if count == 0 else b",\n")
                spool.write(row.encode())
                count += 1
            if rest.total:
                said = _total(answer, rest.total, what)
                if total not in {None, said}:
                    raise PartialDelivery(f"{what}: says {said} rows in all, an earlier page said {total}")
                total = said
            request = paging.after(request, answer, what)
        if total not in {None, count}:
            raise PartialDelivery(f"{self.account.name}: {feed.name}: {count} rows came of {total}")
        spool.write(b"\n]\n")

    def _get(self, client: httpx.Client, request: Request, rows: str | None, what: str) -> Answer:
        try:
            with client.stream("GET", request.url, params=request.parameters) as response:
                _check_status(response, what)
                body = _body(response, what)
        except httpx.RequestError as error:
            raise Unreachable(f"{what}: {type(error).__name__}") from None
        try:
            return read_answer(body.decode("utf-8-sig"), rows)
        except ValueError:
            raise BrokenContract(f"{what}: the answer is no JSON with rows where they are declared") from None


def _address(account: HttpAccount) -> str:
    """The base address without its last slash; raises BrokenContract."""
    try:
        url = httpx.URL(account.url)
    except (httpx.InvalidURL, TypeError):
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query:
        raise BrokenContract(f"{account.name}: host is no address like 'https://api.example.go.id/v1'")
    return str(url).rstrip("/")


def _check_status(response: httpx.Response, what: str) -> None:
    status = response.status_code
    if status in REFUSED:
        raise LoginRefused(f"{what}: the API refused login ({status})")
    if status in TROUBLED:
        raise Unreachable(f"{what}: answered {status}", _retry_after(response.headers.get("Retry-After")))
    if status != httpx.codes.OK:
        why = ": no such address, or nothing for that night" if status == httpx.codes.NOT_FOUND else ""
        raise BrokenContract(f"{what}: answered {status}{why}")
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise BrokenContract(f"{what}: the answer is no JSON but {kind[:60]!r}")


def _body(response: httpx.Response, what: str) -> bytes:
    """The answer's bytes, of which there is a bound in size and time."""
    body, deadline = bytearray(), time.monotonic() + PAGE_SECONDS
    for piece in response.iter_bytes():
        body += piece
        if len(body) > PAGE_BYTES:
            raise BrokenContract(f"{what}: the answer is larger than {PAGE_BYTES >> 20} MiB")
        if time.monotonic() > deadline:
            raise Unreachable(f"{what}: the answer took longer than {PAGE_SECONDS:.0f} seconds")
    return bytes(body)


def _retry_after(value: str | None) -> float | None:
    """Seconds from a Retry-After header, which has seconds or a date; None for anything else."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value[:10])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _total(answer: Answer, path: str, what: str) -> int:
    total = answer.number(path)
    if total is None:
        raise BrokenContract(f"{what}: no number of rows at {path!r}")
    return total
