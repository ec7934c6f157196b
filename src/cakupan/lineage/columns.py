"""Where each column of a query comes from, read out of its SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

DIALECT = "postgres"
SIDES = ("tonight_", "history_")
"""What the names of relations beside a stored one begin with: its rows of the night being built, and of each night."""
ROWS = "*"
"""Stands for the rows of a relation where they are counted, whatever their columns hold."""


class Column(NamedTuple):
    """A column of a relation, which is spelled schema.relation."""

    relation: str
    name: str


Sources = dict[str, frozenset[Column]]
"""For each column of a query, and for its rows, the columns of relations that decide on the value."""


def sources_of(sql: str, columns_of: Mapping[str, list[str]]) -> Sources:
    """Read the column lineage of a query: what a value is computed from, conditions inside it included.

    Joins, where clauses and orderings, which decide what rows there are, are not followed. `columns_of` lists the
    columns of every relation that the query may name. Raises sqlglot.errors.SqlglotError where it cannot be read.
    """
    schema: dict[str, object] = {}
    for relation, columns in columns_of.items():
        schema_name, name = relation.split(".")
        schema.setdefault(schema_name, {})[name] = dict.fromkeys(columns, "text")  # type: ignore[index]
    tree = parse_one(sql, dialect=DIALECT)
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
        if table.db == "warehouse" and table.name.startswith(SIDES):
            table.set("this", exp.to_identifier(table.name.split("_", 1)[1]))
    qualified = qualify(tree, dialect=DIALECT, schema=schema, validate_qualify_columns=False, quote_identifiers=False)
    scope = build_scope(qualified)
    if scope is None:
        raise SqlglotError("not a query")
    reader = _Reader()
    return {name: reader.of_output(scope, name) for name in [*_outputs(scope), ROWS]}


def _outputs(scope: Scope) -> list[str]:
    return list(cast(exp.Query, scope.expression).named_selects)


class _Reader:
    """Follows columns through the parts of one query; what was followed once is remembered."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str], frozenset[Column]] = {}

    def of_output(self, scope: Scope, name: str) -> frozenset[Column]:
        key = (id(scope), name)
        if key not in self.known:
            self.known[key] = frozenset()  # a recursive query adds nothing by asking itself
            self.known[key] = frozenset(self._find(scope, name))
        return self.known[key]

    def _find(self, scope: Scope, name: str) -> Iterator[Column]:
        if scope.set_operation_scopes:
            # The branches of a union agree by position; the first one names the columns.
            position = None if name == ROWS else _outputs(scope).index(name)
            for branch in scope.set_operation_scopes:
                yield from self.of_output(branch, ROWS if position is None else _outputs(branch)[position])
        elif name == ROWS:
            yield from self._rows(scope)
        elif isinstance(scope.expression, exp.Subquery):
            for inner in scope.subquery_scopes:
                yield from self.of_output(inner, name)
        else:
            selects = cast(exp.Query, scope.expression).selects
            yield from self._in(next(item for item in selects if item.alias_or_name == name), scope)

    def _rows(self, scope: Scope) -> Iterator[Column]:
        clause = scope.expression.args.get("from_") or scope.expression.args.get("from")
        if clause is not None:
            yield from self._of(_source(scope, clause.this.alias_or_name), ROWS, scope)

    def _in(self, part: exp.Expr, scope: Scope) -> Iterator[Column]:
        """Yield what an expression's value is computed from."""
        inner = {id(sub.expression): sub for sub in scope.subquery_scopes}
        waiting = [part]
        while waiting:
            node = waiting.pop()
            if id(node) in inner:
                for name in _outputs(inner[id(node)]):
                    yield from self.of_output(inner[id(node)], name)
            elif isinstance(node, exp.Column):
                yield from self._of(_source(scope, node.table), node.name, scope)
            elif isinstance(node, exp.TableColumn):  # a whole row taken as one value
                yield from self._of(_source(scope, node.name), ROWS, scope)
            elif isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
                yield from self._rows(scope)
            elif isinstance(node, exp.Order | exp.Window) and node.this is not None and node.this.find(exp.Column):
                waiting.append(node.this)  # what orders or frames an aggregate's values is not its value
            else:
                for child in node.args.values():
                    many = child if isinstance(child, list) else [child]
                    waiting.extend(item for item in many if isinstance(item, exp.Expr))

    def _of(self, source: exp.Expr | Scope | None, name: str, scope: Scope) -> Iterator[Column]:
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier) and source.db:
            yield Column(f"{source.db}.{source.name}", name)
        elif isinstance(source, Scope) and isinstance(source.expression, exp.Query):
            if name == ROWS or name in _outputs(source):
                yield from self.of_output(source, name)
        else:  # a function called like a table: what it was given
            called = source.expression if isinstance(source, Scope) else source
            for given in called.find_all(exp.Column) if called is not None else ():
                found = _source(scope, given.table)
                if found is not source:
                    yield from self._of(found, given.name, scope)


def _source(scope: Scope | None, name: str) -> exp.Expr | Scope | None:
    while scope is not None:
        if name in scope.sources:
            return scope.sources[name]
        scope = scope.parent
    return None
