"""The accepted rows of a feed as one relation, which is all that identity and dbt's staging models read of it."""

from __future__ import annotations

import hashlib
from typing import Any

import psycopg
from psycopg import sql

from cakupan.database.patience import change
from cakupan.feeds import ACCEPTED, Feed
from cakupan.landing.tables import landing_table, lock
from cakupan.quality.comments import relation_comment
from cakupan.quality.quarantine import quarantine_table

# The delivery is that of the ledger wherever it can be: a condition on it then finds the validations first, and by them
# the few rows of the quarantine table, which has no index on deliveries.
_DEFINITION = sql.SQL(
    """
    select validation.validation_id, landed.delivery_id, landed.sheet, landed.row_number, validation.business_date,
        {landed}
    from {landing} as landed
    inner join ledger.current_validation as validation on landed.delivery_id = validation.delivery_id
    where
        validation.delivery_status = 'ACCEPTED'
        and not exists (
            select 1
            from {quarantine} as examined
            where
                examined.validation_id = validation.validation_id
                and examined.sheet = landed.sheet
                and examined.row_number = landed.row_number
        )
    union all
    select validation.validation_id, validation.delivery_id, examined.sheet, examined.row_number,
        validation.business_date, {examined}
    from {quarantine} as examined
    inner join ledger.current_validation as validation on examined.validation_id = validation.validation_id
    where validation.delivery_status = 'ACCEPTED' and examined.verdict = 'accepted'
    """
)


def accepted_view(feed: Feed) -> sql.Identifier:
    """Name the feed's view."""
    return sql.Identifier("accepted", feed.table)


def ensure_accepted_view(connection: psycopg.Connection[Any], feed: Feed) -> None:
    """Make the feed's view on its landing and quarantine tables, or replace it where it is not as declared.

    Columns declared since it was made come last and none ever goes, because others have built views on it. Nothing is
    done, and nobody waited for, where its comment says that it was made from this very definition.
    """
    view = accepted_view(feed)
    known, comment = _standing(connection, view)
    kept = [name for name in known if name not in ACCEPTED]
    columns = [*kept, *(column.name for column in feed.columns if column.name not in kept)]
    definition = _definition(feed, columns)
    mark = "definition " + hashlib.md5(definition.as_string().encode(), usedforsecurity=False).hexdigest()
    says = f"{relation_comment(feed, 'accepted')}\n{mark}"
    if comment == says:
        return
    with connection.transaction():
        lock(connection, feed)
        change(connection, view, sql.SQL("create or replace view {} as {}").format(view, definition))
        connection.execute(sql.SQL("comment on view {} is {}").format(view, sql.Literal(says)))


def _standing(connection: psycopg.Connection[Any], view: sql.Identifier) -> tuple[list[str], str]:
    """Read the columns of the view as it stands, in order, and its comment; nothing where there is none."""
    row = connection.execute(
        "select array(select attname::text from pg_attribute where attrelid = view.oid and attnum > 0 order by attnum),"
        " coalesce(obj_description(view.oid, 'pg_class'), '') from (select to_regclass(%s)::oid) as view (oid)",
        (view.as_string(connection),),
    ).fetchone()
    return row or ([], "")


def _definition(feed: Feed, columns: list[str]) -> sql.Composed:
    def of(relation: str) -> sql.Composed:
        return sql.SQL(", ").join(sql.Identifier(relation, name) for name in columns)

    return _DEFINITION.format(
        landed=of("landed"), examined=of("examined"), landing=landing_table(feed), quarantine=quarantine_table(feed)
    )
