"""A mail server on this machine that keeps what it is given, and refuses one recipient."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

REFUSED = "refused@example.go.id"


@dataclass
class Mailbox:
    """What arrived."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)

    def keep(self, lines: list[bytes]) -> None:
        raw = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
        parsed = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)


@contextlib.contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A server for the length of the block."""
    mailbox = Mailbox()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                command = line[:4].upper().strip()
                if command == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    mailbox.keep(list(iter(self.rfile.readline, b".\r\n")))
                refused = command == b"RCPT" and REFUSED.encode() in line
                self.wfile.write(b"550 no such mailbox\r\n" if refused else b"250 ok\r\n")
                if command == b"QUIT":
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Session) as server:
        mailbox.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield mailbox
        server.shutdown()
