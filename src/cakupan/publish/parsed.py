"""The dbt project as dbt has read it, kept so that a night does not have it read once for each of its layers."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
from collections.abc import Callable
from importlib import metadata
from typing import TYPE_CHECKING

from cakupan import settings
from cakupan.database import environment
from cakupan.files import open_plain, write_whole
from cakupan.publish.standing import version

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

READ_FROM = ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml", "selectors.yml")
READ_BY = ("dbt-core", "dbt-postgres")


def parsed(read: Callable[[], Manifest]) -> Manifest:
    """Return the project for one build, in which dbt leaves what it compiles; `read` has dbt read it.

    It is read where a file of it, dbt or the place of the warehouse is another than when it was read last. What was
    kept is believed as the state folder is, which only this account can write to; it may be lost.
    """
    folder, name = settings.home() / "dbt", f"project_for_{environment()['CAKUPAN_PG_DATABASE']}_"
    kept = folder / f"{name}{_read_from()}.pickle"
    with contextlib.suppress(OSError, EOFError, pickle.UnpicklingError), open_plain(kept) as file:
        manifest: Manifest = pickle.load(file)  # noqa: S301 written below, by this account
        return manifest
    manifest = read()
    for of_another in folder.glob(f"{name}*.pickle"):
        of_another.unlink(missing_ok=True)
    write_whole(kept, pickle.dumps(manifest))
    return manifest


def _read_from() -> str:
    """Hash what dbt makes of the project what it is."""
    by = [f"{name} {metadata.version(name)}" for name in READ_BY]
    where = [f"{name}={value}" for name, value in environment().items() if "PASSWORD" not in name]
    return hashlib.sha256("\n".join([version(READ_FROM), *by, *where]).encode()).hexdigest()[:32]
