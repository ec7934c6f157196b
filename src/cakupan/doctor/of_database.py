"""PostgreSQL: who gets in, what its log would tell, whether it keeps what it promised, whether its clock is right."""

from __future__ import annotations

from datetime import UTC, datetime

from cakupan.bilingual import Text
from cakupan.doctor.database_facts import Database, read
from cakupan.doctor.item import ASK_ADMIN, Finding, Item, Subject, attention, fail, named, ok
from cakupan.doctor.of_logins import LOGINS

OLDEST_VERSION = 15
FARTHEST = 5.0  # seconds that two clocks may be apart
KNOWN_EXTENSIONS = frozenset({"plpgsql"})
OPENS_A_WAY_OUT = frozenset({"dblink", "postgres_fdw", "file_fdw", "adminpack", "plpython3u", "plperlu", "pltclu"})
"""With them a function reads files, runs programs or speaks to other servers."""
QUIET = frozenset({"fatal", "panic"})


def _extensions(facts: Database) -> Finding:
    dangerous = [name for name in facts.extensions if name in OPENS_A_WAY_OUT]
    if dangerous:
        return fail(
            Text("Ekstensi membuka jalan ke luar: {}", "Extensions open a way out: {}").format(named(dangerous)),
            ASK_ADMIN.format("drop extension …"),
        )
    others = [name for name in facts.extensions if name not in KNOWN_EXTENSIONS]
    if others:
        return attention(
            Text("Ekstensi yang tidak dipakai gudang data: {}", "Extensions the warehouse does not use: {}").format(
                named(others)
            ),
            Text("Hapus bila tidak diperlukan", "Drop them if nobody needs them"),
        )
    return ok(Text("Hanya plpgsql", "plpgsql alone"))


def _logging(facts: Database) -> Finding:
    said = facts.settings
    telling = [
        name
        for name, telling in (
            ("log_statement", said["log_statement"] != "none"),
            ("log_min_duration_statement", said["log_min_duration_statement"] != "-1"),
            ("log_min_duration_sample", said.get("log_min_duration_sample", "-1") != "-1"),
            ("log_min_messages", said["log_min_messages"] not in QUIET),
            ("debug_print_plan", said["debug_print_plan"] == "on"),
        )
        if telling
    ]
    if telling:
        return fail(
            Text("Log server akan memuat nilai dari baris: {}", "The server's log would quote rows: {}").format(
                named(telling)
            ),
            Text(
                "log_statement=none, log_min_duration_statement=-1, log_min_messages=fatal",
                "log_statement=none, log_min_duration_statement=-1, log_min_messages=fatal",
            ),
        )
    return ok(Text("Log server tidak memuat isi baris", "The server's log quotes no row"))


def _pending(facts: Database) -> Finding:
    if facts.pending:
        return attention(
            Text("Belum diterapkan: {}", "Not applied yet: {}").format(named(facts.pending)),
            Text("Jalankan `cakupan database start`", "Run `cakupan database start`"),
        )
    return ok(Text("Gudang data seversi dengan program", "The warehouse is of the program's version"))


def _version(facts: Database) -> Finding:
    version = facts.settings["server_version"]
    if int(version.split(".")[0].split()[0]) < OLDEST_VERSION:
        return fail(
            Text("PostgreSQL {} terlalu tua", "PostgreSQL {} is too old").format(version),
            Text("Pakai {} atau lebih baru", "Use {} or newer").format(str(OLDEST_VERSION)),
        )
    return ok(Text("PostgreSQL {}", "PostgreSQL {}").format(version))


def _durability(facts: Database) -> Finding:
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if facts.settings[name] == "off"]
    if off:
        return fail(
            Text("Setelah mati listrik data bisa rusak: {} = off", "A power cut can damage data: {} = off").format(
                named(off)
            ),
            Text("Nyalakan di postgresql.conf", "Switch it on in postgresql.conf"),
        )
    return ok(Text("Yang tertulis tetap ada setelah mati listrik", "What is written outlives a power cut"))


def _checksums(facts: Database) -> Finding:
    if facts.settings["data_checksums"] != "on":
        return attention(
            Text("Kerusakan disk tidak terlihat", "Damage of the disk goes unseen"),
            Text("`pg_checksums --enable` saat server mati", "`pg_checksums --enable` while the server is down"),
        )
    return ok(Text("Halaman punya checksum", "Pages have checksums"))


def _clock(facts: Database) -> Finding:
    if facts.seconds_apart > FARTHEST:
        return fail(
            Text(
                "Jam mesin ini dan server berbeda {} detik", "The clocks of this machine and the server are {} s apart"
            ).format(f"{facts.seconds_apart:.0f}"),
            Text("Nyalakan NTP di keduanya", "Switch NTP on at both"),
        )
    if facts.newest_entry and (facts.newest_entry - datetime.now(UTC)).total_seconds() > FARTHEST:
        return fail(
            Text(
                "Catatan terbaru bertanggal nanti: {}", "The newest entry of the record lies in the future: {}"
            ).format(facts.newest_entry.isoformat(timespec="seconds")),
            Text(
                "Betulkan jam; `cakupan verify` tetap berlaku",
                "Set the clock right; `cakupan verify` holds all the same",
            ),
        )
    return ok(Text("Jam mesin, server, dan catatan cocok", "Clocks of machine, server and record agree"))


DATABASE = Subject(
    read,
    (
        *LOGINS,
        Item("database.extensions", Text("Ekstensi", "Extensions"), _extensions),
        Item("database.log", Text("Isi log server", "What the server's log tells"), _logging),
        Item("database.migrations", Text("Perubahan tertunda", "Pending migrations"), _pending),
        Item("database.version", Text("Versi PostgreSQL", "Version of PostgreSQL"), _version),
        Item("database.durability", Text("Ketahanan tulis", "Durability"), _durability),
        Item("database.checksums", Text("Checksum halaman", "Checksums of pages"), _checksums),
        Item("database.clock", Text("Jam", "Clock"), _clock),
    ),
)
