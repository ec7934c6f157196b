"""Spoil files of a feed for so many seconds, led by what the readers do with them: `make fuzz`.

What is found is kept in target/fuzz, and the run ends with it: a traceback, a reading that takes longer than
LONGEST seconds or MOST megabytes, a row that another reader reads otherwise.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found]  # in an environment of its own

with atheris.instrument_imports(include=["cakupan.landing", "cakupan.invisible", "zipfile"]):
    from cakupan import settings
    from cakupan.feeds import find_feed
    from cakupan.landing import landing  # noqa: F401
from tests.landing.odd_files import PIECES, Edit, edited, made, packed, unpacked
from tests.landing.second_reader import differences

LONGEST, MOST = 20, 1500
LARGEST = 1 << 16


def main(name: str, seconds: str) -> None:
    """Spoil files of the feed until something is found or the time is over."""
    feed = find_feed(settings.FEEDS, name)
    folder = settings.PROJECT / "target" / "fuzz" / name
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    (folder / "corpus" / "made").write_bytes(made(feed, [[f"{c.name} {n}" for c in feed.columns] for n in range(3)]))
    path = Path(tempfile.mkstemp(prefix="cakupan-fuzz-", dir="/dev/shm")[1])

    def spoil(data: bytes, largest: int, seed: int) -> bytes:
        """Change the text of a file, half the time by a piece that means something there."""
        dice = random.Random(seed)  # noqa: S311
        try:
            parts = unpacked(feed, data)
        except Exception:  # it was spoiled as a whole before
            parts = {}
        if not parts:
            return bytes(atheris.Mutate(data, largest))
        part = dice.choice([0, 0, 0, dice.randrange(len(parts))])
        if dice.random() < 0.5:
            piece = dice.choice(PIECES[feed.format.kind])
            return edited(feed, data, [Edit(part, dice.random(), dice.randrange(3), piece)])
        if dice.random() < 0.05:
            return bytes(atheris.Mutate(data, largest))
        name = list(parts)[part]
        return packed(feed, parts | {name: bytes(atheris.Mutate(parts[name], LARGEST))})

    def try_(data: bytes) -> None:
        path.write_bytes(data)
        assert not (found := differences(feed, path)), found

    options = [
        f"-max_total_time={seconds}", f"-timeout={LONGEST}", f"-rss_limit_mb={MOST}", f"-max_len={LARGEST}",
        f"-artifact_prefix={folder}/", "-print_final_stats=1", str(folder / "corpus"),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], try_, custom_mutator=spoil)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
