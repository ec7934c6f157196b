"""A real SSH server on loopback with a tree of files, and troubles one can order."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import asyncssh

from cakupan.sources.sftp import SftpAccount

PASSWORD = "the-secret-of-the-drop"
SAID = "row 2: NIK 3579014107990001 KENARI BUATAN, /home/kenari"
"""What the server says of a file that it does not give."""


class Login(asyncssh.SSHServer):
    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == ("cakupan", PASSWORD)


class Drop:
    """A server in a thread of its own with its tree below a folder."""

    def __init__(self, root, tmp_path, **options):
        self.root, self.connections, self.cut_after = root, 0, None
        self.ends_at = None
        self.breaks: dict[str, int] = {}
        """How often the connection is lost when a file is read, by its name."""
        self.silent_over: set[str] = set()
        self.denied: set[str] = set()
        self.failing: set[str] = set()
        self.options = options
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.user_key = asyncssh.generate_private_key("ssh-ed25519")
        self.authorized = tmp_path / "authorized_keys"
        self.authorized.write_bytes(self.user_key.export_public_key())
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    def __enter__(self):
        self.thread.start()
        self.server = asyncio.run_coroutine_threadsafe(self._listen(), self.loop).result(10)
        return self

    async def _listen(self):
        drop = self

        class Tree(asyncssh.SFTPServer):
            def __init__(self, channel):
                drop.connections += 1
                self.sent, self.names = 0, {}
                super().__init__(channel, chroot=str(drop.root).encode())

            def open(self, path, pflags, attrs):
                name = Path(os.fsdecode(path)).name
                if name in drop.denied:
                    raise asyncssh.SFTPPermissionDenied(SAID)
                if name in drop.failing:
                    raise asyncssh.SFTPFailure(SAID)
                opened = super().open(path, pflags, attrs)
                self.names[id(opened)] = name
                return opened

            def scandir(self, path):
                if Path(os.fsdecode(path)).name in drop.denied:
                    raise asyncssh.SFTPPermissionDenied(SAID)
                return super().scandir(path)

            async def read(self, file_obj, offset, size):
                name = self.names[id(file_obj)]
                if name in drop.silent_over:
                    await asyncio.sleep(3600)
                if drop.breaks.get(name):
                    drop.breaks[name] -= 1
                    self.connection.abort()
                    return b""
                if drop.ends_at is not None:
                    size = max(0, min(size, drop.ends_at - offset))
                data = super().read(file_obj, offset, size)
                self.sent += len(data)
                if drop.cut_after is not None and self.sent > drop.cut_after:
                    self.connection.abort()
                return data

        return await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[self.host_key], server_factory=Login, sftp_factory=Tree,
            authorized_client_keys=str(self.authorized), **self.options,
        )  # fmt: skip

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.server.close)
        asyncio.run_coroutine_threadsafe(self.server.wait_closed(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    @property
    def account(self) -> SftpAccount:
        key = self.host_key.export_public_key().decode().strip()
        port = self.server.get_port()
        return SftpAccount("agency_bpjstk", "127.0.0.1", key, "cakupan", port, "/drop", password=PASSWORD)
