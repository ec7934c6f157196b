"""What names persons bears no key by which it could be joined with an extract of the marts."""

from __future__ import annotations

from uuid import UUID

import pytest

from cakupan import identity
from cakupan.trace.reading import _under_audit_keys
from cakupan.trace.tree import Node

WORKER, OTHER = UUID(int=7), UUID(int=8)


def test_keys_of_the_marts_and_what_else_names_their_rows_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LEDGER_SALT_KEY", "0" * 64)
    finding = Node("finding", "DOUBLE", {"worker_key": str(WORKER), "explanation": f"{OTHER} too", "amount_idr": 5})
    finding.facts["finding_key"] = "d41d8cd98f00b204e9800998ecf8427e"
    root = Node("worker", str(WORKER), children=[finding])
    _under_audit_keys(root)
    key = str(identity.audit_key(WORKER))
    assert root.name == finding.facts["audit_key"] == key
    assert finding.facts == {
        "audit_key": key, "explanation": f"{identity.audit_key(OTHER)} too", "amount_idr": 5,
    }  # fmt: skip
    assert len({key, str(WORKER), str(identity.audit_key(OTHER))}) == 3


def test_another_secret_makes_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LEDGER_SALT_KEY", "0" * 64)
    first = identity.audit_key(WORKER)
    assert identity.audit_key(WORKER) == first != WORKER
    monkeypatch.setenv("CAKUPAN_LEDGER_SALT_KEY", "1" * 64)
    assert identity.audit_key(WORKER) != first
