"""The agencies' APIs: recorded answers, page by page, in the very text in which they were recorded."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulator.columns import Feed
from simulator.feeds import BY_NAME
from simulator.servers.city import City, agencies
from simulator.servers.trouble import SLOW_SECONDS, Trouble

CURSOR_ROWS = 100
PACKAGE_ROWS = 50
PATHS = {
    "/disdik/ptk-non-asn": "disdik.ptk_non_asn",
    "/pupr/proyek": "pupr.proyek_konstruksi",
    "/pbj/ocds/releases": "pbj.kontrak",
    "/hukum/integrasi": "hukum.regulasi",
}


class Api(ThreadingHTTPServer):
    """All the agencies' APIs on one port, each below its own base path and with its own token."""

    daemon_threads = True

    def __init__(self, city: City, trouble: Trouble) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.city = city
        self.trouble = trouble
        self.tokens = {agency: secrets.token_urlsafe(24) for agency in agencies("http")}

    @cached_property
    def url(self) -> str:
        """Where the APIs begin."""
        return f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        """Answer from now on."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self.shutdown()
        self.server_close()

    def connections(self) -> dict[str, dict[str, Any]]:
        """Tell how each agency is reached."""
        return {
            agency: {"conn_type": "http", "host": f"{self.url}/{agency}", "password": token}
            for agency, token in self.tokens.items()
        }


class _Refusal(Exception):
    """The request gets this status in place of rows."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body
    server: Api

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {name: values[-1] for name, values in parse_qs(url.query).items()}
        try:
            self._check_token(url.path)
            code = PATHS.get(url.path)
            if code is None:
                raise _Refusal(404, "no such path")
            self._answer(BY_NAME[code], asked)
        except _Refusal as refusal:
            self._send(refusal.status, json.dumps({"message": str(refusal)}).encode())

    def _check_token(self, path: str) -> None:
        token = self.server.tokens.get(path.split("/")[1] if path.count("/") > 1 else "")
        given = self.headers.get("Authorization", "")
        if token is None or not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise _Refusal(401, "no valid token")

    def _answer(self, feed: Feed, asked: dict[str, str]) -> None:
        wrong = self.server.trouble.next_answer(feed.code)
        if wrong == "busy":
            self._send(429, b'{"message": "too many requests"}', {"Retry-After": "1"})
            return
        if wrong == "down":
            raise _Refusal(503, "maintenance")
        body = _PAGES[feed.code](self._rows(feed, asked), asked, f"{self.server.url}{urlsplit(self.path).path}")
        if wrong == "short":
            body = _without_last_row(body)
        if wrong == "slow":
            time.sleep(SLOW_SECONDS)
        self._send(200, body, cut=wrong == "cut")

    def _rows(self, feed: Feed, asked: dict[str, str]) -> list[str]:
        """Return the rows of the night asked for, as recorded."""
        day = asked.get("tanggal", "")
        if len(day) != 10:
            raise _Refusal(400, "tanggal=YYYY-MM-DD is missing")
        path = self.server.city.find(feed.path(day.replace("-", "")))
        if path is None:
            raise _Refusal(404, f"nothing recorded for {day}")
        try:
            return _recorded(path, path.stat().st_mtime_ns)
        except ValueError:
            raise _Refusal(500, "broken record") from None

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    def log_message(self, *_: Any) -> None:
        """Keep quiet: requests are nobody's business."""


@lru_cache(maxsize=8)
def _recorded(path: Path, _changed: int) -> list[str]:
    """Return the elements of a recorded JSON array, each as the text it is; raises ValueError."""
    return list(_elements(path.read_text(encoding="utf-8")))


def _elements(text: str) -> Iterator[str]:
    decoder = json.JSONDecoder()
    text = text.strip()
    if text[:1] != "[" or text[-1:] != "]":
        raise ValueError("no array")
    at, end = 1, len(text) - 1
    while at < end:
        if text[at] in " \t\r\n,":
            at += 1
            continue
        _, after = decoder.raw_decode(text, at)
        yield text[at:after]
        at = after


def _number(asked: dict[str, str], name: str, default: int) -> int:
    """Return a positive whole number among the parameters."""
    text = asked.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) < 10**9:
        raise _Refusal(400, f"{name} is no positive number")
    return int(text)


def _array(rows: list[str]) -> str:
    return "[" + ",".join(rows) + "]"


def _numbered(rows: list[str], asked: dict[str, str], here: str) -> bytes:
    page, size = _number(asked, "page", 1), _number(asked, "per_page", 200)
    last = max(1, -(-len(rows) // size))
    meta = json.dumps({"page": page, "last_page": last, "total": len(rows)})
    return f'{{"data": {_array(rows[(page - 1) * size : page * size])}, "meta": {meta}}}'.encode()


def _at_cursor(rows: list[str], asked: dict[str, str], here: str) -> bytes:
    start = _number(asked, "cursor", 1) - 1
    following = start + CURSOR_ROWS
    cursor = json.dumps(str(following + 1) if following < len(rows) else None)
    return f'{{"items": {_array(rows[start:following])}, "next_cursor": {cursor}}}'.encode()


def _package(rows: list[str], asked: dict[str, str], here: str) -> bytes:
    page, day = _number(asked, "page", 1), asked["tanggal"]
    start = (page - 1) * PACKAGE_ROWS
    following = f"{here}?tanggal={day}&page={page + 1}"
    links = {"next": following} if start + PACKAGE_ROWS < len(rows) else {}
    uri = f"{here}?tanggal={day}&page={page}"
    head = json.dumps({"uri": uri, "version": "1.1", "publishedDate": f"{day}T00:00:00+07:00"})
    releases = _array(rows[start : start + PACKAGE_ROWS])
    return f'{head[:-1]}, "releases": {releases}, "links": {json.dumps(links)}}}'.encode()


def _whole(rows: list[str], asked: dict[str, str], here: str) -> bytes:
    return _array(rows).encode()


_PAGES: dict[str, Callable[[list[str], dict[str, str], str], bytes]] = {
    "disdik.ptk_non_asn": _numbered,
    "pupr.proyek_konstruksi": _at_cursor,
    "pbj.kontrak": _package,
    "hukum.regulasi": _whole,
}


def _without_last_row(body: bytes) -> bytes:
    """Return a page that lost a row on the way, while its total still counts it."""
    answer = json.loads(body)
    answer["data"] = answer["data"][:-1]
    return json.dumps(answer).encode()
