"""`cakupan receipt`: a proof, for somebody without access to the warehouse, that a row arrived as it is."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from cakupan.cli.printing import print_text
from cakupan.database import Role, connect


def run(address: str, reason: str, case: str, out: Path | None) -> None:
    """Print or write the receipt; raises ValueError (also NoReceipt and BadNote), OSError, psycopg.Error."""
    from cakupan.audit.issuing import Address, issue_receipt

    where = Address.parse(address)
    with connect(Role.LOADER) as connection:
        text = issue_receipt(connection, where, getpass.getuser(), reason, case)
    if out is None:
        print_text(text)
        return
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
