"""The signed record: whether it is signed, cosigned and kept apart, and when all was backed up."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cakupan import settings
from cakupan.audit.folder import Folder, ledger_root
from cakupan.audit.keys import signing_key
from cakupan.audit.sealing import newest, signed_checkpoints
from cakupan.bilingual import Text, number
from cakupan.database import Role, connect
from cakupan.doctor.item import Finding, Item, Subject, attention, fail, named, ok

UNSIGNED_FOR = timedelta(hours=36)
COSIGNED_WITHIN = timedelta(days=31)
BACKED_UP_WITHIN = timedelta(days=2)


@dataclass(frozen=True)
class Record:
    """What there is to know of it."""

    entries: int
    signed: int | None
    """Entries under the newest checkpoint; None without one."""
    unsigned_since: datetime | None
    cosigned_at: datetime | None
    apart: bool
    """The record's folder lies on another disk than the state folder."""
    keys_inside: tuple[str, ...]
    """Keys that lie in the state folder, which they protect."""
    backup: Path | None
    backed_up_at: datetime | None


def read() -> Record:
    """Read all of it. Raises psycopg.Error, OSError, BadNote."""
    with connect(Role.AUDITOR) as connection:
        valid, _ = signed_checkpoints(connection, Folder(), signing_key().verifier)
        last = newest(valid)
        size = last.checkpoint.size if last else None
        entries, since = connection.execute(
            "select count(*), min(recorded_at) filter (where entry_no > %s) from ledger.entry", (size or 0,)
        ).fetchone() or (0, None)
        cosigned = [signed.checkpoint.size for signed in valid if _signatures(signed.note) > 1]
        (cosigned_at,) = connection.execute(
            "select max(signed_at) from ledger.checkpoint where size = any(%s)", (cosigned,)
        ).fetchone() or (None,)
    secrets = [path.name for path in (settings.home() / "secrets").glob("*")]
    backup = Path(named_) if (named_ := os.environ.get("CAKUPAN_BACKUP")) else None
    return Record(
        entries, size, since, cosigned_at,
        _device(ledger_root()) != _device(settings.home()),
        tuple(sorted(name for name in secrets if settings.KEYS.fullmatch(name))),
        backup, _newest_change(backup) if backup else None,
    )  # fmt: skip


def _signatures(note: str) -> int:
    return sum(line.startswith("\N{EM DASH} ") for line in note.splitlines())


def _device(path: Path) -> int:
    while not path.exists():
        path = path.parent
    return path.stat().st_dev


def _newest_change(path: Path) -> datetime | None:
    """Return when the newest file was written there; None where there is none."""
    if not path.exists():
        return None
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file() and not file.is_symlink()]
    return max((datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in files), default=None)


def _ago(moment: datetime) -> timedelta:
    return datetime.now(UTC) - moment


def _signed(facts: Record) -> Finding:
    seal = Text(
        "Jalankan `cakupan ledger seal`; bila menolak, `cakupan verify`",
        "Run `cakupan ledger seal`; if it refuses, `cakupan verify`",
    )
    if facts.signed is None and facts.entries:
        return fail(Text("Tidak ada titik periksa yang sah", "There is no valid checkpoint"), seal)
    unsigned = facts.entries - (facts.signed or 0)
    if facts.unsigned_since and _ago(facts.unsigned_since) > UNSIGNED_FOR:
        since = facts.unsigned_since.isoformat(" ", "minutes")
        told = Text("{} catatan belum ditandatangani sejak {}", "{} entries are unsigned since {}")
        return fail(told.format(number(unsigned), since), seal)
    return ok(Text("{} catatan ditandatangani", "{} entries are signed").format(number(facts.signed or 0)))


def _cosigned(facts: Record) -> Finding:
    ask = Text(
        "Kirim `cakupan ledger checkpoint` kepada saksi (docs/verifying.md)",
        "Send `cakupan ledger checkpoint` to a witness (docs/verifying.md)",
    )
    if facts.cosigned_at is None:
        return attention(Text("Belum pernah ada saksi yang ikut menandatangani", "No witness ever cosigned"), ask)
    if _ago(facts.cosigned_at) > COSIGNED_WITHIN:
        return attention(
            Text("Saksi terakhir menandatangani {} hari lalu", "A witness cosigned {} days ago").format(
                _ago(facts.cosigned_at).days
            ),
            ask,
        )
    return ok(Text("Saksi ikut menandatangani pada {}", "A witness cosigned on {}").format(facts.cosigned_at.date()))


def _apart(facts: Record) -> Finding:
    if not facts.apart:
        return attention(
            Text(
                "Catatan terletak di disk yang sama dengan gudang data", "The record lies on the disk of the warehouse"
            ),
            Text("Arahkan CAKUPAN_LEDGER ke disk mesin lain", "Point CAKUPAN_LEDGER to a disk of another machine"),
        )
    return ok(Text("Catatan terletak di disk lain", "The record lies on another disk"))


def _keys(facts: Record) -> Finding:
    if facts.keys_inside:
        return attention(
            Text("Di dalam folder yang dilindunginya: {}", "In the folder that they protect: {}").format(
                named(facts.keys_inside)
            ),
            Text(
                "Sebut folder di tempat lain dalam CAKUPAN_KEYS; kunci pindah ke sana (docs/keys.md)",
                "Name a folder elsewhere in CAKUPAN_KEYS; the keys move there (docs/keys.md)",
            ),
        )
    return ok(Text("Kunci tidak terletak di folder yang dilindunginya", "No key lies in the folder that it protects"))


def _backup(facts: Record) -> Finding:
    if facts.backup is None:
        return attention(
            Text("Tidak diketahui di mana cadangannya", "Nobody says where backups lie"),
            Text(
                "Sebut foldernya di CAKUPAN_BACKUP (docs/backup.md)",
                "Name their folder in CAKUPAN_BACKUP (docs/backup.md)",
            ),
        )
    again = Text("Buat cadangan sekarang (docs/backup.md)", "Back up now (docs/backup.md)")
    if facts.backed_up_at is None:
        return fail(Text("Tidak ada cadangan di {}", "There is no backup in {}").format(str(facts.backup)), again)
    if _ago(facts.backed_up_at) > BACKED_UP_WITHIN:
        return fail(
            Text("Cadangan terbaru berumur {} hari", "The newest backup is {} days old").format(
                _ago(facts.backed_up_at).days
            ),
            again,
        )
    return ok(Text("Cadangan terbaru: {}", "Newest backup: {}").format(facts.backed_up_at.isoformat(" ", "minutes")))


RECORD = Subject(
    read,
    (
        Item("record.signed", Text("Tanda tangan catatan", "Signature of the record"), _signed),
        Item("record.cosigned", Text("Saksi", "Witness"), _cosigned),
        Item("record.apart", Text("Tempat catatan", "Place of the record"), _apart),
        Item("record.keys", Text("Tempat kunci", "Place of the keys"), _keys),
        Item("record.backup", Text("Cadangan", "Backup"), _backup),
    ),
)
