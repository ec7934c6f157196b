"""What the site of `make docs` shows beside docs/: the dictionary of the marts, and files of the repository."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROOT_PAGES = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
DBT_PAGE = "dbt/index.html"
READ_BY_OFFICES = ("marts", "open", "latest")
"""The schemas that people and their tools query."""

LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)(?=[)#])")
HEAD = f"""# Dictionary / Kamus data

Every relation that BI tools, heads of office and auditors query, with its grain, its counting unit and what it must not
be used for, as dbt writes it into the database. Where a column comes from, cell by cell: [column
lineage](column-lineage.md). Definitions with their SQL, and who reads what: [dbt, model by model]({DBT_PAGE}).

"""


def dictionary_page(manifest: Path) -> str:
    """Write the dictionary from what dbt read of the project."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    shown = [node for node in nodes if node["resource_type"] == "model" and node["schema"] in READ_BY_OFFICES]
    shown.sort(key=lambda node: (READ_BY_OFFICES.index(node["schema"]), node["alias"]))
    return HEAD + "\n".join(_relation(node) for node in shown)


def _relation(node: dict[str, Any]) -> str:
    name = node["alias"] if node["schema"] == "marts" else f"{node['schema']}.{node['alias']}"
    columns = [
        f"| `{column['name']}` | {column.get('data_type') or ''} | {_cell(column['description'])} |"
        for column in node["columns"].values()
    ]
    return "\n".join(
        [f"## {name}", "", node["description"], "", "| column | type | means |", "|---|---|---|", *columns, ""]
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def files_linked(markdown: str, home: Path) -> Iterator[Path]:
    """Find the files outside docs/ that a page in the folder `home` links to."""
    for link in LINK.findall(markdown):
        path = _path(link, home)
        if path.parts[0] != "docs" and path.as_posix() not in ROOT_PAGES and (ROOT / path).is_file():
            yield path


def links_in_the_site(markdown: str, home: Path) -> str:
    """Have each link of a page in the folder `home` lead to where the site shows its file.

    One that leads nowhere stays as it is, so that the build fails.
    """

    def led(found: re.Match[str]) -> str:
        path = _path(found[1], home)
        if not (ROOT / path).exists():
            return found[1]
        here = Path() if home == Path() else home.relative_to("docs")
        return os.path.relpath(in_the_site(path), here)

    return LINK.sub(led, markdown)


def in_the_site(path: Path) -> str:
    """Tell under which name the site shows a file of the repository; other than pages as plain text."""
    if path.as_posix() in ROOT_PAGES:
        return path.as_posix()
    if path.parts[0] == "docs":
        return path.relative_to("docs").as_posix()
    return f"source/{path.as_posix()}.txt"


def _path(link: str, home: Path) -> Path:
    return Path(os.path.normpath(home / link))
