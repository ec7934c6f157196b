"""A person lets in a delivery that was held."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from cakupan.ledger.deliveries import find_delivery
from cakupan.ledger.entries import record_release
from cakupan.ledger.validations import enter_release, record_validation
from cakupan.quality import reasons
from cakupan.quality.locking import lock_validation


def release(connection: psycopg.Connection[Any], delivery_id: int, by: str, why: str) -> int:
    """Let in a held delivery on a person's word; returns the id of the validation that says so.

    Figures, rule results and quarantined rows are those of the validation that held it. Raises ValueError where the
    delivery is not held or the person or the grounds are not named.
    """
    if not by.strip() or not why.strip():
        raise ValueError("a release names the person and the grounds")
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
        accepted = _accept(connection, validation_id, table, reasons.released(by.strip(), why.strip(), code))
        record_validation(connection, accepted)
        record_release(connection, delivery_id, by.strip(), why.strip(), accepted)
        return accepted


def _feed_of(connection: psycopg.Connection[Any], delivery_id: int) -> str:
    delivery = find_delivery(connection, delivery_id)
    if delivery is None:
        raise ValueError(f"there is no delivery {delivery_id}")
    return delivery.name


def _accept(connection: psycopg.Connection[Any], validation_id: int, table: str, reason: reasons.Reason) -> int:
    new_id = enter_release(connection, validation_id, reason.code, reason.text)
    _copy(connection, "quality", "rule_result", validation_id, new_id)
    _copy(connection, "quality", "remark", validation_id, new_id)
    _copy(connection, "quarantine", table, validation_id, new_id)
    return new_id


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
