"""The dbt project as the library uses it: told of the feeds that are declared, then called in this process."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from unittest.mock import patch

import yaml

from cakupan import settings
from cakupan.bilingual import Text
from cakupan.database import environment
from cakupan.feeds import ACCEPTED, PSEUDONYMS, Column, Feed, load_feeds

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

SOURCES = Path("models/staging/feeds.yml")
ROSTERS = Path("macros/rosters.sql")
WRITTEN = "Written from feeds/ before dbt is called, where it differs; do not edit."

_KEYED = (
    "All that dbt may read of what agencies deliver. Rows let in under the newest validation of each accepted delivery,"
    " in normal form: landed rows that needed no closer look, and those that were looked at and let in, with pseudonyms"
    " in place of NIK and KPJ and without what else is personal. Staging begins here. A condition on delivery_id"
    " reaches the index of the landing table."
)
_FIXED = (
    ("worker", "Each worker's keyed pseudonym, with the birth date and the sex that the NIK spells."),
    ("membership", "Each membership's keyed pseudonym, with the place of its KPJ among all KPJs."),
)
_AMOUNTS = (
    ("landed_", "amounts of all rows as received"),
    ("examined_", "amounts of rows examined, and their verdict"),
)
_KEY = Text("Nama samaran berkunci dari: {}", "Keyed pseudonym of: {}")
_CADENCES = {
    "snapshot": "each delivery is the whole truth",
    "increment": "each delivery holds what is new",
    "occasional": "delivered when something changes",
}


class FeedsUndeclared(RuntimeError):
    """dbt does not know of the feeds that are declared, and its files cannot be written here; says what to do."""


def call_dbt(
    *arguments: str,
    target: Path,
    logs: Path | None = None,
    says: Literal["error", "none"] = "none",
    manifest: Manifest | None = None,
) -> dbtRunnerResult:
    """Call dbt on the project in this process, with the library's connection; `says` is the level of what it prints.

    What it did is appended to dbt.log in the folder `logs`. The project is read unless `manifest` gives it as read, for
    one call: dbt leaves in it what it compiled, and would compile a model twice without its rules.
    Raises FeedsUndeclared.
    """
    from dbt.cli.main import dbtRunner  # half a second that only who calls it needs to spend

    declare_feeds()
    quiet = ("--quiet", "--no-use-colors", "--log-level", says, "--log-level-file", "none")
    project = str(settings.DBT_PROJECT)
    places = ("--target-path", str(target), "--log-path", str(logs or target))
    with _log(logs) as log, patch.dict(os.environ, environment() | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "False"}):
        return dbtRunner(manifest, callbacks=log).invoke(
            [*quiet, *arguments, "--project-dir", project, "--profiles-dir", project, *places]
        )


@contextlib.contextmanager
def _log(folder: Path | None) -> Iterator[list[Callable[[Any], None]]]:
    """Write what dbt tells of what it does, without its debugging, which dbt's own log spells out to leave it out."""
    if folder is None:
        yield []
        return
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / "dbt.log", maxBytes=10 << 20, backupCount=5, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.Logger("dbt", logging.INFO)
    log.addHandler(handler)

    def write(event: Any) -> None:  # dbt's own type of it knows of no message
        level = logging.getLevelNamesMapping().get(event.info.level.upper(), logging.DEBUG)
        if event.info.msg.strip():
            log.log(level, event.info.msg)

    try:
        yield [write]
    finally:
        handler.close()


def declare_feeds() -> None:
    """Write what dbt must know of the feeds before it reads the project: its sources, and which of them are rosters.

    dbt finds sources and refs when it reads files and has no way to look into feeds/, so a feed would need a fourth
    file. Like a lock file, both are part of the repository, and nothing is written where they say what is declared.
    Raises FeedsUndeclared.
    """
    feeds = load_feeds(settings.FEEDS)
    for path, text in ((SOURCES, sources_file(feeds)), (ROSTERS, rosters_file(feeds))):
        file = settings.DBT_PROJECT / path
        try:
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                _write(file, text)
        except OSError as error:
            raise FeedsUndeclared(
                f"{file} does not say what feeds/ declares and cannot be written here ({error.strerror}); call"
                " `cakupan feed check` or `make docs` where the project is kept, and install what they write with it"
            ) from None


def sources_file(feeds: Iterable[Feed]) -> str:
    """Write the sources on the landing side as dbt's YAML: the relations of each feed that dbt may read."""
    tables: list[dict[str, Any]] = [{"name": name, "description": told} for name, told in _FIXED]
    for feed in feeds:
        tables.append(_table(feed) | _key(feed) | {"columns": _columns(feed)})
        if feed.amounts:
            tables += [
                {"name": before + feed.table, "description": _plain(f"{feed.title}: {told}.")}
                for before, told in _AMOUNTS
            ]
    sources = [{"name": "keyed", "description": _KEYED, "tables": tables}]
    text = yaml.dump(
        {"version": 2, "sources": sources},
        Dumper=yaml.CSafeDumper,
        sort_keys=False,
        allow_unicode=True,
        width=120,
        default_flow_style=False,
    )
    return f"# {WRITTEN}\n{text}"


def rosters_file(feeds: Iterable[Feed]) -> str:
    """Write the macro that names the rosters."""
    names = "\n".join(f"    {name}" for name in sorted(feed.name for feed in feeds if feed.roster))
    return (
        f"{{#- {WRITTEN}\n    The feeds that are rosters, the workers an agency answers for: those whose declaration"
        f" says so. -#}}\n{{% macro rosters() -%}}\n{names}\n{{%- endmacro %}}\n"
    )


def _table(feed: Feed) -> dict[str, Any]:
    return {"name": feed.table, "description": _plain(f"{feed.title}, from {feed.owner}; {_CADENCES[feed.cadence]}.")}


def _key(feed: Feed) -> dict[str, Any]:
    shown = {name: as_shown for as_shown, name in feed.keyed.items()}
    meta: dict[str, Any] = {"key": [shown[name] for name in feed.key]}
    if PSEUDONYMS.keys() & {column.type for column in feed.columns}:
        meta["persons"] = True
    return {"config": {"meta": meta}}


def _columns(feed: Feed) -> list[dict[str, Any]]:
    address = [{"name": name, "description": f"{{{{ doc('{name}') }}}}"} for name in ACCEPTED]
    return [*address, *(_column(shown, feed.column(name)) for shown, name in feed.keyed.items())]


def _column(shown: str, column: Column) -> dict[str, Any]:
    told = column.told if shown == column.name else _KEY.format(column.told)
    return {"name": shown, "description": _plain(f"{told.en}. | {told.id}.")}


def _plain(text: str) -> str:
    """Make of a text one in which dbt finds no Jinja."""
    return text.replace("{", "(").replace("}", ")")


def _write(file: Path, text: str) -> None:
    """Put the text in the file's place, whole or not at all."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, suffix=".new", encoding="utf-8", delete=False) as new:
        new.write(text)
    Path(new.name).chmod(0o644)
    Path(new.name).replace(file)
