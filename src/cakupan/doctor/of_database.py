"""PostgreSQL: who gets in and how, what its roles may, what its log would tell, whether it keeps what it promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cakupan.bilingual import Text
from cakupan.database import Role, connect
from cakupan.database.connection import host_and_port
from cakupan.database.migration import pending_migrations
from cakupan.doctor.item import Finding, Item, Subject, attention, fail, named, ok
from cakupan.wire import stays_here

SHORTEST_PASSWORD = 16
OLDEST_VERSION = 17
FARTHEST = 5.0  # seconds that two clocks may be apart
KNOWN_EXTENSIONS = frozenset({"plpgsql"})
OPENS_A_WAY_OUT = frozenset({"dblink", "postgres_fdw", "file_fdw", "adminpack", "plpython3u", "plperlu", "pltclu"})
"""With them a function reads files, runs programs or speaks to other servers."""
WEAK_METHODS = frozenset({"trust", "password", "md5", "ident"})
SCRAM = "scram-sha-256"
QUIET = frozenset({"fatal", "panic"})
ASK_ADMIN = Text("Sebagai administrator: {}", "As the administrator: {}")


@dataclass(frozen=True)
class Attributes:
    """What a role may beyond its grants."""

    name: str
    powers: tuple[str, ...]
    hashed: str | None
    """How its password is kept: SCRAM-SHA-256, md5, or None without one."""


@dataclass(frozen=True)
class Database:
    """What there is to know of the server and the warehouse."""

    host: str
    encrypted: bool
    settings: Mapping[str, str]
    roles: tuple[Attributes, ...]
    passwords: Mapping[str, str]
    extensions: tuple[str, ...]
    rules: tuple[str, ...]
    """Lines of pg_hba.conf, each with its method last."""
    open_sessions: tuple[str, ...]
    """Who is connected over a network without TLS."""
    pending: tuple[str, ...]
    seconds_apart: float
    newest_entry: datetime | None


def read() -> Database:
    """Read all of it as the administrator. Raises psycopg.Error."""
    with connect(Role.ADMIN, autocommit=True) as connection:
        (now,) = connection.execute("select clock_timestamp()").fetchone() or (datetime.now(UTC),)
        apart = abs((datetime.now(UTC) - now).total_seconds())
        encrypted = connection.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetchone() or (
            False,
        )
        roles = connection.execute(
            "select rolname, array_remove(array[case when rolsuper then 'superuser' end,"
            " case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,"
            " case when rolbypassrls then 'bypassrls' end, case when rolreplication then 'replication' end], null),"
            " split_part(rolpassword, '$', 1) from pg_authid where rolname !~ '^pg_' and rolcanlogin order by 1"
        ).fetchall()
        rules = connection.execute(
            "select concat_ws(' ', type, array_to_string(database, ','), array_to_string(user_name, ','), address,"
            " auth_method) from pg_hba_file_rules where auth_method is not null order by rule_number"
        ).fetchall()
        sessions = connection.execute(
            "select distinct usename || ' @ ' || client_addr from pg_stat_activity join pg_stat_ssl using (pid)"
            " where not ssl and client_addr is not null and not client_addr <<= inet '127.0.0.0/8'"
            " and client_addr <> inet '::1' order by 1"
        ).fetchall()
        newest = connection.execute("select max(recorded_at) from ledger.entry").fetchone() or (None,)
        return Database(
            host_and_port()[0],
            bool(encrypted[0]),
            dict(connection.execute("select name, setting from pg_settings").fetchall()),
            tuple(Attributes(name, tuple(powers), _kind(hashed)) for name, powers, hashed in roles),
            {role.value: role.password for role in Role},
            tuple(name for (name,) in connection.execute("select extname from pg_extension order by 1")),
            tuple(line for (line,) in rules),
            tuple(line for (line,) in sessions),
            tuple(migration.name for migration in pending_migrations(connection)),
            apart,
            newest[0],
        )


def _kind(hashed: str | None) -> str | None:
    return "md5" if hashed and hashed.startswith("md5") else hashed


def _passwords(facts: Database) -> Finding:
    values = list(facts.passwords.values())
    weak = [
        role
        for role, password in facts.passwords.items()
        if len(password) < SHORTEST_PASSWORD or len(set(password)) < 8 or values.count(password) > 1
    ]
    if weak:
        return fail(
            Text("Mudah ditebak atau dipakai dua kali: {}", "Easily guessed, or used twice: {}").format(named(weak)),
            Text(
                "Buat yang acak di CAKUPAN_PG_<ROLE>_PASSWORD, lalu `cakupan database start`",
                "Make random ones in CAKUPAN_PG_<ROLE>_PASSWORD, then `cakupan database start`",
            ),
        )
    return ok(Text("Setiap peran punya kata sandi acak sendiri", "Each role has a random password of its own"))


def _hashes(facts: Database) -> Finding:
    weak = [role.name for role in facts.roles if role.hashed == "md5"]
    if weak or facts.settings["password_encryption"] != SCRAM:
        return fail(
            Text("Kata sandi disimpan lemah: {}", "Passwords are kept weakly: {}").format(
                named(weak) if weak else "md5"
            ),
            Text(
                "password_encryption = 'scram-sha-256', lalu {}", "password_encryption = 'scram-sha-256', then {}"
            ).format("`cakupan database start`"),
        )
    return ok(Text("Kata sandi disimpan sebagai SCRAM-SHA-256", "Passwords are kept as SCRAM-SHA-256"))


def _roles(facts: Database) -> Finding:
    ours = [f"{role.name} ({', '.join(role.powers)})" for role in facts.roles if _is_ours(role.name) and role.powers]
    if ours:
        return fail(
            Text("Peran boleh lebih dari tugasnya: {}", "Roles may do more than their work: {}").format(named(ours)),
            ASK_ADMIN.format("alter role … nosuperuser nocreaterole nocreatedb nobypassrls noreplication"),
        )
    others = [role.name for role in facts.roles if role.name != Role.ADMIN and not _is_ours(role.name) and role.powers]
    if others:
        return attention(
            Text("Akun lain yang berkuasa: {}", "Other powerful accounts: {}").format(named(others)),
            Text("Cabut bila tidak diperlukan", "Take their powers if nobody needs them"),
        )
    return ok(Text("Tidak ada peran yang boleh lebih dari tugasnya", "No role may do more than its work"))


def _is_ours(name: str) -> bool:
    return name.startswith("cakupan_")


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


def _tls(facts: Database) -> Finding:
    if not stays_here(facts.host) and not facts.encrypted:
        return fail(
            Text("Gudang data di {} dihubungi tanpa TLS", "The warehouse at {} is reached without TLS").format(
                facts.host
            ),
            Text(
                "Nyalakan ssl di server dan cabut CAKUPAN_PG_SSLMODE=disable",
                "Switch ssl on at the server and take CAKUPAN_PG_SSLMODE=disable away",
            ),
        )
    return ok(
        Text("Lewat TLS", "Over TLS")
        if facts.encrypted
        else Text("Tidak keluar dari mesin ini", "Stays on this machine")
    )


def _sessions(facts: Database) -> Finding:
    if facts.open_sessions:
        return fail(
            Text("Terhubung lewat jaringan tanpa TLS: {}", "Connected over a network without TLS: {}").format(
                named(facts.open_sessions)
            ),
            Text("Pakai `hostssl` di pg_hba.conf", "Say `hostssl` in pg_hba.conf"),
        )
    return ok(Text("Tidak ada sesi jaringan tanpa TLS", "No session over a network is without TLS"))


def _listening(facts: Database) -> Finding:
    at = [address.strip() for address in facts.settings["listen_addresses"].split(",") if address.strip()]
    beyond = [address for address in at if not stays_here(address)]
    if beyond and facts.settings["ssl"] != "on":
        return fail(
            Text("Server mendengarkan di {} tanpa TLS", "The server listens at {} without TLS").format(named(beyond)),
            Text("ssl = on dengan sertifikat, atau listen_addresses = 'localhost'", "ssl = on, or only 'localhost'"),
        )
    if beyond:
        return attention(
            Text("Server mendengarkan di {}", "The server listens at {}").format(named(beyond)),
            Text("Batasi dengan firewall dan pg_hba.conf", "Limit it by a firewall and pg_hba.conf"),
        )
    return ok(Text("Server hanya untuk mesin ini", "The server is for this machine alone"))


def _rules(facts: Database) -> Finding:
    weak = [rule for rule in facts.rules if rule.rpartition(" ")[2] in WEAK_METHODS]
    if weak:
        return fail(
            Text("pg_hba.conf memercayai tanpa bukti: {}", "pg_hba.conf lets in without proof: {}").format(named(weak)),
            Text("Ganti dengan scram-sha-256, lalu pg_reload_conf()", "Say scram-sha-256 there, then pg_reload_conf()"),
        )
    return ok(Text("Semua baris pg_hba.conf meminta bukti", "All lines of pg_hba.conf ask for proof"))


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
        Item("database.passwords", Text("Kata sandi peran", "Passwords of roles"), _passwords),
        Item("database.hashes", Text("Simpanan kata sandi", "How passwords are kept"), _hashes),
        Item("database.roles", Text("Kuasa peran", "Powers of roles"), _roles),
        Item("database.extensions", Text("Ekstensi", "Extensions"), _extensions),
        Item("database.log", Text("Isi log server", "What the server's log tells"), _logging),
        Item("database.tls", Text("TLS ke gudang data", "TLS to the warehouse"), _tls),
        Item("database.sessions", Text("Sesi tanpa TLS", "Sessions without TLS"), _sessions),
        Item("database.address", Text("Alamat server", "Addresses of the server"), _listening),
        Item("database.rules", Text("pg_hba.conf", "pg_hba.conf"), _rules),
        Item("database.migrations", Text("Perubahan tertunda", "Pending migrations"), _pending),
        Item("database.version", Text("Versi PostgreSQL", "Version of PostgreSQL"), _version),
        Item("database.durability", Text("Ketahanan tulis", "Durability"), _durability),
        Item("database.checksums", Text("Checksum halaman", "Checksums of pages"), _checksums),
        Item("database.clock", Text("Jam", "Clock"), _clock),
    ),
)
