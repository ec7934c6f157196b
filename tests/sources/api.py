"""An agency's API on loopback with every style of paging, and troubles one can order."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "the-secret-of-the-api"
TEACHERS = [{"nik": f"35790101018000{n:02}", "nama": "Siti \u00e7 \U0001f600", "npsn": n} for n in range(5)]
PROJECTS = [{"id": n, "nomor_kontrak": f"K/{n}"} for n in range(5)]
CONTRACTS = [{"ocid": f"ocds-{n}", "contracts": [{"id": n, "value": {"amount": 1.10}}]} for n in range(5)]
REGULATIONS = [{"idData": str(n), "judul": 'a [b] {c} \\" ,'} for n in range(3)]


class Api:
    """The server; `troubles` are handlers each of which answers one request in place of the API."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.tokens: list[str | None] = []
        self.troubles: list[Callable[[Handler], None] | None] = []
        self.change: Callable[[int, dict], dict] = lambda page, answer: answer
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.api = self
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, path: str, asked: dict[str, str]):
        page = int(asked.get("page", 1))
        if path == "/v1/ptk-non-asn":
            rows = TEACHERS[page * 2 - 2 : page * 2]
            return self.change(page, {"data": rows, "meta": {"page": page, "last_page": 3, "total": 5}})
        if path == "/v1/proyek":
            start = int(asked.get("cursor", "c0")[1:])
            following = f"c{start + 2}" if start + 2 < 5 else None
            return self.change(start // 2 + 1, {"items": PROJECTS[start : start + 2], "next_cursor": following})
        if path == "/v1/ocds/releases":
            rows = CONTRACTS[page * 2 - 2 : page * 2]
            links = {"next": f"{self.url}/ocds/releases?tanggal={asked['tanggal']}&page={page + 1}"} if page < 3 else {}
            return self.change(page, {"uri": "x", "version": "1.1", "releases": rows, "links": links})
        return REGULATIONS


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        api, url = self.server.api, urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        api.asked.append((url.path, asked))
        api.tokens.append(self.headers["Authorization"])
        if api.troubles and (trouble := api.troubles.pop(0)):
            trouble(self)
        elif self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.send(401, b"{}")
        else:
            self.send(200, json.dumps(api.answer(url.path, asked), indent=1, ensure_ascii=False).encode())

    def send(self, status: int, body: bytes, kind: str = "application/json; charset=utf-8", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


def status(code: int, **headers: str) -> Callable[[Handler], None]:
    return lambda handler: handler.send(code, b'{"message": "no"}', **headers)


def text(body: bytes, kind: str = "application/json") -> Callable[[Handler], None]:
    return lambda handler: handler.send(200, body, kind)


def cut(handler: Handler) -> None:
    """Half an answer, then the connection is gone."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"data": [')
    handler.close_connection = True


def slow(handler: Handler) -> None:
    time.sleep(0.4)
    handler.close_connection = True
