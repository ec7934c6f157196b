"""Whoever holds only the database cannot have a signed checkpoint forgotten, and so cannot make a figure pass."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from cakupan.audit import checkpoint, sealing
from cakupan.audit.folder import Folder
from cakupan.audit.keys import signing_key
from cakupan.database import Role, connect
from cakupan.ledger.entries import canonical, read_entries
from tests.audit.conftest import Kept, altered, verified


def raise_a_figure(kept: Kept) -> None:
    """As a superuser who knows how all is kept: the figure, what vouches for it, and then the checkpoints."""
    kept.tamper("update warehouse.coverage set active = 41 where sector_code = 'A'")
    kept.tamper(
        "update ledger.entry set body = regexp_replace(body, '\"warehouse.coverage\":\\{[^}]*\\},?', '')"
        " where kind = 'publication'"
    )


def forge_a_restart(kept: Kept, **said: object) -> None:
    facts = {
        "by": "Ani", "disowned": [], "given_up": given_up(kept), "kind": "restart", "login": "cakupan_loader",
        "recorded_at": "2025-09-10T00:00:00.000000Z", "why": "disk failed", **said,
    }  # fmt: skip
    body = canonical(facts).replace("'", "''")
    kept.tamper(
        f"insert into ledger.entry select max(entry_no) + 1, '2025-09-10 00:00Z', 'restart', '{body}' from ledger.entry"
    )


def given_up(kept: Kept) -> list[dict[str, object]]:
    verifier = signing_key().verifier
    signed = [checkpoint.verify(data, verifier) for data in Folder(kept.ledger).checkpoints().values()]
    return [{"size": each.size, "root": base64.b64encode(each.root).decode()} for each in signed]


def test_a_forged_restart_is_told_and_nothing_is_signed_over_it(kept: Kept) -> None:
    raise_a_figure(kept)
    forge_a_restart(kept)
    with pytest.raises(sealing.CannotSeal, match=r"Entry 7 \(restart: by Ani\) was not made by the program"):
        kept.seal()
    assert any(line.startswith("entry 7 (restart: by Ani): was not made by the program") for line in altered())
    assert any(line.startswith("entry 5 (publication") for line in altered())
    assert not any("restarted" in note for note in verified()["ledger"].notes)


def test_a_night_after_a_forged_restart_does_not_make_the_figure_pass(kept: Kept) -> None:
    raise_a_figure(kept)
    forge_a_restart(kept)
    kept.publish()
    with pytest.raises(sealing.CannotSeal):
        kept.seal()
    assert any(line.startswith("entry 5 (publication") for line in altered())


@pytest.mark.parametrize("changed", ["by", "why", "given_up", "disowned"])
def test_a_signature_is_of_one_restart_only(kept: Kept, changed: str) -> None:
    kept.tamper("delete from ledger.publication")
    kept.tamper("delete from ledger.entry where entry_no >= 5")
    with connect(Role.LOADER) as connection:
        sealing.restart(connection, "Ani", "disk failed")
        (honest,) = read_entries(connection, kind="restart")
    said = {name: honest.facts[name] for name in ("by", "why", "given_up", "disowned", "signature")}
    forge_a_restart(kept, **said | {changed: [] if changed == "given_up" else [0] if changed == "disowned" else "Budi"})
    with pytest.raises(sealing.CannotSeal, match="Entry 7"):
        kept.seal()


def test_a_restart_by_another_key_is_not_believed(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    from cakupan.audit import restarts, statements

    ours = signing_key()
    with monkeypatch.context() as patch:
        patch.setattr(statements, "signing_key", lambda: replace(ours, seed=bytes(32)))
        with connect(Role.LOADER) as connection:
            restarts.enter_restart(connection, "Ani", "disk failed", [], [])
    with pytest.raises(sealing.CannotSeal, match="Entry 7"):
        kept.seal()


def test_a_person_disowns_a_forged_restart_and_the_record_goes_on(kept: Kept) -> None:
    forge_a_restart(kept)
    with connect(Role.LOADER) as connection:
        sealing.restart(connection, "Budi, data team", "entry 7 is not ours")
    kept.publish()
    kept.seal()
    assert altered() == []
    (noted,) = [note for note in verified()["ledger"].notes if "restarted" in note]
    assert noted.endswith(
        "by Budi, data team: entry 7 is not ours; not made by the warehouse, and not believed: entries 7"
    )
    assert json.loads(next(read_entries(kept.database, 8)).body)["given_up"] == []
