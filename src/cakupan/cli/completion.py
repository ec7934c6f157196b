"""What a shell offers when a person presses Tab: feeds, agencies and nights. Says nothing where it cannot know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from cakupan import settings


def night_option(says: str, name: str = "--date") -> Any:
    """Make an option of a command that names a night, which a shell completes."""
    return typer.Option(name, formats=["%Y-%m-%d"], autocompletion=nights, help=says)


def feeds(incomplete: str) -> list[str]:
    """Return the feeds that begin so: read off the names of the declarations, which takes no time."""
    return [name for name in _declared() if name.startswith(incomplete)]


def agencies(incomplete: str) -> list[str]:
    """Return the agencies that begin so."""
    return sorted({name.partition(".")[0] for name in feeds(incomplete)})


def nights(incomplete: str) -> list[str]:
    """Return the published nights that begin so, newest first: those whose page about deliveries was written."""
    pages = (settings.home() / "reports").glob("deliveries-*.html")
    found = (page.stem.removeprefix("deliveries-") for page in pages)
    return sorted((night for night in found if night.startswith(incomplete)), reverse=True)


def _declared() -> Iterator[str]:
    for path in sorted(settings.FEEDS.glob("*/*.yml")):
        yield f"{path.parent.name}.{path.stem}"
