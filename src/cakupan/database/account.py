"""As whom the embedded server runs. PostgreSQL refuses to be root; and whoever holds the database must not, through it,
read what the account that runs the nights may: the keys above all.

An ordinary user's server is that user's. Root gives it the system account `cakupan`, made where there is none. Below
a state folder that only root may enter, such a server is handed its data folder open, which needs no way in. Where
that account cannot be made, or cannot reach the programs (in root's home), root is another user in a namespace.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "cakupan"
# The shell keeps the folder it was started in open and leaves it, because PostgreSQL up to 15 walks back by its name.
_WITHIN = Path("/proc/self/fd/9")
_KEEPING_OPEN = ("sh", "-c", 'exec 9<. && cd / && exec "$0" "$@"')
_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


class Account:
    """Who owns a data folder, and runs programs on it."""

    def __init__(self, data: Path, programs: Path) -> None:
        self._data, self._programs = data, programs

    def own(self) -> None:
        """Give the data folder to who is to run the server, with all in it that an earlier version gave to another."""
        if self.is_own:
            return
        uid, gid = self._rightful
        for folder, _, files in os.walk(self._data, topdown=False):
            for path in (*(Path(folder, name) for name in files), Path(folder)):
                os.chown(path, uid, gid, follow_symlinks=False)

    @property
    def is_own(self) -> bool:
        """Whether the data folder belongs to who is to run the server."""
        return os.geteuid() != 0 or self._data.stat().st_uid == self._rightful[0]

    @property
    def _rightful(self) -> tuple[int, int]:
        user = _account()
        there = user is not None and self._reaches(user)
        return (user.pw_uid, user.pw_gid) if user and there else (0, 0)

    @contextmanager
    def holding(self, text: str) -> Iterator[Path]:
        """Keep a text in a file that only this account may read, while inside."""
        with tempfile.TemporaryDirectory(prefix="cakupan-") as folder:
            path = Path(folder, "text")
            path.touch(mode=0o600)
            path.write_text(text)
            owner = self._data.stat()
            for each in (path, Path(folder)):
                os.chown(each, owner.st_uid, owner.st_gid)
            yield path

    @property
    def data(self) -> Path:
        """The data folder as the programs are told of it."""
        return self._data if self._user is None else _WITHIN

    def run(self, program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL as the owner of the data folder."""
        command = [str(self._programs / program), *map(str, arguments)]
        user = self._user
        if user:
            command = [*_KEEPING_OPEN, *command]
        elif os.geteuid() == 0:
            command = [*_NAMESPACE, *command]
        return subprocess.run(
            command,
            env=dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", PGTZ="UTC"),
            text=True,
            cwd=self._data,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            user=user and user[0],
            group=user and user[1],
            extra_groups=[] if user else None,
        )

    @property
    def _user(self) -> tuple[int, int] | None:
        """The owner of the data folder, where that is another account."""
        owner = self._data.stat()
        return (owner.st_uid, owner.st_gid) if os.geteuid() == 0 and owner.st_uid else None

    def _reaches(self, user: pwd.struct_passwd) -> bool:
        test = subprocess.run(
            ["test", "-x", str(self._programs / "postgres")],
            user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", check=False,
        )  # fmt: skip
        return test.returncode == 0


def _account() -> pwd.struct_passwd | None:
    """Find the server's own account, made where there is none; None where it cannot be made."""
    for attempt in range(2):
        try:
            return pwd.getpwnam(ACCOUNT)
        except KeyError:
            if attempt or shutil.which("useradd") is None:
                return None
            subprocess.run(
                ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],
                capture_output=True, check=False,
            )  # fmt: skip
    return None
