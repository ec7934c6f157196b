"""What docs/backup.md and docs/keys.md say: a dump that is restored verifies clean, and what a lost key leaves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from cakupan import identity, settings
from cakupan.audit import checkpoint
from cakupan.audit.folder import Folder
from cakupan.audit.keys import signing_key
from cakupan.audit.note import SigningKey
from cakupan.database import Role, connect, url
from cakupan.database.connection import database_name
from cakupan.database.server import binaries
from cakupan.feeds import find_feed
from cakupan.ledger.merkle import root
from tests.audit.conftest import FARMERS, Kept, altered, farmers, verified


def run(program: str, *arguments: str) -> None:
    subprocess.run([binaries() / program, *arguments], check=True, capture_output=True)


def test_a_dump_restored_after_everything_was_wiped_verifies_clean(kept: Kept, tmp_path: Path) -> None:
    before = {name: area.checked for name, area in verified().items()}
    dump, files = tmp_path / "warehouse.dump", tmp_path / "backup"
    run("pg_dump", "--format=custom", f"--file={dump}", url(Role.ADMIN))
    for folder in (kept.archive, kept.ledger):
        shutil.copytree(folder, files / folder.name)
        shutil.rmtree(folder)
    kept.database.close()
    with connect(Role.ADMIN, "postgres", autocommit=True) as admin:
        admin.execute(f"drop database {database_name()} with (force)")
    with pytest.raises(psycopg.OperationalError):
        connect(Role.LOADER)

    run("pg_restore", "--create", "--exit-on-error", f"--dbname={url(Role.ADMIN, 'postgres')}", str(dump))
    for folder in (kept.archive, kept.ledger):
        shutil.copytree(files / folder.name, folder)
    assert altered() == []
    assert {name: area.checked for name, area in verified().items()} == before
    with connect(Role.BI) as reader:
        assert reader.execute("select sum(active) from marts.coverage").fetchone() == (39,)


def test_a_lost_identity_key_costs_no_worker_their_key(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = find_feed(settings.FEEDS, FARMERS)
    known = "select nik, worker_key from identity.worker"

    def keys() -> dict[str, object]:
        identity.register(kept.database, feed)
        kept.database.commit()
        return dict(kept.database.execute(known).fetchall())

    before = keys()
    assert before
    monkeypatch.setenv("CAKUPAN_IDENTITY_KEY", "ab" * 32)
    kept.deliver(FARMERS, farmers(("3579010101900001", "3579010101900099")))
    after = keys()
    assert {nik: after[nik] for nik in before} == before
    assert after.keys() - before.keys() == {"3579010101900099"}
    assert altered() == []


def test_a_lost_signing_key_is_followed_by_another_and_old_signatures_hold(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lost = signing_key()
    (signed,) = (kept.ledger / "checkpoints").iterdir()
    monkeypatch.setenv("CAKUPAN_LEDGER_KEY", SigningKey.generate(lost.name).text)
    told = altered()
    assert told and all("did not sign this with the given key" in line for line in told)

    kept.deliver(FARMERS, farmers(("BUDI", "BUDIN")))
    kept.seal()
    aside = signed.rename(tmp_path / "signed-with-the-lost-key")
    with connect(Role.ADMIN) as admin:
        admin.execute("delete from ledger.checkpoint where size = %s", (int(signed.name),))
    assert altered() == []
    old = checkpoint.verify(aside.read_bytes(), lost.verifier)
    assert old.size == int(signed.name)
    assert Folder(kept.ledger).leaves()[: old.size] and root(Folder(kept.ledger).leaves()[: old.size]) == old.root


def test_without_the_salt_key_rows_are_held_against_the_archived_files_alone(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAKUPAN_LEDGER_SALT_KEY", "another")
    areas = verified()
    assert not areas["ledger"].alterations and not areas["archive"].alterations
    assert any(
        "rows are not those recorded, but what the archived file gives now" in note for note in areas["landing"].notes
    )
    assert areas["decisions"].alterations and areas["marts"].alterations
