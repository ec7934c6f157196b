"""Who gets into PostgreSQL, from where and how, and what its roles may beyond their grants."""

from __future__ import annotations

from cakupan.bilingual import Text
from cakupan.database import Role
from cakupan.doctor.database_facts import Database
from cakupan.doctor.item import ASK_ADMIN, Finding, Item, attention, fail, named, ok
from cakupan.wire import stays_here

SHORTEST_PASSWORD = 16
WEAK_METHODS = frozenset({"trust", "password", "md5", "ident"})
SCRAM = "scram-sha-256"


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


LOGINS = (
    Item("database.passwords", Text("Kata sandi peran", "Passwords of roles"), _passwords),
    Item("database.hashes", Text("Simpanan kata sandi", "How passwords are kept"), _hashes),
    Item("database.roles", Text("Kuasa peran", "Powers of roles"), _roles),
    Item("database.tls", Text("TLS ke gudang data", "TLS to the warehouse"), _tls),
    Item("database.sessions", Text("Sesi tanpa TLS", "Sessions without TLS"), _sessions),
    Item("database.address", Text("Alamat server", "Addresses of the server"), _listening),
    Item("database.rules", Text("pg_hba.conf", "pg_hba.conf"), _rules),
)
