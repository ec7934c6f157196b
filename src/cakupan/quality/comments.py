"""What a feed's landed, examined and accepted rows are and what each column holds, told in the database's comments.

Both languages, Indonesian first, for whoever looks with a tool: from the declaration, as the guides of offices are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from cakupan.bilingual import Text
from cakupan.feeds import Feed
from cakupan.landing.tables import UNDECLARED

RELATIONS = {
    "landing": Text("{}: baris sebagaimana diterima, sebagai teks.", "{}: rows as received, as text."),
    "quarantine": Text(
        "{}: baris yang diperiksa lebih lanjut, dan putusan atasnya.",
        "{}: rows that needed a closer look, and what was decided.",
    ),
    "accepted": Text(
        "{}: baris yang diterima menurut validasi terbaru tiap kiriman, dalam bentuk baku.",
        "{}: rows let in under the newest validation of each accepted delivery, in normal form.",
    ),
}
KEYED = {
    "": Text(
        "{}: baris yang diterima, dengan nama samaran berkunci sebagai ganti data pribadi.",
        "{}: rows let in, with keyed pseudonyms in place of what is personal.",
    ),
    "landed_": Text("{}: nilai rupiah sebagaimana diterima.", "{}: amounts as received."),
    "examined_": Text(
        "{}: nilai rupiah baris yang diperiksa lebih lanjut, dan putusan atasnya.",
        "{}: amounts of rows that needed a closer look, and what was decided.",
    ),
}
"""The views that dbt reads of a feed, by what stands before its name."""
_KEY = Text("Nama samaran berkunci, tetap sama setiap malam. Dari: {}", "Keyed pseudonym, the same every night. Of: {}")
OWN = {
    "business_date": Text("Tanggal data kiriman.", "Business date of the delivery."),
    "defect": Text("Mengapa baris ini tidak terbaca.", "Why the row could not be read."),
    "delivery_id": Text("Nomor kiriman.", "Number of the delivery."),
    "error_cells": Text("Kolom yang selnya berisi galat.", "Columns whose cell holds an error."),
    "number_cells": Text("Kolom yang selnya bilangan, bukan teks.", "Columns whose cell is a number, not text."),
    "raw_record": Text("Baris yang tidak terbaca, apa adanya.", "The row that could not be read, as it is."),
    "row_number": Text("Nomor baris dalam berkas.", "Number of the row in the file."),
    "rules": Text("Aturan yang dilanggar.", "Rules that the row breaks."),
    "sheet": Text("Lembar kerja; kosong bila berkas tak berlembar.", "Sheet; empty where a file has none."),
    "typed_cells": Text(
        "Kolom teks yang selnya tanggal, waktu, atau nilai logika.",
        "Columns of text whose cell is a date, a time or a boolean.",
    ),
    "validation_id": Text("Nomor validasi.", "Number of the validation."),
    "verdict": Text("Putusan: accepted, quarantined, duplicate.", "Verdict: accepted, quarantined, duplicate."),
}


def relation_comment(feed: Feed, schema: str) -> str:
    """Return the comment on the feed's relation in `landing`, `quarantine` or `accepted`."""
    return RELATIONS[schema].format(feed.title).in_lines()


def keyed_comment(feed: Feed, before: str) -> str:
    """Return the comment on one of the views that dbt reads of the feed, but for the mark of its definition."""
    return KEYED[before].format(feed.title).in_lines()


def comment_on_feeds(connection: psycopg.Connection[Any], feeds: Iterable[Feed]) -> None:
    """Have the relations of the feeds say what they and their columns are, where they say something else.

    The comment on a view is made with it, as it carries the mark of its definition.
    """
    by_table = {(schema, feed.table): feed for feed in feeds for schema in RELATIONS}
    by_table |= {("keyed", before + feed.table): feed for (_, _), feed in by_table.items() for before in KEYED}
    told = connection.execute(
        "select n.nspname, c.relname, c.relkind::text, a.attname, col_description(c.oid, a.attnum),"
        " obj_description(c.oid, 'pg_class')"
        " from pg_class as c"
        " inner join pg_namespace as n on c.relnamespace = n.oid"
        " inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where (n.nspname, c.relname) in (select * from unnest(%s::text[], %s::text[])) and c.relkind in ('r', 'v')"
        " order by 1, 2, a.attnum",
        tuple(map(list, zip(*by_table, strict=True))) if by_table else ([], []),
    ).fetchall()
    for schema, table, says in sorted({(row[0], row[1], row[-1] or "") for row in told if row[2] == "r"}):
        wanted = relation_comment(by_table[schema, table], schema)
        if says != wanted:
            _comment(connection, "table", (schema, table), wanted)
    for schema, table, _, name, says, _ in told:
        wanted = _column_comment(by_table[schema, table], schema, name)
        if says != wanted:
            _comment(connection, "column", (schema, table, name), wanted)


def _column_comment(feed: Feed, schema: str, name: str) -> str:
    declared = {column.name: column.told for column in feed.columns}
    if schema == "keyed" and name not in declared and (of := declared.get(name.removesuffix("_key"))):
        return _KEY.format(of).in_lines()
    return (declared.get(name) or OWN.get(name, UNDECLARED)).in_lines()


def _comment(connection: psycopg.Connection[Any], kind: str, name: tuple[str, ...], says: str) -> None:
    connection.execute(
        sql.SQL("comment on {} {} is {}").format(sql.SQL(kind), sql.Identifier(*name), sql.Literal(says))
    )
