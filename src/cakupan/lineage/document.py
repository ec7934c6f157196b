"""Column lineage as a document for people and as a file for programs, both kept in the repository."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator

from cakupan import settings
from cakupan.feeds import Feed, load_feeds
from cakupan.lineage.columns import ROWS, Column
from cakupan.lineage.project import ADDRESS, MARTS, Project

DOCUMENT = settings.PROJECT / "docs" / "column-lineage.md"
HEAD = """# Where each published column comes from

Written by `make lineage` from the SQL that dbt compiles; do not edit. For each column of a relation in schema `marts`:
the cells of the agencies' deliveries that its value is computed from, conditions inside the computation included. What
decides which rows there are (joins, filters, orderings) is not listed; the rows are, where they are counted (*rows*).

- A feed's column is spelled as in its file. **NIK†** and **KPJ†** mark keyed pseudonyms: an HMAC under the
  installation's key, never the number itself; *NIK† (born on)* and *NIK† (sex)* mark what the number spells.
- *address* is the delivery, sheet and row number of the landed row, *date* the business date of its delivery, and
  *validation* the one that let it in.
- *reference* is the versioned reference data in `dbt_project/seeds/`; *ledger* is the record of deliveries and runs;
  *night* is the night itself or a constant.
"""

OF_ROWS = dict.fromkeys(ADDRESS, "*address*") | {
    "validation_id": "*validation*",
    "business_date": "*date*",
    ROWS: "*rows*",
}
"""What is told of a row rather than of one of its cells."""

SPELLED = {"born_on": "NIK† (born on)", "sex": "NIK† (sex)", "kpj": "KPJ†"}
"""What is read of a number in its own home, and how that is told."""


def column_lineage_page(project: Project) -> str:
    """Write the column lineage of every relation in `marts` as Markdown."""
    feeds = {feed.table: feed for feed in load_feeds(settings.FEEDS)}
    parts = [HEAD]
    for name, node in project.published().items():
        landed = {column: project.landed(Column(f"{MARTS}.{name}", column)) for column in node["columns"]}
        rows = [f"| `{column}` | {'; '.join(_spelled(cells, feeds)) or 'night'} |" for column, cells in landed.items()]
        parts.append("\n".join([f"## {name}", "", "| column | comes from |", "|---|---|", *rows, ""]))
    return "\n".join(parts)


def direct_sources_json(project: Project) -> str:
    """Write the direct sources of every column as JSON, with a line for each relation."""
    lines = []
    for relation, columns in sorted(project.sources.items()):
        told = {
            # What a relation with history takes from its own earlier rows leads nowhere else.
            name: sorted(".".join(source) for source in sources if source.name != ROWS and source.relation != relation)
            for name, sources in columns.items()
            if name != ROWS
        }
        kept = {name: sources for name, sources in told.items() if sources}
        lines.append(f"{json.dumps(relation)}: {json.dumps(kept)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _spelled(leaves: frozenset[Column], feeds: dict[str, Feed]) -> Iterator[str]:
    """Spell the sources of a column in the words of the feeds' files."""
    by_feed: dict[str, set[str]] = defaultdict(set)
    others: dict[str, set[str]] = defaultdict(set)
    for relation, name in leaves:
        schema, table = relation.split(".")
        if schema in ("landing", "quarantine", "accepted"):
            by_feed[table].add(_header(feeds[table], name))
        elif schema == "identity":
            others[""].add(SPELLED.get(name, f"identity: {name}"))
        elif name != ROWS:
            others[f"{schema} {table}"].add(name)
    for table, names in sorted(by_feed.items()):
        yield f"{feeds[table].name}: {', '.join(sorted(names))}"
    for where, names in sorted(others.items()):
        yield f"{where}: {', '.join(sorted(names))}" if where else ", ".join(sorted(names))


def _header(feed: Feed, name: str) -> str:
    if name in OF_ROWS:
        return OF_ROWS[name]
    column = next((column for column in feed.columns if column.name == name), None)
    if column is None:
        return name
    mark = "†" if column.type in ("nik", "kpj") else ""
    return f"{column.header}{mark}"
