"""An S3-compatible store on loopback: it checks signatures, lists in pages, gives no other version than asked for.

What is there it lets nobody write again who asks for that, as an archive does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

KEY, SECRET, REGION, PAGE = "the-key", "the-secret-of-the-store", "us-east-1", 2


class Store:
    """The server; `troubles` are handlers each of which answers one request in place of the store."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.written: list[tuple[str, int]] = []
        """Each upload, and how it was answered."""
        self.troubles: list[Callable[[Handler], None]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.store = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def listing(self, asked: dict[str, str]) -> bytes:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter")
        names = sorted(name for name in self.objects if name.startswith(prefix))
        folders = ""
        if delimiter:
            below = {
                name.removeprefix(prefix).split(delimiter)[0] for name in names if delimiter in name[len(prefix) :]
            }
            names = [name for name in names if delimiter not in name.removeprefix(prefix)]
            folders = "".join(
                f"<CommonPrefixes><Prefix>{quote(prefix + name + delimiter)}</Prefix></CommonPrefixes>"
                for name in sorted(below)
                if "continuation-token" not in asked
            )
        start = int(asked.get("continuation-token", "0"))
        page, more = names[start : start + PAGE], len(names) > start + PAGE
        entries = "".join(self._entry(name, url=asked.get("encoding-type") == "url") for name in page)
        token = f"<NextContinuationToken>{start + PAGE}</NextContinuationToken>" if more else ""
        return (
            '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>drop</Name>'
            f"<EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}{folders}"
            "</ListBucketResult>"
        ).encode()

    def _entry(self, name: str, *, url: bool) -> str:
        content = self.objects[name]
        return (
            f"<Contents><Key>{quote(name) if url else escape(name)}</Key><ETag>{etag(content)}</ETag>"
            f"<LastModified>2025-09-09T00:00:00.000Z</LastModified><Size>{len(content)}</Size></Contents>"
        )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        store, url = self.server.store, urlsplit(self.path)
        store.asked.append(self.path)
        bucket, _, name = unquote(url.path).lstrip("/").partition("/")
        if store.troubles:
            store.troubles.pop(0)(self)
        elif not self._signed(url):
            self.send(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        elif bucket != "drop":
            self.send(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        elif not name:
            self.send(200, store.listing(dict(parse_qsl(url.query))))
        elif name not in store.objects:
            self.send(404, b"<Error><Code>NoSuchKey</Code></Error>")
        elif self.headers["If-Match"] not in {None, etag(store.objects[name])}:
            self.send(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        else:
            self.send_object(store.objects[name])

    def do_HEAD(self):
        self.do_GET()

    def do_PUT(self):
        store, url = self.server.store, urlsplit(self.path)
        bucket, _, name = unquote(url.path).lstrip("/").partition("/")
        content = self.rfile.read(int(self.headers["Content-Length"]))
        md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        answer = (
            403 if not self._address_is_signed(url)
            else 404 if bucket != "drop"
            else 412 if self.headers["If-None-Match"] == "*" and name in store.objects
            else 400 if self.headers["Content-MD5"] != md5
            else 200
        )  # fmt: skip
        if store.troubles:
            store.troubles.pop(0)(self)
            return
        store.written.append((name, answer))
        if answer == 200:
            store.objects[name] = content
        self.send(answer, b"")

    def do_DELETE(self):
        url = urlsplit(self.path)
        if self._signed(url):
            self.server.store.objects.pop(unquote(url.path).lstrip("/").partition("/")[2], None)
        self.send(204 if self._signed(url) else 403, b"")

    def send_object(self, content: bytes, cut: int | None = None) -> None:
        self.send(200, content, cut, ETag=etag(content))

    def send(
        self, status: int, body: bytes, cut: int | None = None, kind: str = "application/xml", **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body[:cut])
        self.close_connection = cut is not None

    def _signed(self, url) -> bool:
        """Whether the request is signed with the secret, by Amazon's Signature Version 4."""
        given = self.headers["Authorization"] or ""
        if not given.startswith("AWS4-HMAC-SHA256 "):
            return False
        parts = dict(part.split("=", 1) for part in given.removeprefix("AWS4-HMAC-SHA256 ").split(", "))
        key, day, *_ = parts["Credential"].split("/")
        return key == KEY and hmac.compare_digest(
            self._signature(
                url, url.query, parts["SignedHeaders"],
                day=day, at=self.headers["x-amz-date"], content=self.headers["x-amz-content-sha256"],
            ),
            parts["Signature"],
        )  # fmt: skip

    def _address_is_signed(self, url) -> bool:
        """Whether the address itself carries the signature."""
        asked = dict(parse_qsl(url.query))
        key, day, *_ = asked.get("X-Amz-Credential", "/").split("/")
        query, _, given = url.query.partition("&X-Amz-Signature=")
        signature = self._signature(
            url,
            query,
            asked.get("X-Amz-SignedHeaders", "host"),
            day=day,
            at=asked.get("X-Amz-Date", ""),
            content="UNSIGNED-PAYLOAD",
        )
        return key == KEY and hmac.compare_digest(signature, given)

    def _signature(self, url, said: str, headers: str, *, day: str, at: str, content: str) -> str:
        query = sorted(parse_qsl(said, keep_blank_values=True))
        asked = "\n".join(
            [
                self.command,
                url.path,
                "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query),
                *(f"{name}:{self.headers[name].strip()}" for name in headers.split(";")),
                "",
                headers,
                content,
            ]
        )
        scope = f"{day}/{REGION}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
        signing = f"AWS4{SECRET}".encode()
        for part in scope.split("/"):
            signing = hmac.digest(signing, part.encode(), "sha256")
        return hmac.new(signing, text.encode(), "sha256").hexdigest()

    def log_message(self, *_) -> None:
        pass


def etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def status(code: int) -> Callable[[Handler], None]:
    return lambda handler: handler.send(code, b"<Error><Code>SlowDown</Code></Error>")


def cut(content: bytes, after: int) -> Callable[[Handler], None]:
    """An object of which only the beginning comes."""
    return lambda handler: handler.send_object(content, after)
