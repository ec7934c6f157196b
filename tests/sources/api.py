"""An agency's API on loopback with every style of paging, and troubles one can order."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TOKEN = "the-secret-of-the-api"
TEACHERS = [{"nik": f"35790101018000{n:02}", "nama": "Siti \u00e7 \U0001f600", "npsn": n} for n in range(5)]
PROJECTS = [{"id": n, "nomor_kontrak": f"K/{n}"} for n in range(5)]
CONTRACTS = [{"ocid": f"ocds-{n}", "contracts": [{"id": n, "value": {"amount": 1.10}}]} for n in range(5)]
REGULATIONS = [{"idData": str(n), "judul": 'a [b] {c} \\" ,'} for n in range(3)]


class Api:
    """The server; `troubles` are handlers each of which answers one request in place of the API."""

    def __init__(self, key: Path | None = None, certificate: Path | None = None) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.tokens: list[str | None] = []
        self.troubles: list[Callable[[Handler], None] | None] = []
        self.change: Callable[[int, dict], dict] = lambda page, answer: answer
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.api = self
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        if key and certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.server.handle_error = lambda *_: None  # clients that mistrust it leave
            self.url = self.url.replace("http:", "https:")

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


def zipped(body: bytes, ends: int | None = None, says: bytes | None = None) -> Callable[[Handler], None]:
    """An answer that calls itself gzip, cut before its end by the server itself, or something else altogether."""
    return lambda handler: handler.send(200, says or gzip.compress(body)[:ends], Content_Encoding="gzip")


def short_of(body: bytes) -> Callable[[Handler], None]:
    """An answer longer than its Content-Length says."""

    def trouble(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body) // 2))
        handler.end_headers()
        handler.wfile.write(body)

    return trouble


def certify(key: Path, certificate: Path) -> None:
    """Write a key, and a certificate for 127.0.0.1 that is signed by itself."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(private, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def slow(handler: Handler) -> None:
    time.sleep(0.4)
    handler.close_connection = True
