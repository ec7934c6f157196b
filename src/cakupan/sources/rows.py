"""Which rows came on which page of an answer."""

from __future__ import annotations

import hashlib


class Rows:
    """The rows of one pull, each known by a digest of its text."""

    def __init__(self) -> None:
        self.count = 0
        self.on_two_pages = set[bytes]()
        self._page = 0
        self._first_on: dict[bytes, int] = {}
        self._sum = 0

    def next_page(self) -> int:
        """Begin a page; returns its number."""
        self._page += 1
        return self._page

    def add(self, row: bytes) -> None:
        """Note a row of the page."""
        digest = hashlib.blake2b(row, digest_size=16).digest()
        self.count += 1
        self._sum = (self._sum + int.from_bytes(digest)) & (1 << 128) - 1
        if self._first_on.setdefault(digest, self._page) != self._page:
            self.on_two_pages.add(digest)

    def same_rows(self, other: Rows) -> bool:
        """Tell whether both have the same rows, each as often, in whatever order."""
        return (self.count, self._sum) == (other.count, other._sum)
