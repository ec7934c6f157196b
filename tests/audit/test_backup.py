"""What docs/backup.md and docs/keys.md say: a dump that is restored verifies clean, and what a lost key leaves."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from cakupan import identity, settings
from cakupan import installation as installing
from cakupan.audit import checkpoint
from cakupan.audit.folder import Folder
from cakupan.audit.keys import signing_key
from cakupan.audit.note import SigningKey
from cakupan.backup import CannotBackUp, back_up, restore
from cakupan.cli.app import app
from cakupan.cli.lock import only_one_night
from cakupan.database import Role, connect
from cakupan.database.connection import database_name
from cakupan.feeds import find_feed
from cakupan.ledger.merkle import root
from tests.audit.conftest import FARMERS, Kept, altered, farmers, verified


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command in this process; the server of the tests runs already."""
    monkeypatch.setattr(installing, "start_database", lambda: None)
    return lambda *arguments: CliRunner().invoke(app, [*map(str, arguments)])


def lose(kept: Kept) -> None:
    """Wipe database, archive and record."""
    for folder in (kept.archive, kept.ledger):
        shutil.rmtree(folder, ignore_errors=True)
    kept.database.close()
    with connect(Role.ADMIN, "postgres", autocommit=True) as admin:
        admin.execute(f"drop database {database_name()} with (force)")
    with pytest.raises(psycopg.OperationalError):
        connect(Role.LOADER)


def test_a_backup_restored_after_everything_was_wiped_verifies_clean(
    kept: Kept, tmp_path: Path, commands: Callable[..., Result]
) -> None:
    before = {name: area.checked for name, area in verified().items()}
    backups, apart = tmp_path / "backups", tmp_path / "apart"
    made = commands("backup", backups, "--secrets", apart)
    assert made.exit_code == 0, made.stderr
    assert (apart / "secrets" / "ledger_key").exists() and not list(backups.rglob("*_key*"))

    refused = commands("restore", backups)
    assert refused.exit_code == 1 and f"holds something already ({kept.archive}" in refused.stderr
    shutil.rmtree(kept.archive)
    shutil.rmtree(kept.ledger)
    refused = commands("restore", backups)
    assert refused.exit_code == 1 and f"the database '{database_name()}'" in refused.stderr
    assert not kept.archive.exists()

    lose(kept)
    restored = commands("restore", backups)
    assert restored.exit_code == 0, restored.stdout + restored.stderr
    assert "Nothing was altered" in restored.stdout
    assert {name: area.checked for name, area in verified().items()} == before
    with connect(Role.BI) as reader:
        assert reader.execute("select sum(active) from marts.coverage").fetchone() == (39,)


def test_a_backup_that_is_older_than_the_record_or_cut_is_told(
    kept: Kept, tmp_path: Path, commands: Callable[..., Result]
) -> None:
    backups = tmp_path / "backups"
    assert commands("backup", backups).exit_code == 0
    (made,) = (path.parent for path in backups.glob("*/backup.json"))
    kept.deliver(FARMERS, farmers(("BUDI", "BUDIN")))
    kept.seal()
    shutil.rmtree(made / "ledger")
    shutil.copytree(kept.ledger, made / "ledger")  # the record lay on another machine and outlived the rest
    lose(kept)
    dump = (made / "warehouse.dump").read_bytes()
    (made / "warehouse.dump").write_bytes(dump[:-1])
    cut = commands("restore", backups)
    assert cut.exit_code == 1 and "it is cut" in cut.stderr
    (made / "warehouse.dump").write_bytes(dump)
    archived = next(path for path in (backups / "archive").rglob("*") if path.is_file())
    archived.chmod(0o600)
    delivered = archived.read_bytes()
    archived.write_bytes(delivered[:-1] + b"?")
    spoilt = commands("restore", made)
    assert spoilt.exit_code == 1 and f"{archived} is not what was archived" in spoilt.stderr
    archived.write_bytes(delivered)
    begun = commands("restore", made)
    assert begun.exit_code == 1 and f"holds something already ({kept.archive})" in begun.stderr
    shutil.rmtree(kept.archive)
    restored = commands("restore", made)
    assert restored.exit_code == 1 and "Restored" in restored.stdout
    assert "the database is older" in restored.stdout


@pytest.mark.unit
def test_what_cannot_be_backed_up_or_restored_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "ARCHIVE", "LEDGER", "KEYS"):
        monkeypatch.setenv(f"CAKUPAN_{name}", str(tmp_path / name))
    with pytest.raises(CannotBackUp, match="Name a folder elsewhere"):
        back_up(tmp_path, print, tmp_path / "keys")
    made = tmp_path / "20250909T000000Z"
    made.mkdir()
    with pytest.raises(CannotBackUp, match="no whole backup"):
        restore(tmp_path, print)
    (made / "warehouse.dump").touch()
    (made / "backup.json").write_text('{"made_at": "", "published": null, "entries": 0, "dump_bytes": 0}')
    with pytest.raises(CannotBackUp, match="--secrets"):
        restore(tmp_path, print)
    assert {path.name for path in tmp_path.iterdir()} == {made.name}


@pytest.mark.unit
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_while_a_night_runs_nothing_is_backed_up_or_restored(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.setattr("cakupan.cli.backup.needs_database", lambda: None)
    with only_one_night():
        refused = CliRunner().invoke(app, [command, str(tmp_path)])
    assert refused.exit_code == 1 and "Another night is being run" in refused.stderr


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
