"""Receipts of landed rows: what the warehouse hands out, each read of a row on record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from cakupan.audit import receipt, sealing
from cakupan.audit.folder import Folder
from cakupan.audit.keys import signing_key
from cakupan.audit.note import BadNote
from cakupan.landing import CannotLandAgain, land_again
from cakupan.ledger import copied, digests
from cakupan.ledger.deliveries import newest_with
from cakupan.ledger.digests import LandedRows
from cakupan.ledger.entries import record_read_of_person
from cakupan.ledger.erased import erased_rows
from cakupan.ledger.merkle import inclusion_proof, root, streamed_inclusion_proof
from cakupan.ledger.validations import last_entry

MOST_BYTES = 4096


class NoReceipt(ValueError):
    """There is no receipt of this row; says why and what to do."""


@dataclass(frozen=True)
class Address:
    """A row's address, as the marts' column `evidence` spells it: delivery, sheet (empty where there is none), row."""

    delivery: str
    sheet: str
    row_number: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `delivery:sheet:row`, where the delivery is its number or its SHA-256; raises NoReceipt."""
        found = re.fullmatch(r"([0-9a-f]{64}|[0-9]{1,18}):(.*):([0-9]{1,18})", text.strip(), re.DOTALL)
        if found is None:
            raise NoReceipt(f"{text!r} is no address: write DELIVERY:SHEET:ROW, for example 12::345 or 12:Batu:7")
        return cls(found[1], found[2], int(found[3]))


def issue_receipt(connection: Connection[Any], address: Address, who: str, reason: str, case: str) -> str:
    """Hand out the receipt of a row, and put on record who asked for it, why and for which case, in one transaction.

    Raises NoReceipt, and ValueError where the person, the reason or the case is not named.
    """
    _land_again(connection, address)
    with connection.transaction():
        copied.spell(connection)
        made = _receipt(connection, address, Folder())
        if len(made.encode()) > MOST_BYTES:
            raise NoReceipt(f"the receipt would be longer than {MOST_BYTES} bytes, because the row is long")
        place = {"delivery": address.delivery, "sheet": address.sheet, "row_number": address.row_number}
        record_read_of_person(connection, who, reason, case, {"receipt": place})
    return made


def _land_again(connection: Connection[Any], address: Address) -> None:
    """Have the delivery's rows in the landing table, where they were dropped."""
    delivery_id = newest_with(connection, address.delivery)
    try:
        land_again(connection, [] if delivery_id is None else [delivery_id])
    except CannotLandAgain as error:
        raise NoReceipt(str(error)) from None


def _receipt(connection: Connection[Any], address: Address, folder: Folder) -> str:
    delivery_id = _delivery(connection, address)
    entry = last_entry(connection, delivery_id)
    if entry is None:
        raise NoReceipt(f"delivery {delivery_id} was not validated since the record began")
    valid, _ = sealing.signed_checkpoints(connection, folder, signing_key().verifier)
    sealed = sealing.newest(valid)
    if sealed is None or sealed.checkpoint.size <= entry.entry_no:
        raise NoReceipt(f"the validation of delivery {delivery_id} is not sealed yet. Run: cakupan ledger seal")
    row = _row(connection, delivery_id, entry.facts, address)
    log = folder.leaves()[: sealed.checkpoint.size]
    if root(log) != sealed.checkpoint.root or log[entry.entry_no] != entry.leaf:
        raise NoReceipt("the record is not what was signed. Run: cakupan verify")
    try:
        return receipt.compose(
            receipt.Receipt(entry.body, row, entry.entry_no, inclusion_proof(log, entry.entry_no), sealed.note)
        )
    except BadNote as error:
        raise NoReceipt(f"row {address.row_number} of delivery {delivery_id}: {error}. Run: cakupan verify") from None


def _delivery(connection: Connection[Any], address: Address) -> int:
    delivery_id = newest_with(connection, address.delivery)
    if delivery_id is None:
        raise NoReceipt(f"there is no delivery {address.delivery}")
    return delivery_id


def _row(connection: Connection[Any], delivery_id: int, facts: dict[str, Any], address: Address) -> receipt.Row:
    """Return the row with its place in the delivery's tree."""
    where = f"sheet {address.sheet!r}, row {address.row_number}" if address.sheet else f"row {address.row_number}"
    landed = LandedRows(f"{facts['agency']}_{facts['feed']}", delivery_id, facts["sha256"], tuple(facts["columns"]))
    one = sql.SQL("select * from ({}) as landed where sheet = {} and row_number = {}").format(
        landed.statement(), sql.Literal(address.sheet), sql.Literal(address.row_number)
    )
    found = list(copied.lines(connection, one)) if facts["columns"] else []
    if not found:
        raise NoReceipt(f"delivery {delivery_id} ({facts['agency']}.{facts['feed']}) has no {where}")
    before = sql.SQL(
        'select count(*) from {} where delivery_id = %s and (sheet collate "C", row_number) < (%s, %s)'
    ).format(sql.Identifier("landing", landed.table))
    (index,) = connection.execute(before, (delivery_id, address.sheet, address.row_number)).fetchone() or (0,)
    size = max(facts["landed_rows"], index + 1)  # a row that was added has a proof that does not hold
    proof = streamed_inclusion_proof(digests.landed_leaves(connection, landed), index, size)
    for entry_no, erased in erased_rows(connection, delivery_id):
        if (erased.sheet, erased.row_number) == (address.sheet, address.row_number):
            raise NoReceipt(
                f"cells of {where} of delivery {delivery_id} were erased on request, record entry {entry_no}; receipts"
                " handed out before verify as ever"
            )
    sheet, number, _ = found[0].split(b"\t", 2)
    return receipt.Row(index, found[0].decode(), digests.Salts(landed.key).of(sheet, number), proof)
