"""Deliveries on an SFTP server."""

from __future__ import annotations

import base64
import binascii
import io
import logging
import posixpath
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

import paramiko
from paramiko.pkey import UnknownKeyType
from paramiko.sftp import CMD_NAME
from paramiko.ssh_exception import IncompatiblePeer

from cakupan.feeds import Feed
from cakupan.sources import Away, BrokenContract, Changed, LoginRefused, NotConnected, PartialDelivery, Unreachable
from cakupan.sources.file_drop import SETTLE_SECONDS, Entry, FileDrop, State
from cakupan.sources.ignored import Kind
from cakupan.sources.retries import RetryPolicy
from cakupan.sources.watch import Watch, watch_of

CONNECT_SECONDS = 10.0
TIMEOUT_SECONDS = 30.0
REQUESTS_AHEAD = 64
logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what it logs, with tracebacks, is raised as one line too
PRIVATE_KEYS: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


@dataclass(frozen=True)
class SftpAccount:
    """Where the server is, the one key it may show, and how to log in."""

    name: str
    """What messages call it."""
    host: str
    host_key: str
    """`<type> <base64>`, as a line of known_hosts shows it behind the host."""
    login: str
    port: int = 22
    path: str = "."
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)


class Sftp(FileDrop):
    """A tree of deliveries on a server whose host key is known; only regular files in real folders are read."""

    kind = "sftp"

    def __init__(
        self,
        account: SftpAccount,
        settle_seconds: float = SETTLE_SECONDS,
        wait: Callable[[float], None] = time.sleep,
        retries: RetryPolicy | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Take the account; a file that changes within `settle_seconds` still grows; what the `watch` saw counts."""
        self._retries = retries or RetryPolicy()
        super().__init__(f"sftp://{account.host}{posixpath.join('/', account.path)}", wait, self._retries.call)
        self.account = account
        self.settle_seconds = settle_seconds
        self._watch = watch or watch_of((account.host, account.port, account.login, account.path))
        self._host_key = _host_key(account)
        self._private_key = _private_key(account)
        self._connection: tuple[paramiko.SSHClient, _Client] | None = None

    def _entries(self, feed: Feed) -> dict[str, Entry]:
        """List the folder. Raises Unreachable, LoginRefused, and BrokenContract when the tree's root is not there."""
        return self._retries.call(partial(self._list, feed))

    def _settling(self, feed: Feed, files: dict[str, State]) -> float:
        # The server's clock may be wrong, so age says nothing: every file is looked at twice.
        if self.settle_seconds and files and not self._watch.has_begun:
            with suppress(NotConnected):  # whatever else is there, this feed is
                self._watch.see(self._retries.call(self._list_all))
        folder = self._folder(feed)
        return self._watch.seconds_left(
            {posixpath.join(folder, name): state for name, state in files.items()}, self.settle_seconds
        )

    def _list_all(self) -> dict[str, State]:
        """List every file two folders below the root, by its path."""
        found = {}
        with self._session("the tree") as client:
            folders = [self.account.path]
            for _ in ("agency", "feed"):
                folders = [
                    posixpath.join(folder, entry.filename)
                    for folder in folders
                    for entry in client.listdir_attr(folder)
                    if stat.S_ISDIR(entry.st_mode or 0)
                ]
            for folder in folders:
                with suppress(PermissionError):  # its own feed will tell
                    for entry in client.listdir_attr(folder):
                        found[posixpath.join(folder, entry.filename)] = _state(entry)
        return found

    def _folder(self, feed: Feed) -> str:
        return posixpath.join(self.account.path, feed.agency, feed.feed)

    def _list(self, feed: Feed) -> dict[str, Entry]:
        folder = self._folder(feed)
        with self._session("the tree", Away) as client:
            try:
                client.stat(self.account.path)
            except FileNotFoundError:
                raise BrokenContract(f"{self.account.name}: no folder {self.account.path!r} on the server") from None
            if not _is_folder(client, posixpath.dirname(folder)):
                return {}
        with self._session(f"the folder {feed.agency}/{feed.feed}") as client:
            if not _is_folder(client, folder):
                return {}
            return {entry.filename: _entry(entry) for entry in client.listdir_attr(folder)}

    def _around(self, agency: str) -> dict[str, Kind]:
        return self._retries.call(partial(self._list_around, agency))

    def _list_around(self, agency: str) -> dict[str, Kind]:
        folder = posixpath.join(self.account.path, agency)
        with self._session(f"the folder {agency}") as client:
            if not _is_folder(client, folder):
                return {}
            return {entry.filename: _kind(entry) for entry in client.listdir_attr(folder)}

    def _open(self, feed: Feed, name: str, state: State) -> BinaryIO:
        return io.BufferedReader(_Stream(self, posixpath.join(self._folder(feed), name), state), 1 << 20)

    @contextmanager
    def _session(self, what: str, lost: type[Unreachable] = Unreachable) -> Iterator[_Client]:
        """Give the connection; trouble of the network becomes Unreachable and a new connection next time.

        What the server itself says of `what` leaves the connection as it is: it can be asked for other things.
        """
        if self._connection is None:
            self._connection = self._connect()
        name = self.account.name
        try:
            yield self._connection[1]
        except PermissionError:
            raise BrokenContract(f"{name}: the account may not read {what}") from None
        except FileNotFoundError:
            raise Changed(f"{name}: {what} went away before it was read") from None
        except (paramiko.SSHException, OSError, EOFError) as error:
            if type(error) is OSError and error.errno is None:  # how the client passes on the server's own answer
                raise Unreachable(f"{name}: the server answers, but could not read {what}") from None
            self._connection[0].close()
            self._connection = None
            raise lost(f"{name}: connection lost ({type(error).__name__}) while {what} was read") from None

    def _connect(self) -> tuple[paramiko.SSHClient, _Client]:
        account = self.account
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(_OnlyTheDeclared())
        known_as = account.host if account.port == 22 else f"[{account.host}]:{account.port}"
        client.get_host_keys().add(known_as, self._host_key.get_name(), self._host_key)
        try:
            client.connect(
                account.host, account.port, account.login, account.password, self._private_key,
                timeout=CONNECT_SECONDS, banner_timeout=CONNECT_SECONDS, auth_timeout=TIMEOUT_SECONDS,
                allow_agent=False, look_for_keys=False,
            )  # fmt: skip
            transport = client.get_transport()
            session = _Client.from_transport(transport) if transport else None
            if session is None:
                raise paramiko.SSHException("no session")
            session.sock.settimeout(TIMEOUT_SECONDS)
            return client, session
        except paramiko.BadHostKeyException:
            client.close()
            raise BrokenContract(f"{account.name}: the server shows another key than host_key") from None
        except paramiko.AuthenticationException:
            client.close()
            raise LoginRefused(f"{account.name}: the server refused login {account.login!r}") from None
        except IncompatiblePeer:
            client.close()
            raise BrokenContract(
                f"{account.name}: the server and this client have no way of encrypting in common"
                " (key exchange, host key, cipher or MAC); its administrator must allow a current one"
            ) from None
        except (paramiko.SSHException, OSError, EOFError) as error:
            client.close()
            raise Away(f"{account.name}: cannot connect to the server ({type(error).__name__})") from None


class _OnlyTheDeclared(paramiko.MissingHostKeyPolicy):
    """A server that shows a key of another type than the declared one shows another key."""

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        raise paramiko.BadHostKeyException(hostname, key, key)


class _Client(paramiko.SFTPClient):
    """A client that lists names which are no UTF-8 too, as a name that no delivery has."""

    def _request(self, kind: Any, *arguments: Any) -> Any:
        answered, message = super()._request(kind, *arguments)  # type: ignore[misc]
        if answered == CMD_NAME:
            message.get_text = lambda: message.get_string().decode("utf-8", "replace")
        return answered, message


class _Stream(io.RawIOBase):
    """A remote file; raises rather than end before its end, or when it changes under our eyes."""

    def __init__(self, source: Sftp, path: str, expected: State) -> None:
        super().__init__()
        self._source = source
        self._expected = expected
        self._count = 0
        self._file: paramiko.SFTPFile | None = None
        with source._session("a file") as client:
            file = client.open(path, "rb")
            self._unchanged(file)
            # The protocol opens what a link leads to. What was opened is what was listed where the name is no link.
            if _entry(client.lstat(path)) != Entry(Kind.FILE, expected) or not _is_folder(
                client, posixpath.dirname(path)
            ):
                raise Changed(f"{source.account.name}: a file became a link before it was read")
            file.prefetch(expected.size, REQUESTS_AHEAD)
            self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        assert self._file is not None  # noqa: S101 opened in __init__
        with self._source._session("a file"):
            data = self._file.read(len(buffer))
            if not data:
                # The client takes a lost connection for the end of the file; asked again, it says what happened.
                self._unchanged(self._file)
                if self._count < self._expected.size:
                    raise PartialDelivery(
                        f"{self._source.account.name}: a file ended after {self._count} of {self._expected.size} bytes"
                    )
        self._count += len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        # A file let go is closed without waiting for the server, which a finalizer in any thread must not do.
        self._file = None
        super().close()

    def _unchanged(self, file: paramiko.SFTPFile) -> None:
        if _state(file.stat()) != self._expected:
            raise Changed(f"{self._source.account.name}: a file was changed while it was read")


def _is_folder(client: _Client, path: str) -> bool:
    """Tell whether there is a folder that is no symbolic link."""
    try:
        return stat.S_ISDIR(client.lstat(path).st_mode or 0)
    except FileNotFoundError:
        return False


def _state(attributes: paramiko.SFTPAttributes) -> State:
    """Return size in bytes and time of the last change in seconds."""
    return State(attributes.st_size or 0, str(attributes.st_mtime or 0))


def _kind(attributes: paramiko.SFTPAttributes) -> Kind:
    return Kind.of_mode(attributes.st_mode or 0)


def _entry(attributes: paramiko.SFTPAttributes) -> Entry:
    kind = _kind(attributes)
    return Entry(kind, _state(attributes) if kind is Kind.FILE else None)


def _host_key(account: SftpAccount) -> paramiko.PKey:
    """Return the server's public key as declared, with or without its type before it; raises BrokenContract."""
    encoded = next((word for word in account.host_key.split() if word.startswith("AAAA")), "")
    try:
        blob = base64.b64decode(encoded, validate=True)
        kind = blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode("ascii")
        return paramiko.PKey.from_type_string(kind, blob)
    except (paramiko.SSHException, UnknownKeyType, binascii.Error, ValueError):
        raise BrokenContract(
            f"{account.name}: host_key is no public key like 'ssh-ed25519 AAAA…' (ssh-keyscan shows it)"
        ) from None


def _private_key(account: SftpAccount) -> paramiko.PKey | None:
    """Return the private key to log in with, where there is one; raises BrokenContract."""
    if not account.private_key:
        return None
    for kind in PRIVATE_KEYS:
        try:
            return kind.from_private_key(io.StringIO(account.private_key), account.passphrase)
        except (paramiko.SSHException, ValueError):
            continue
    raise BrokenContract(
        f"{account.name}: private_key is no Ed25519, ECDSA or RSA key"
        + (" that private_key_passphrase opens" if account.passphrase else " without passphrase")
    )
