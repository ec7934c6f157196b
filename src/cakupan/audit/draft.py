"""Files that are written aside and appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self


class Draft:
    """A file in the making, which nobody else may read; gone at the end of its block unless it was put in place."""

    def __init__(self, path: Path) -> None:
        """Begin the draft of `path`; raises OSError."""
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._draft = path.with_name(f".{path.name}.draft")
        descriptor = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.file = os.fdopen(descriptor, "wb")

    def put_in_place(self) -> None:
        """Replace the file by the draft, which is on disk when this returns; raises OSError."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self._draft.replace(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._draft.unlink(missing_ok=True)
        self.file.close()
