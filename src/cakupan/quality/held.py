"""A person decides about a delivery that is held: it is let in, or turned away."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from cakupan.ledger.deliveries import find_delivery
from cakupan.ledger.entries import append
from cakupan.ledger.validations import enter_decision, record_validation
from cakupan.quality import reasons
from cakupan.quality.locking import lock_validation


def release(connection: psycopg.Connection[Any], delivery_id: int, by: str, why: str) -> int:
    """Let in a held delivery on a person's word; returns the id of the validation that says so.

    Figures, rule results and quarantined rows are those of the validation that held it. Raises ValueError where the
    delivery is not held or the person or the grounds are not named.
    """
    return _decide(connection, delivery_id, "ACCEPTED", by, why)


def reject(connection: psycopg.Connection[Any], delivery_id: int, by: str, why: str) -> int:
    """Turn a held delivery away on a person's word, for good; returns and raises as `release`."""
    return _decide(connection, delivery_id, "REJECTED", by, why)


def _decide(connection: psycopg.Connection[Any], delivery_id: int, status: str, by: str, why: str) -> int:
    by, why = by.strip(), why.strip()
    if not by or not why:
        raise ValueError("a decision names the person and the grounds")
    with connection.transaction():
        lock_validation(connection, _feed_of(connection, delivery_id))
        held = connection.execute(
            "select validation_id, reason_code, agency || '_' || feed from ledger.current_validation"
            " where delivery_id = %s and delivery_status = 'HELD'",
            (delivery_id,),
        ).fetchone()
        if held is None:
            raise ValueError(f"delivery {delivery_id} is not held")
        validation_id, code, table = held
        decided = (reasons.released if status == "ACCEPTED" else reasons.declined)(by, why, code)
        new_id = enter_decision(connection, validation_id, status, decided.code, decided.text)
        for schema, name in (("quality", "rule_result"), ("quality", "remark"), ("quarantine", table)):
            _copy(connection, schema, name, validation_id, new_id)
        record_validation(connection, new_id)
        facts = {"by": by, "delivery_id": delivery_id, "validation_id": new_id, "why": why}
        append(connection, "release" if status == "ACCEPTED" else "rejection", facts)
        return new_id


def _feed_of(connection: psycopg.Connection[Any], delivery_id: int) -> str:
    delivery = find_delivery(connection, delivery_id)
    if delivery is None:
        raise ValueError(f"there is no delivery {delivery_id}")
    return delivery.name


def _copy(connection: psycopg.Connection[Any], schema: str, name: str, old: int, new: int) -> None:
    """Copy the rows of a validation to another, whatever their other columns are."""
    columns = [
        sql.Identifier(column)
        for (column,) in connection.execute(
            "select column_name from information_schema.columns"
            " where table_schema = %s and table_name = %s and column_name <> 'validation_id'",
            (schema, name),
        )
    ]
    connection.execute(
        sql.SQL(
            "insert into {table} (validation_id, {columns}) select {new}, {columns} from {table}"
            " where validation_id = {old}"
        ).format(
            table=sql.Identifier(schema, name),
            columns=sql.SQL(", ").join(columns),
            new=sql.Literal(new),
            old=sql.Literal(old),
        )
    )
