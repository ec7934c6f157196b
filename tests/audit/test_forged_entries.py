"""Whoever holds only the database cannot enter what is taken for the program's, not even before it is signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from psycopg.types.json import Jsonb

from cakupan import settings
from cakupan.audit import sealing
from cakupan.database import Role, connect
from cakupan.ledger import digests
from cakupan.ledger.entries import canonical, read_entries
from cakupan.ledger.publications import publications
from cakupan.ledger.validations import last_entry
from tests.audit.conftest import FARMERS, NIGHT, Kept, altered, farmers, verified

NEXT = NIGHT + timedelta(days=1)
NOT_OURS = "was not made by the program: it does not bear the word of the record's key; it is not believed"


def raised_publication(kept: Kept) -> dict[str, object]:
    """As a superuser who knows the program, but for its keys: what it would enter of a raised figure."""
    kept.tamper("update warehouse.coverage set active = 41 where sector_code = 'A'")
    (entry,) = read_entries(kept.database, kind="publication")
    facts = entry.facts
    relation = publications(kept.database)[0]
    part = next(part for part in relation.parts() if part.name == "warehouse.coverage")
    with kept.database.transaction():
        raised = digests.digest(kept.database, part.statement)
    return facts | {"relations": facts["relations"] | {part.name: raised.facts()}}


def forge(kept: Kept, facts: dict[str, object]) -> None:
    """Enter it as the program would, by the function that gives it number, time and login."""
    with connect(Role.ADMIN) as admin:
        admin.execute("select ledger.append(%s, %s)", (facts["kind"], Jsonb(facts)))


@pytest.fixture
def not_sealed(empty: Kept) -> Iterator[Kept]:
    """A night that was published, and that nobody has signed yet."""
    empty.deliver(FARMERS, farmers())
    empty.publish()
    yield empty


def test_a_forged_publication_of_a_raised_figure_is_not_signed(kept: Kept) -> None:
    forge(kept, raised_publication(kept))
    with pytest.raises(sealing.CannotSeal, match=r"Entry 7 \(publication: run_id 1, .*\) was not made by the program"):
        kept.seal()
    said = altered()
    assert f"entry 7 (publication: run_id 1, as_of_date 2025-09-09): {NOT_OURS}" in said
    assert any("active was '34', is '41'" in line for line in said)


def test_an_honest_publication_altered_before_it_is_signed_is_told(not_sealed: Kept) -> None:
    raised = raised_publication(not_sealed)
    body = canonical(raised).replace("'", "''")
    not_sealed.tamper(f"update ledger.entry set body = '{body}' where kind = 'publication'")
    with pytest.raises(sealing.CannotSeal, match="Entry 3"):
        not_sealed.seal()
    said = altered()
    assert f"entry 3 (publication: run_id 1, as_of_date 2025-09-09): {NOT_OURS}" in said
    assert "ledger.publication, run_id 1: was added: no entry records it" in said


def test_an_entry_of_ours_is_not_ours_under_another_number(kept: Kept) -> None:
    (entry,) = read_entries(kept.database, kind="publication")
    forge(kept, entry.facts)
    assert any(line.startswith("entry 7 (publication") and line.endswith(NOT_OURS) for line in altered())


@pytest.mark.parametrize("kind", ["delivery", "validation", "release", "correction", "definitions", "restart"])
def test_no_kind_of_entry_is_taken_from_another(kept: Kept, kind: str) -> None:
    forge(kept, {"kind": kind, "by": "Ani", "delivery_id": 1, "why": "so"})
    with pytest.raises(sealing.CannotSeal, match=rf"Entry 7 \({kind}: .*\) was not made by the program"):
        kept.seal()


def test_what_others_entered_decides_nothing_of_the_next_night(kept: Kept) -> None:
    raised = raised_publication(kept)
    forge(kept, raised)
    (entry,) = read_entries(kept.database, kind="validation", start=3)
    forge(kept, entry.facts | {"rows_root": "AAAA", "delivery_id": 1})
    assert [each.run_id for each in publications(kept.database)] == [1]
    known = last_entry(kept.database, 1)
    assert known is not None
    assert known.facts["rows_root"] != "AAAA"


def test_a_person_disowns_them_and_the_record_goes_on(kept: Kept) -> None:
    (entry,) = read_entries(kept.database, kind="publication")
    forge(kept, entry.facts)
    with connect(Role.LOADER) as connection:
        sealing.restart(connection, "Budi, data team", "entry 7 is not ours")
    kept.publish(NEXT)
    kept.seal()
    assert altered() == []
    (noted,) = [note for note in verified()["ledger"].notes if "restarted" in note]
    assert noted.endswith("not made by the warehouse, and not believed: entries 7")
    assert json.loads(next(read_entries(kept.database, 8)).body)["given_up"] == []


def test_entries_of_earlier_versions_are_believed(empty: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def append_as_before(connection, kind, facts):  # type: ignore[no-untyped-def]
        connection.execute("select ledger.append(%s, %s::jsonb)", (kind, canonical(facts)))

    with monkeypatch.context() as before:
        for room in ("entries", "publications", "validations"):
            before.setattr(f"cakupan.ledger.{room}.append", append_as_before)
        empty.deliver(FARMERS, farmers())
        empty.publish()
        empty.seal()
    assert "mac" not in next(read_entries(empty.database, kind="publication")).facts
    assert altered() == []
    empty.publish(NEXT)
    empty.seal()
    assert altered() == []
    assert [each.run_id for each in publications(empty.database)] == [1, 2]
    (older, _) = read_entries(empty.database, kind="publication")
    forge(empty, older.facts)
    assert any(NOT_OURS in line for line in altered())


def test_the_key_is_not_the_databases(kept: Kept) -> None:
    said = "".join(entry.body for entry in read_entries(kept.database))
    assert settings.secret("ledger_salt_key") not in said
