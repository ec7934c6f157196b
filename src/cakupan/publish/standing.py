"""Which layers' views stand as dbt left them, so that a night need not ask that of each one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import psycopg

from cakupan import settings
from cakupan.database import Role
from cakupan.database.spread import is_spread
from cakupan.files import write_whole

MADE_FROM = ("models", "macros", "dbt_project.yml")
# Another definition or comment is another row of the catalogue, with another xmin.
_AS_LEFT = """
    select md5(string_agg(format('%%s %%s', c.oid::regclass, changed.by), ',' order by c.oid))
    from pg_class as c
    cross join lateral (
        select string_agg(stored.by::text, ' ' order by stored.by::text)
        from (
            select w.xmin from pg_rewrite as w where w.ev_class = c.oid
            union all
            select d.xmin from pg_description as d where d.classoid = 'pg_class'::regclass and d.objoid = c.oid
        ) as stored (by)
    ) as changed (by)
    where c.relkind = 'v' and c.relowner = %s::regrole
"""


class StandingViews:
    """From which project the views of each layer were made, and what the database says of all of them since.

    Noted in the state folder, where it may be lost: then dbt looks at every view, as on a first night.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._file = settings.home() / "dbt" / f"views_of_{connection.info.dbname}.json"
        self._project = version(MADE_FROM)
        noted = self._noted()
        # What is noted of the other layers holds only where none of their views was touched.
        self._layers = noted.get("layers", {}) if noted.get("as_left") == self._as_left() else {}

    def stand(self, layer: str) -> bool:
        """Tell whether the layer's views are there, as they were made from the project as it is."""
        return self._layers.get(layer) == self._project

    def note(self, layer: str) -> None:
        """Note that dbt has looked at every view of the layer just now."""
        self._layers[layer] = self._project
        write_whole(self._file, json.dumps({"as_left": self._as_left(), "layers": self._layers}))

    def _noted(self) -> dict[str, Any]:
        try:
            noted: dict[str, Any] = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def _as_left(self) -> str | None:
        row = self._connection.execute(_AS_LEFT, (Role.TRANSFORMER.value,)).fetchone()
        return row[0] if row else None


def version(names: Iterable[str]) -> str:
    """Hash these files and folders of the dbt project, and whether its relations are spread over machines."""
    project = settings.DBT_PROJECT
    places = [project / name for name in names]
    files = sorted(path for place in places for path in (place.rglob("*") if place.is_dir() else [place]))
    hashed = hashlib.sha256(f"spread: {is_spread()}".encode())
    for path in files:
        if path.is_file():  # a model is called as its file is
            hashed.update(f"\0{path.relative_to(project)}\0".encode() + path.read_bytes())
    return hashed.hexdigest()
