"""What a run publishes, found in the database's catalog, and its digests.

Behind the views of schema marts lie tables of three kinds: rows of a run (`run_id`), stored rows of a delivery
(`validation_id`), and what stands until a run builds it anew: seeds, logs, and the views themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from psycopg import Connection, sql

from cakupan.ledger import copied, digests
from cakupan.ledger.definitions import DEFINITIONS, FORM, definitions, program
from cakupan.ledger.entries import append, believed, read_entries
from cakupan.ledger.runs import inputs_of

VIEWS = "views of marts and warehouse"
"""What the record of earlier versions calls the definitions of views, which are among all definitions now."""

_BEHIND = """
with recursive behind (relation) as (
    select c.oid
    from pg_class as c
    where c.relnamespace = 'marts'::regnamespace and c.relkind = 'v' or c.relnamespace = 'reference'::regnamespace
    union
    select next.relation
    from behind
    cross join lateral (
        select d.refobjid
        from pg_rewrite as r
        join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
            and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
        where r.ev_class = behind.relation
        union all
        -- On Citus a view reads some relations through a foreign table (dbt_project/macros/citus.sql).
        select to_regclass(
            string_agg(quote_ident(o.option_value), '.' order by o.option_name)
            filter (where o.option_name in ('schema_name', 'table_name'))
        )
        from pg_foreign_table as f
        cross join lateral pg_options_to_table(f.ftoptions) as o
        where f.ftrelid = behind.relation
    ) as next (relation)
)
select
    n.nspname, c.relname,
    (
        select array_agg(a.attname::text order by a.attnum) from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    )
from behind
join pg_class as c on c.oid = behind.relation and c.relkind in ('r', 'p')
join pg_namespace as n on n.oid = c.relnamespace and n.nspname in ('warehouse', 'reference')
order by 1, 2
"""


@dataclass(frozen=True)
class Relation:
    """A table behind the marts, by its name with schema."""

    name: str
    columns: tuple[str, ...]

    @property
    def by(self) -> str | None:
        """The column that says whose the rows are; None of a table that stands."""
        return next((name for name in ("run_id", "validation_id") if name in self.columns), None)

    def statement(self, number: int | None = None) -> sql.Composed:
        """Return the query of the rows of a run or a validation, or of all."""
        mine = sql.SQL(" where {} = {}").format(sql.Identifier(self.by or ""), sql.Literal(number))
        return sql.SQL("select {} from {}{}").format(
            sql.SQL(", ").join(map(sql.Identifier, self.columns)),
            sql.Identifier(*self.name.split(".")),
            sql.SQL("") if number is None else mine,
        )


def relations(connection: Connection[Any]) -> list[Relation]:
    """Return the tables behind the views of schema marts, and the reference data that nights are reckoned with."""
    found = connection.execute(_BEHIND).fetchall()
    return [Relation(f"{schema}.{name}", tuple(columns)) for schema, name, columns in found]


def views() -> sql.Composed:
    """Return the query of the views' own definitions."""
    return sql.SQL(
        "select c.oid::regclass::text, pg_get_viewdef(c.oid) from pg_class as c where c.relkind = 'v'"
        " and c.relnamespace in ({})"
    ).format(sql.SQL("'marts'::regnamespace, to_regnamespace('latest'), 'warehouse'::regnamespace"))


SAID = {VIEWS: views, DEFINITIONS: definitions}
"""Parts that are no table, by their query."""


@dataclass(frozen=True)
class Part:
    """Rows that have a digest of their own: of one table, and of one run or validation unless the table stands."""

    relation: str
    number: int | None
    by: str | None
    columns: tuple[str, ...]
    digest: digests.Digest

    @property
    def name(self) -> str:
        """What the part is called in messages and marks."""
        return part_name(self.relation, self.number if self.by == "validation_id" else None)

    @property
    def statement(self) -> sql.Composed:
        """The query of the rows."""
        if self.relation in SAID:
            return SAID[self.relation]()
        return Relation(self.relation, self.columns).statement(self.number)


def part_name(relation: str, validation: int | None = None) -> str:
    """Return what a part is called in messages and marks."""
    return relation if validation is None else f"{relation} of validation {validation}"


class Publication:
    """What the record says of one publication."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.run_id = int(facts["run_id"])

    def parts(self) -> Iterator[Part]:
        """Return every part with the digest it had when it was published."""
        for name, facts in self.facts["relations"].items():
            yield self._part(name, self.run_id, "run_id", facts)
        for name, validations in self.facts["facts"].items():
            for number, facts in validations.items():
                yield self._part(name, int(number), "validation_id", facts)
        for name, facts in self.facts["standing"].items():
            yield self._part(name, None, None, facts)

    def _part(self, name: str, number: int | None, by: str | None, facts: dict[str, Any]) -> Part:
        columns = ("object", "definition") if name in SAID else tuple(self.facts["columns"].get(name, ()))
        return Part(name, number, by, columns, digests.Digest.from_facts(facts))


class Keeper(Protocol):
    """Keeps something of every part while it is read."""

    def part(self, name: str) -> AbstractContextManager[digests.Keep]:
        """Return what takes the rows of the part of this name."""


def digest_run(
    connection: Connection[Any], run_id: int, earlier: Iterable[Publication] = (), keeper: Keeper | None = None
) -> dict[str, Any]:
    """Compute digests of what the run would publish; of stored rows, those that no `earlier` publication recorded.

    Reads what was built: seconds for a large city. To be called before the publication holds its lock.
    """
    earlier = list(earlier)
    # Also of earlier nights: a relation that came with a later version lists what they rest on.
    inputs = inputs_of(connection, [run_id, *(each.run_id for each in earlier)])
    recorded: dict[str, set[int]] = {}
    for publication in earlier:
        for name, validations in publication.facts["facts"].items():
            recorded.setdefault(name, set()).update(map(int, validations))
    facts: dict[str, Any] = {"columns": {}, "relations": {}, "facts": {}, "standing": {}}
    for relation in relations(connection):
        facts["columns"][relation.name] = list(relation.columns)
        if relation.by == "run_id":
            facts["relations"][relation.name] = _digest(connection, relation.name, relation.statement(run_id), keeper)
        elif relation.by == "validation_id":
            new = inputs - recorded.get(relation.name, set())
            facts["facts"][relation.name] = _stored(connection, relation, sorted(new), keeper)
        else:
            facts["standing"][relation.name] = _digest(connection, relation.name, relation.statement(), keeper)
    facts["standing"][DEFINITIONS] = {**_digest(connection, DEFINITIONS, definitions(), keeper), "form": FORM}
    return facts | {"program": program()}


def stored_counts(connection: Connection[Any], relation: str, validations: Iterable[int]) -> dict[int, int]:
    """Return how many rows the relation stores of each validation, where it stores any."""
    query = sql.SQL("select validation_id, count(*) from {} where validation_id = any(%s) group by 1")
    found = connection.execute(query.format(sql.Identifier(*relation.split("."))), (list(validations),))
    return dict(found.fetchall())


def enter_publication(connection: Connection[Any], run_id: int) -> bool:
    """Point the readers of the run's night to the run; returns whether that is new. The caller commits."""
    entered = connection.execute(
        "insert into ledger.publication (as_of_date, run_id) select as_of_date, run_id from ledger.run"
        " where run_id = %s on conflict (run_id) do nothing",
        (run_id,),
    )
    return bool(entered.rowcount)


def published_run(connection: Connection[Any], night: date) -> tuple[int, datetime] | None:
    """Return the run that readers see for the night, and since when; None where the night is not published."""
    return connection.execute(
        "select run_id, published_at from ledger.published where as_of_date = %s", (night,)
    ).fetchone()


def first_publication(connection: Connection[Any]) -> datetime | None:
    """Return when a night was published first; None before that."""
    (first,) = connection.execute("select min(published_at) from ledger.publication").fetchone() or (None,)
    return first


def is_anything_published(connection: Connection[Any]) -> bool:
    """Return whether readers see any night, at the moment that the connection looks at."""
    return connection.execute("select from ledger.published limit 1").fetchone() is not None


def published_nights(connection: Connection[Any]) -> dict[date, int]:
    """Return the run that readers see for each night, oldest first."""
    return dict(connection.execute("select as_of_date, run_id from ledger.published order by 1").fetchall())


def record_publication(connection: Connection[Any], run_id: int, digests: dict[str, Any]) -> None:
    """Enter a publication and its digests, at the end of the publishing transaction."""
    as_of_date, published_at = connection.execute(
        "select as_of_date, published_at from ledger.publication where run_id = %s", (run_id,)
    ).fetchone() or (None, None)
    publication = {"run_id": run_id, "as_of_date": as_of_date, "published_at": published_at}
    append(connection, "publication", {**digests, **publication, "inputs": inputs_digest(connection, run_id)})


def publications(connection: Connection[Any]) -> list[Publication]:
    """Return the publications of the record, oldest first, but for those that the program did not make."""
    facts = (entry.facts for entry in believed(connection, read_entries(connection, kind="publication")))
    return [Publication(each) for each in facts if "run_id" in each and "facts" in each]


def inputs_digest(connection: Connection[Any], run_id: int) -> str:
    """Hash what the run was made of, one line for each delivery."""
    statement = sql.SQL(
        "select agency, feed, delivery_id, validation_id, business_date from ledger.run_input where run_id = {}"
        " order by validation_id"
    ).format(sql.Literal(run_id))
    copied.spell(connection)
    digest = hashlib.sha256()
    for line in copied.lines(connection, statement):
        digest.update(line + b"\n")
    return digest.hexdigest()


def _stored(
    connection: Connection[Any], relation: Relation, validations: list[int], keeper: Keeper | None
) -> dict[str, Any]:
    counts = stored_counts(connection, relation.name, validations)
    return {
        str(number): _digest(connection, part_name(relation.name, number), relation.statement(number), keeper)
        if counts.get(number)
        else {"rows": 0}
        for number in validations
    }


def _digest(connection: Connection[Any], part: str, statement: sql.Composed, keeper: Keeper | None) -> dict[str, Any]:
    with keeper.part(part) if keeper else nullcontext() as keep:
        return digests.digest(connection, statement, keep).facts()
