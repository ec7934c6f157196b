"""One pass over a landed delivery: says of every row whether it is accepted, quarantined (and why) or a duplicate.

Rows that pass the strict condition and repeat no key are clean and are never touched again. All others are gathered in
the temporary table `judged`, in normal form, with the rules they break and a verdict. The order is that of the
interface: normalise, repeats, row rules, key conflicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from cakupan.feeds import Column, Feed
from cakupan.landing.tables import ensure_key_index
from cakupan.quality.column_sql import column_list, key_hash
from cakupan.quality.compiler import compile_rules, masked, normalised
from cakupan.quality.counts import Counts, Delivery, count, unexpected_rows
from cakupan.quality.quarantine import quarantine_table
from cakupan.quality.suite import Suite

SETTINGS = {
    "work_mem": "64MB",
    "jit": "off",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
    # Sorting key hashes is parallel and bounded in memory; hashing all distinct keys is neither.
    "enable_hashagg": "off",
    # Keys of earlier deliveries are looked up one by one: all of them together are read by nobody.
    "random_page_cost": "1.1",
    # Some thousand rows tell how many of each kind there are.
    "default_statistics_target": "30",
}


class RowPass:
    """The pass over one delivery; `run` fills `judged`, `store` copies it to quarantine."""

    def __init__(self, connection: psycopg.Connection[Any], feed: Feed, suite: Suite, delivery: Delivery) -> None:
        self.connection = connection
        self.feed = feed
        self.suite = suite
        self.delivery = delivery
        self.rules = compile_rules(feed, suite, delivery.night)
        self.names = {
            "landing": sql.Identifier("landing", feed.table),
            "quarantine": quarantine_table(feed),
            "cells": column_list(column.name for column in feed.columns),
            "compared": column_list(column.name for column in feed.columns if not column.running_number),
            "key": column_list(feed.key),
            "key_hash": key_hash(feed.key),
            "delivery": sql.Literal(delivery.delivery_id),
            "night": sql.Literal(delivery.night),
        }

    def run(self) -> Counts:
        """Judge every row of the delivery. The transaction keeps the settings of the pass until it ends."""
        for name, value in SETTINGS.items():
            self.connection.execute("select set_config(%s, %s, true)", (name, value))
        # Statistics that have not seen the delivery take it for one row, and compare each with each.
        self._execute("analyze {landing} (delivery_id)")
        self._gather_suspects()
        self._gather_earlier()
        self._gather_repeated_keys()
        self._mark_duplicates()
        self._mark_conflicts()
        unexpected = unexpected_rows(self._execute)
        self._decide()
        return count(self._execute, self.feed, self.delivery, unexpected)

    def store(self, validation_id: int) -> None:
        """Copy what needed a closer look to the quarantine table; a NIK outside its own column stays behind."""
        self._execute(
            """
            insert into {quarantine} (validation_id, delivery_id, sheet, row_number, {cells}, verdict, rules)
            select {validation}, {delivery}, sheet, row_number, {masked}, verdict, rules
            from judged
            where altered or duplicate or rules <> '{{}}'
            """,
            validation=sql.Literal(validation_id),
            masked=self._masked(self.feed.columns, "judged"),
        )

    def _gather_suspects(self) -> None:
        """Gather every row that is not surely clean, with the rules it breaks."""
        self._execute("drop table if exists pg_temp.suspect, pg_temp.judged, pg_temp.earlier")
        self._execute(
            """
            create temporary table suspect on commit drop as
            select * from (select *, {night}::date as business_date from {landing}) as landed
            where delivery_id = {delivery} and not coalesce({strict}, false)
            """,
            strict=self.rules.strict,
        )
        self._execute("analyze suspect (sheet, row_number)")
        self._execute("create temporary table judged on commit drop as " + _JUDGE, **self._judging())

    def _judging(self) -> dict[str, sql.Composable]:
        names = [column.name for column in self.feed.columns]
        return {
            "normalised": sql.SQL(", ").join(
                sql.SQL("{} as {}").format(normalised(column), sql.Identifier(column.name))
                for column in self.feed.columns
            ),
            "s_cells": column_list(names, "s"),
            "n_cells": self._masked(self.feed.columns, "n"),
            "broken": self.rules.broken,
        }

    def _gather_earlier(self) -> None:
        """Gather, for an increment, accepted rows of earlier deliveries whose key may be in this one too."""
        self._execute(
            """
            create temporary table earlier on commit drop as
            select null::bigint as delivery_id, {cells} from judged limit 0
            """
        )
        if not self.delivery.earlier:
            return
        ensure_key_index(self.connection, self.feed, key_hash(self.feed.key))
        suspects = self.connection.execute("select distinct key_hash from judged where readable").fetchall()
        self._execute(
            """
            insert into earlier
            with keys as materialized (
                select {key_hash} as key_hash from {landing} where delivery_id = {delivery}
                union all
                select unnest({suspects}::bigint[])
            ),
            landed as materialized (
                select delivery_id, sheet, row_number, {cells}
                from {landing}
                where delivery_id = any({deliveries}) and {key_hash} in (select key_hash from keys)
            )
            select delivery_id, {cells} from landed as l
            where not exists (
                select from {quarantine} as q
                where q.validation_id = any({validations}) and q.delivery_id = l.delivery_id
                    and q.sheet = l.sheet and q.row_number = l.row_number
            )
            union all
            select delivery_id, {cells} from {quarantine}
            where validation_id = any({validations}) and verdict = 'accepted'
                and {key_hash} in (select key_hash from keys)
            """,
            suspects=sql.Literal([key for (key,) in suspects]),
            deliveries=sql.Literal([delivery for delivery, _ in self.delivery.earlier]),
            validations=sql.Literal([validation for _, validation in self.delivery.earlier]),
        )

    def _gather_repeated_keys(self) -> None:
        """Clean rows whose key occurs again, here or earlier. A key of equal hash costs a look, no more."""
        hashes = [
            key
            for (key,) in self._execute(
                """
                select key_hash from (
                    select {key_hash} as key_hash from {landing} where delivery_id = {delivery}
                    union all
                    select key_hash from judged where altered and readable
                ) as keys
                group by key_hash having count(*) > 1
                union
                select {key_hash} from earlier
                """
            )
        ]
        if hashes:
            self._execute(
                """
                insert into judged
                select sheet, row_number, {cells}, null, true, false, '{{}}', {key_hash}
                from {landing} as l
                where delivery_id = {delivery} and {key_hash} = any({hashes})
                    and not exists (
                        select from suspect as s where s.sheet = l.sheet and s.row_number = l.row_number
                    )
                """,
                hashes=sql.Literal(hashes),
            )
        self._execute("analyze judged")

    def _mark_duplicates(self) -> None:
        """Mark rows equal to one at an earlier position, or to one accepted earlier; unreadable ones by their bytes.

        Equal rows break the same rules, but for a NIK typed as a number beside the same one typed as text: the latter
        counts then, wherever it stands.
        """
        self._execute(
            """
            alter table judged add column duplicate boolean not null default false, add column verdict text
            """
        )
        self._execute(
            """
            with places as (
                select sheet, row_number, row_number() over (
                    partition by key_hash, readable, raw_record, {compared}
                    order by cardinality(rules), sheet, row_number
                ) as place
                from judged
                where readable or raw_record is not null
            )
            update judged as j set duplicate = true
            from places as p
            where p.place > 1 and p.sheet = j.sheet and p.row_number = j.row_number
            """
        )
        self._execute(
            """
            update judged as j set duplicate = true
            where readable and exists (
                select from earlier as e
                where {e_key} = {j_key} and ({e_compared}) is not distinct from ({j_compared})
            )
            """,
            **self._sides(),
        )

    def _mark_conflicts(self) -> None:
        """Mark rows that pass, but whose key another passing row or an accepted one has with other content."""
        self._execute(
            """
            with passing as (
                select sheet, row_number, {key}, count(*) over (partition by key_hash, {key}) as sharing
                from judged
                where not duplicate and not rules && {blocking}
            )
            update judged as j set rules = j.rules || {rule}::text
            from passing as p
            where p.sheet = j.sheet and p.row_number = j.row_number
                and (p.sharing > 1 or exists (select from earlier as e where {e_key} = {j_key}))
            """,
            rule=sql.Literal(self.suite.key_rule.rule_id),
            **self._sides(),
        )

    def _decide(self) -> None:
        """Give each row its verdict: only the first of equal rows answers for the rules it breaks."""
        self._execute(
            """
            update judged set
                rules = case when duplicate then '{{}}' else rules end,
                verdict = case
                    when duplicate then 'duplicate'
                    when rules && {blocking} then 'quarantined'
                    else 'accepted'
                end
            """
        )

    def _sides(self) -> dict[str, sql.Composable]:
        compared = [column for column in self.feed.columns if not column.running_number]
        return {
            "e_key": sql.SQL("({})").format(column_list(self.feed.key, "e")),
            "j_key": sql.SQL("({})").format(column_list(self.feed.key, "j")),
            "e_compared": column_list((column.name for column in compared), "e"),
            # Earlier rows were let in without the NIKs that stood in them.
            "j_compared": self._masked(compared, "j"),
        }

    def _masked(self, columns: Iterable[Column], table: str) -> sql.Composable:
        """Write the normalised cells of the columns as they may leave the landing table."""
        return sql.SQL(", ").join(masked(column, sql.Identifier(table, column.name)) for column in columns)

    def _execute(self, text: str, **more: sql.Composable) -> psycopg.Cursor[Any]:
        blocking = [rule.rule_id for rule in (*self.suite.row_rules, self.suite.key_rule) if rule.severity != "info"]
        names = {**self.names, "blocking": sql.Literal(blocking), **more}
        return self.connection.execute(sql.SQL(text).format(**names))


_JUDGE = """
with cleaned as materialized (
    select
        s.sheet, s.row_number, s.number_cells, s.error_cells, s.typed_cells, s.business_date, s.defect,
        case when s.defect is not null then s.raw_record end as raw_record, s.defect is null as readable,
        ({s_cells}) is distinct from ({n_cells}) as altered, n.*
    from suspect as s
    -- The offset keeps the planner from cleaning a cell anew wherever it is used.
    cross join lateral (select {normalised} offset 0) as n
)
select
    sheet, row_number, {cells}, raw_record, readable, altered,
    {broken} as rules, {key_hash} as key_hash
from cleaned
"""
