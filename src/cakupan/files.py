"""Files read and written without following a link: what lies under a name is what is read, and what is replaced."""

from __future__ import annotations

import fcntl
import os
import re
import stat
import tempfile
import time
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

DRAFT = re.compile(r"\..+\.\w{8}\.draft")
ABANDONED_SECONDS = 3600.0


def open_plain(path: Path) -> BufferedReader:
    """Open a regular file to read it; raises OSError where its name is a link, a pipe or a folder."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(0, "no regular file", str(path))
    return file


def is_plain(path: Path) -> bool:
    """Tell whether a regular file, and no link to one, lies there."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def write_whole(path: Path, content: bytes | str) -> Path:
    """Write a file for this account alone, whole or not at all; a link that lies there is replaced, not followed."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".draft", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)  # let go by a kill
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            return draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def clear_abandoned(folder: Path) -> None:
    """Remove drafts that nobody holds and nobody has written to for an hour; there may be no such folder."""
    for path in folder.glob(".*.draft"):
        if DRAFT.fullmatch(path.name):
            with suppress(OSError), path.open("rb") as left:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                    path.unlink()
