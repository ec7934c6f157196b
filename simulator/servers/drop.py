"""The file drop: an SFTP server on which every agency sees its own deliveries, read-only."""

import asyncio
import os
import posixpath
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
from asyncssh import SFTPAttrs, SFTPName

from simulator.servers.city import City, agencies
from simulator.servers.trouble import SLOW_SECONDS, Trouble

KEY_LOGIN = "sipd"
"""the agency that logs in with a key in place of a password"""


class Drop:
    """The server: one account for each agency, made up anew at every start."""

    def __init__(self, city: City, trouble: Trouble) -> None:
        self.city = city
        self.trouble = trouble
        self.passwords = {agency: secrets.token_urlsafe(18) for agency in agencies("sftp") if agency != KEY_LOGIN}
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self._host_key = asyncssh.generate_private_key("ssh-ed25519")
        self._server: asyncssh.SSHAcceptor | None = None

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncssh.create_server(
            lambda: _Login(self),
            "127.0.0.1",
            0,
            server_host_keys=[self._host_key],
            sftp_factory=lambda channel: _Files(channel, self),
        )

    async def stop(self) -> None:
        """Close every connection."""
        if self._server:
            self._server.close()

    def connections(self) -> dict[str, dict[str, Any]]:
        """Tell how each agency is reached."""
        assert self._server is not None  # noqa: S101 - started
        host_key = self._host_key.export_public_key().decode().strip()
        # Its files appear whole, or grow faster than anybody looks.
        shared = {"path": "/", "host_key": host_key, "settle_seconds": 0.05 if self.trouble.growing else 0}
        made: dict[str, dict[str, Any]] = {}
        for agency in agencies("sftp"):
            connection = {"conn_type": "sftp", "host": "127.0.0.1", "port": self._server.get_port(), "login": agency}
            if agency == KEY_LOGIN:
                extra = {**shared, "private_key": self.key.export_private_key().decode()}
                made[agency] = {**connection, "extra": extra}
            else:
                made[agency] = {**connection, "password": self.passwords[agency], "extra": shared}
        return made


class _Login(asyncssh.SSHServer):
    """Who may come in."""

    def __init__(self, drop: Drop) -> None:
        self._drop = drop

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        right = self._drop.passwords.get(username)
        return right is not None and secrets.compare_digest(right, password)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == KEY_LOGIN and key.public_data == self._drop.key.public_data


class _Files(asyncssh.SFTPServer):
    """An agency's own folder as it is on the night."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], drop: Drop) -> None:
        super().__init__(channel, chroot=str(drop.city.deliveries).encode())
        self._drop = drop
        self._agency = str(channel.get_extra_info("username"))
        self._places: dict[int, str] = {}

    def map_path(self, path: bytes) -> bytes:
        """Return the file or folder behind a path; of others' folders and of nights to come there is nothing."""
        place = _normal(path)
        parts = place.split("/") if place else []
        if parts and parts[0] != self._agency:
            raise asyncssh.SFTPNoSuchFile("no such file")
        if len(parts) != 3:
            return os.fsencode(self._drop.city.deliveries / place)
        found = self._drop.city.find(place)
        if found is None:
            raise asyncssh.SFTPNoSuchFile("no such file")
        return os.fsencode(found)

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """Yield the names in a folder, and a file that is being written all the time where trouble wants one."""
        place = _normal(path)
        for entry in sorted(Path(os.fsdecode(self.map_path(path))).iterdir()):
            name = os.fsencode(entry.name)
            try:
                status = os.lstat(self.map_path(posixpath.join(path, name)))
            except asyncssh.SFTPNoSuchFile:
                continue
            yield SFTPName(name, attrs=SFTPAttrs.from_local(status))
        for growing in self._drop.trouble.growing:
            folder, _, file = growing.rpartition("/")
            if folder == place:
                size = time.monotonic_ns() // 1000  # never the same twice
                yield SFTPName(file.encode(), attrs=SFTPAttrs(size=size, permissions=0o100644, atime=0, mtime=0))

    def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> object:
        """Open for reading, which is all there is."""
        if pflags & ~asyncssh.FXF_READ:
            return self._refused()
        opened = Path(os.fsdecode(self.map_path(path))).open("rb", buffering=0)  # noqa: SIM115 - until close
        self._places[id(opened)] = _normal(path)
        return opened

    def close(self, file_obj: Any) -> None:
        """Close a file."""
        self._places.pop(id(file_obj), None)
        file_obj.close()

    async def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        """Read a piece, unless trouble comes between."""
        place = self._places[id(file_obj)]
        whole = os.fstat(file_obj.fileno()).st_size
        if self._drop.trouble.file_is_slow(place):
            await asyncio.sleep(SLOW_SECONDS)
        if self._drop.trouble.file_is_cut(place, (offset + size) / max(whole, 1)):
            self.connection.abort()
            return b""
        file_obj.seek(offset)
        return bytes(file_obj.read(size))

    def _refused(self, *_: Any, **__: Any) -> Any:
        raise asyncssh.SFTPPermissionDenied("the drop is read-only")

    open56 = write = setstat = lsetstat = fsetstat = _refused
    mkdir = rmdir = remove = rename = posix_rename = symlink = link = _refused


def _normal(path: bytes) -> str:
    """Return the path below the root, without a slash in front."""
    return posixpath.normpath(posixpath.join("/", os.fsdecode(path))).strip("/")
