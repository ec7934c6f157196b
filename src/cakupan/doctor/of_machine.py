"""This machine: who reads the state folder, room on its disk, what was left behind, whether the program is whole."""

from __future__ import annotations

import importlib.metadata
import os
import re
import stat
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cakupan import settings
from cakupan.bilingual import Text, number
from cakupan.database import Role, connect
from cakupan.doctor.item import Finding, Item, Subject, attention, fail, named, ok
from cakupan.landing.room import FEW_NIGHTS, NO_NIGHTS, Room, read_room

OLD = 24 * 3600  # seconds after which a draft is nobody's any more
DRAFT = re.compile(r"\..+\.draft|\.arriving.*|.+\.new")
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


@dataclass(frozen=True)
class Machine:
    """What there is to know of it."""

    open_paths: tuple[str, ...]
    """In the state folder, what other accounts may read or enter."""
    open_secrets: tuple[str, ...]
    umask: int
    is_root: bool
    room: Room
    left_behind: tuple[str, ...]
    differing: tuple[str, ...]
    """Packages of another version than the lock's."""


def read() -> Machine:
    """Read all of it. Raises OSError, psycopg.Error."""
    home = settings.home()
    with connect(Role.ADMIN, autocommit=True) as connection:
        room = read_room(connection)
    return Machine(
        tuple(sorted(str(path.relative_to(home.parent)) for path in _open_to_others(home))),
        tuple(sorted(path.name for path in (home / "secrets").glob("*") if path.stat().st_mode & 0o077)),
        _umask(),
        os.geteuid() == 0,
        room,
        tuple(sorted(str(path) for path in _left_behind(home))),
        tuple(_differing()),
    )


def _open_to_others(home: Path) -> Iterator[Path]:
    """Yield what others get at: nothing below a folder that they cannot enter."""
    for folder, inner, files in os.walk(home):
        if not Path(folder).stat().st_mode & 0o077:
            inner.clear()  # closed: what lies below is out of reach, whatever its mode
            continue
        if Path(folder).stat().st_uid not in {os.geteuid(), home.stat().st_uid}:
            inner.clear()  # the server's own data, which its account keeps closed
            continue
        yield Path(folder)
        for name in files:
            mode = (Path(folder) / name).lstat().st_mode
            if stat.S_ISREG(mode) and mode & 0o077:
                yield Path(folder) / name


def _umask() -> int:
    """Read what other accounts may of the files this account makes, as a shell's child gets it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("Umask:"):
            return int(line.split()[1], 8)
    return 0o022


def _left_behind(home: Path) -> Iterator[Path]:
    """Yield drafts that nobody finished, and folders of temporary files that nobody removed."""
    before = time.time() - OLD
    kept = [
        folder for name in ("archive", "outbox", "reports", "ledger") for folder in [home / name] if folder.exists()
    ]
    drafts = (path for folder in kept for path in folder.rglob("*") if DRAFT.fullmatch(path.name))
    for path in (*drafts, *Path(tempfile.gettempdir()).glob("cakupan-*")):
        status = path.lstat()
        if status.st_mtime < before and status.st_uid == os.geteuid():
            yield path


def _differing() -> Iterator[str]:
    locked = defaultdict[str, list[str]](list)  # one for each range of Python's versions
    for name, version in LOCKED.findall((settings.PROJECT / "requirements.lock").read_text()):
        locked[name].append(version)
    for name, versions in locked.items():
        try:
            there = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # of another platform or Python, or a tool of developers
        if there not in versions:
            yield f"{name} {there} (lock: {' or '.join(versions)})"


def _modes(facts: Machine) -> Finding:
    if facts.open_paths:
        return fail(
            Text("Akun lain dapat membaca: {}", "Other accounts can read: {}").format(named(facts.open_paths)),
            Text("Jalankan `cakupan database start`, yang menutupnya", "Run `cakupan database start`, which closes it"),
        )
    return ok(Text("Tidak ada akun lain yang masuk ke folder keadaan", "No other account gets into the state folder"))


def _secrets(facts: Machine) -> Finding:
    if facts.open_secrets:
        return fail(
            Text("Rahasia terbuka: {}", "Secrets are open: {}").format(named(facts.open_secrets)),
            Text("`chmod 600` berkas itu, lalu ganti isinya", "`chmod 600` them, then give them new contents"),
        )
    return ok(Text("Setiap rahasia hanya untuk pemiliknya", "Each secret is for its owner alone"))


def _new_files(facts: Machine) -> Finding:
    if ~facts.umask & 0o077:
        return fail(
            Text("Berkas baru dapat dibaca akun lain (umask {})", "New files can be read by others (umask {})").format(
                f"{facts.umask:03o}"
            ),
            Text(
                "Jalankan lewat `cakupan`, yang menutup berkas barunya",
                "Run it by `cakupan`, which closes what it makes",
            ),
        )
    return ok(Text("Berkas baru tertutup bagi akun lain", "New files are closed to other accounts"))


def _account(facts: Machine) -> Finding:
    if facts.is_root:
        return attention(
            Text("Program berjalan sebagai root", "The program runs as root"),
            Text("Beri akun sendiri tanpa hak khusus", "Give it an account of its own without special rights"),
        )
    return ok(Text("Program berjalan dengan akun biasa", "The program runs under an ordinary account"))


def _room(facts: Machine) -> Finding:
    nights = facts.room.nights
    left = Text("Cukup untuk {} malam lagi", "Room for {} more nights").format(number(nights))
    more = Text(
        "Beri ruang pada disk, atau jalankan `cakupan housekeeping`", "Make room, or run `cakupan housekeeping`"
    )
    if nights < NO_NIGHTS:
        return fail(left, more)
    return attention(left, more) if nights < FEW_NIGHTS else ok(left)


def _left(facts: Machine) -> Finding:
    if facts.left_behind:
        return attention(
            Text("Tertinggal lebih dari sehari: {}", "Left behind for more than a day: {}").format(
                named(facts.left_behind)
            ),
            Text("Hapus; isinya mungkin data pribadi", "Delete it; it may hold personal data"),
        )
    return ok(Text("Tidak ada berkas sementara yang tertinggal", "No temporary file was left behind"))


def _lock(facts: Machine) -> Finding:
    if facts.differing:
        return fail(
            Text("Lain dari kuncinya: {}", "Other than in the lock: {}").format(named(facts.differing)),
            Text("`make .venv/ready` memasang yang terkunci", "`make .venv/ready` installs what is locked"),
        )
    return ok(Text("Semua paket seversi dengan kuncinya", "All packages are of the lock's version"))


MACHINE = Subject(
    read,
    (
        Item("machine.state_folder", Text("Folder keadaan", "State folder"), _modes),
        Item("machine.secrets", Text("Berkas rahasia", "Files of secrets"), _secrets),
        Item("machine.new_files", Text("Berkas baru", "New files"), _new_files),
        Item("machine.account", Text("Akun program", "Account of the program"), _account),
        Item("machine.disk", Text("Ruang disk", "Room on the disk"), _room),
        Item("machine.left_behind", Text("Sisa berkas", "What was left behind"), _left),
        Item("machine.packages", Text("Versi paket", "Versions of packages"), _lock),
    ),
)
