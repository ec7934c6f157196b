"""Fixed relations say what they are, in both languages."""

from __future__ import annotations

import psycopg

FIXED = "('ledger'::regnamespace, 'quality'::regnamespace, 'identity'::regnamespace, 'disclosure'::regnamespace)"


def test_every_fixed_relation_and_column_says_what_it_is_in_two_languages(database: psycopg.Connection) -> None:
    silent = database.execute(
        "select c.oid::regclass::text, a.attname from pg_class c"
        " left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        f" where c.relnamespace in {FIXED} and c.relkind in ('r', 'v')"
        r" and not coalesce(obj_description(c.oid) ~ '\S.*\n.*\S' and col_description(c.oid, a.attnum) ~ '\S.*\n.*\S',"
        " false)"
    ).fetchall()
    assert silent == [], "tell them in src/cakupan/database/repeatable/comments.sql"
