"""The agencies' connections: whether each is known for whom it is, and what goes to it in the clear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cakupan import night, orchestration
from cakupan.bilingual import Text
from cakupan.doctor.item import Finding, Item, Subject, attention, fail, named, ok
from cakupan.sources import NotConnected
from cakupan.sources.connection import ConnectionSettings, goes_in_the_clear


@dataclass(frozen=True)
class Agencies:
    """What their connections say."""

    connections: Mapping[str, ConnectionSettings]
    lacking: tuple[str, ...]


def read() -> Agencies:
    """Read what the connections say; none is tried."""
    found, lacking = {}, []
    for agency in night.agencies():
        try:
            found[agency] = orchestration.connection_of(agency)
        except NotConnected:
            lacking.append(agency)
    return Agencies(found, tuple(lacking))


def _known(facts: Agencies) -> Finding:
    if facts.lacking and facts.connections:
        return attention(
            Text("Tidak terhubung: {}", "Not connected: {}").format(named(facts.lacking)),
            Text("Atur AIRFLOW_CONN_AGENCY_<NAMA> (README)", "Set AIRFLOW_CONN_AGENCY_<NAME> (README)"),
        )
    return ok(Text("{} instansi terhubung", "{} agencies are connected").format(len(facts.connections)))


def _host_keys(facts: Agencies) -> Finding:
    without = [name for name, it in facts.connections.items() if it.kind == "sftp" and not it.extra.get("host_key")]
    if without:
        return fail(
            Text("SFTP tanpa host_key: {}", "SFTP without host_key: {}").format(named(without)),
            Text(
                "`ssh-keyscan` mencetaknya; cocokkan dengan instansinya lalu taruh di extra",
                "`ssh-keyscan` prints it; compare it with the agency's, then put it into the extra",
            ),
        )
    return ok(Text("Setiap server SFTP dikenal dari kuncinya", "Each SFTP server is known by its key"))


def _in_the_clear(facts: Agencies) -> Finding:
    plain = [name for name, connection in facts.connections.items() if goes_in_the_clear(connection)]
    if plain:
        return attention(
            Text("Lewat jaringan tanpa enkripsi: {}", "Over a network unencrypted: {}").format(named(plain)),
            Text(
                "Minta https atau TLS dari instansinya, lalu hapus allow_unencrypted atau sslmode",
                "Ask the agency for https or TLS, then take allow_unencrypted or sslmode away",
            ),
        )
    return ok(Text("Tidak ada yang lewat jaringan tanpa enkripsi", "Nothing goes over a network unencrypted"))


AGENCIES = Subject(
    read,
    (
        Item("agencies.connected", Text("Koneksi instansi", "Connections of agencies"), _known),
        Item("agencies.host_keys", Text("Kunci server SFTP", "Keys of SFTP servers"), _host_keys),
        Item("agencies.encryption", Text("Enkripsi ke instansi", "Encryption to agencies"), _in_the_clear),
    ),
)
