"""What an API's answer is before it is read: its status, its kind, its bytes; each trouble by its own name."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from cakupan.sources import Away, BrokenContract, LoginRefused, NotConnected, PartialDelivery, Unreachable
from cakupan.sources.answer import Answer, CutShort, ErrorInstead, WebPage, read_answer
from cakupan.sources.tls import tls_trouble

PAGE_SECONDS = 600.0
PAGE_BYTES = 64 << 20
TROUBLED = frozenset({408, 425, 429})
LASTING = frozenset({501, 505})
"""Of the statuses from 500 those that say that the API cannot do what is asked."""
REFUSED = frozenset({401, 403})
WHY = {
    400: ": it does not understand what is asked",
    404: ": no such address, or nothing for that night",
    405: ": it does not allow this address to be read",
    406: ": it has no JSON to give",
    410: ": the address is gone for good",
    415: ": it has no JSON to give",
    422: ": it does not accept the parameters that the feed declares",
}
WEB_PAGE = "answered with a web page in place of data, as when it asks for a login or is being maintained"


def read_bytes(response: httpx.Response, what: str, bound: int) -> bytes:
    """Read the bytes of an answer that may have rows, within bounds of size and time; raises NotConnected."""
    _check_status(response, what)
    _check_kind(response, what)
    body, deadline = bytearray(), time.monotonic() + PAGE_SECONDS
    try:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > bound:
                raise BrokenContract(f"{what}: the answer is larger than {bound >> 20} MiB")
            if time.monotonic() > deadline:
                raise Unreachable(f"{what}: the answer took longer than {PAGE_SECONDS:.0f} seconds")
    except httpx.DecodingError:
        raise PartialDelivery(f"{what}: the compressed answer is broken or was cut short") from None
    except httpx.RemoteProtocolError:
        raise PartialDelivery(f"{what}: the answer was cut short, by its own length") from None
    return bytes(body)


def parse_answer(body: bytes, rows: str | None, what: str) -> Answer:
    """Return the answer in these bytes; raises NotConnected saying what they are instead."""
    try:
        return read_answer(body.decode("utf-8-sig"), rows)
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise PartialDelivery(f"{what}: the answer was cut short") from None
        raise BrokenContract(f"{what}: the answer is no UTF-8, as JSON must be") from None
    except CutShort:
        how = "the answer was cut short, in the middle of its JSON" if body.strip() else "the answer was empty"
        raise PartialDelivery(f"{what}: {how}") from None
    except WebPage:
        raise Unreachable(f"{what}: {WEB_PAGE}") from None
    except ErrorInstead:
        raise Unreachable(f"{what}: answered with an error in place of rows, though with status 200") from None
    except ValueError:
        raise BrokenContract(f"{what}: the answer is no JSON with rows where they are declared") from None


def error_for(error: httpx.RequestError, what: str) -> NotConnected:
    """Return what to raise for an answer that did not begin, or whose connection was lost."""
    if mistrust := tls_trouble(error):
        return BrokenContract(f"{what}: {mistrust}")
    away = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    return (Away if away else Unreachable)(f"{what}: {type(error).__name__}")


def _check_status(response: httpx.Response, what: str) -> None:
    status = response.status_code
    if status in REFUSED:
        raise LoginRefused(f"{what}: the API refused login ({status})")
    if status in TROUBLED or (status >= httpx.codes.INTERNAL_SERVER_ERROR and status not in LASTING):
        raise Unreachable(f"{what}: answered {status}", _retry_after(response.headers.get("Retry-After")))
    if response.has_redirect_location:
        raise BrokenContract(f"{what}: answered {status}, {_sent_on(response)}")
    if status != httpx.codes.OK:
        raise BrokenContract(f"{what}: answered {status}{WHY.get(status, '')}")


def _sent_on(response: httpx.Response) -> str:
    """Tell where the API sends its reader on to, which is not followed: the token would go there."""
    try:
        there = response.url.join(response.headers["Location"])
    except httpx.InvalidURL:
        return "and sends on to what is no address"
    if there.host == response.url.host and (response.url.scheme, there.scheme) == ("http", "https"):
        return "and sends on to https: say https in the connection's host"
    if there.host == response.url.host:
        return "and sends on to another of its addresses, as to a login: is the connection's host right?"
    return f"and sends on to another server, {there.host[:60]}: if the API has moved there, say so in the connection"


def _check_kind(response: httpx.Response, what: str) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in {"text/html", "application/xhtml+xml"}:
        raise Unreachable(f"{what}: {WEB_PAGE}")
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise BrokenContract(f"{what}: the answer is no JSON but {kind[:60]!r}")


def _retry_after(value: str | None) -> float | None:
    """Read seconds from a Retry-After header, which has seconds or a date; None for anything else."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value[:10])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
