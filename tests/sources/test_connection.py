import pymysql
import pytest

from cakupan.sources import BrokenContract
from cakupan.sources.connection import ConnectionSettings, make_source
from cakupan.sources.folder import Folder
from cakupan.sources.object_store import ObjectStore
from cakupan.sources.rest import Http
from cakupan.sources.sql import MySql, PostgreSql

FULL = {
    "host": "https://db.example.go.id/v1", "login": "me", "password": "planted-secret", "database": "dinas",
    "extra": {"path": "s3://drop"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "connector"),
    [
        ("fs", Folder),
        ("aws", ObjectStore),
        ("http", Http),
        ("https", Http),
        ("postgres", PostgreSql),
        ("mysql", MySql),
    ],
)
def test_the_kind_of_a_connection_decides(kind, connector):
    assert isinstance(make_source(ConnectionSettings("agency_x", kind, **FULL)), connector)


@pytest.mark.parametrize(
    ("kind", "lacking", "told"),
    [
        ("fs", {"extra": {}}, "connection 'agency_x' has no path in its extra"),
        ("sftp", {}, "connection 'agency_x' has no host_key in its extra"),
        ("http", {"password": None}, "connection 'agency_x' has no password"),
        ("postgres", {"database": None}, "connection 'agency_x' has no database"),
        ("aws", {"login": None}, "connection 'agency_x' has no login"),
        (
            "ftp",
            {},
            "connection 'agency_x' is of type 'ftp'; this installation reads: fs, sftp, aws, http, postgres, mysql",
        ),
    ],
)
def test_what_a_connection_lacks_is_one_line_without_its_secrets(kind, lacking, told):
    settings = ConnectionSettings("agency_x", kind, **FULL | lacking)
    with pytest.raises(BrokenContract) as error:
        make_source(settings)
    assert str(error.value) == told
    assert "planted-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("said", "waited"), [({}, 5.0), ({"settle_seconds": 0}, 0.0), ({"settle_seconds": "1.5"}, 1.5)]
)
def test_an_agency_whose_files_appear_whole_need_not_be_watched_for_growing_ones(said, waited):
    assert ConnectionSettings("agency_x", "sftp", extra=said).seconds("settle_seconds", 5.0) == waited


@pytest.mark.parametrize("said", ["soon", -1, 9999, None, "nan"])
def test_a_wait_that_is_no_number_of_seconds_is_refused(said):
    with pytest.raises(BrokenContract, match="settle_seconds in its extra is no number of seconds"):
        ConnectionSettings("agency_x", "sftp", extra={"settle_seconds": said}).seconds("settle_seconds", 5.0)


@pytest.mark.parametrize(
    ("host", "port", "schema", "base"),
    [
        ("https://api.example.go.id/v1", None, None, "https://api.example.go.id/v1"),
        ("https://api.example.go.id/v1/", 8443, None, "https://api.example.go.id:8443/v1"),
        ("http://127.0.0.1:8080/v1", 8080, "http", "http://127.0.0.1:8080/v1"),
        ("api.example.go.id", None, "https", "https://api.example.go.id"),
        ("api.example.go.id/v1", 8080, "http", "http://api.example.go.id:8080/v1"),
        ("127.0.0.1", 8080, "v1", "http://127.0.0.1:8080/v1"),
    ],
)
def test_the_address_of_an_api_may_be_spread_over_fields(host, port, schema, base):
    extra = {"allow_unencrypted": True}
    api = make_source(ConnectionSettings("agency_x", "http", host, port, None, "token", schema, extra))
    assert api.account.url.rstrip("/") == base


@pytest.mark.parametrize("host", ["http://[", "http://x:port/", "http://me:planted@x/"])
def test_an_address_that_is_none_is_told_as_one_line(host):
    with pytest.raises(BrokenContract, match="agency_x: host is no address") as told:
        make_source(ConnectionSettings("agency_x", "http", host, 80, password="token"))
    assert "planted" not in str(told.value)


def test_what_the_databases_clients_are_told_about_tls():
    tls = {"sslmode": "verify-full", "sslrootcert": "/ca.pem", "ssl_ca": "/ca.pem", "path": "x"}
    accounts = {
        kind: make_source(ConnectionSettings("agency_x", kind, **FULL | {"extra": tls})).account
        for kind in ("postgres", "mysql")
    }
    assert accounts["postgres"].tls == {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}
    assert accounts["mysql"].tls == {"ca": "/ca.pem"}


UNENCRYPTED = [
    ("http", {"host": "http://api.example.go.id/v1"}, "the token and the rows would go over http"),
    ("http", {"host": "api.example.go.id"}, "the token and the rows would go over http"),
    ("http", {"host": "http://127.0.0.1.example.go.id/v1"}, "the token and the rows would go over http"),
    (
        "aws",
        {"extra": {"path": "s3://drop", "endpoint_url": "http://s3.example.go.id"}},
        "the files would go over http",
    ),
]


@pytest.mark.parametrize(("kind", "said", "told"), UNENCRYPTED)
def test_nothing_goes_over_http_to_another_machine_unless_the_connection_says_so(kind, said, told):
    with pytest.raises(BrokenContract) as error:
        make_source(ConnectionSettings("agency_x", kind, **FULL | said))
    assert str(error.value).startswith(f"agency_x: {told}, where others can read them: begin the address with https")
    assert '"allow_unencrypted": true in its extra' in str(error.value) and "planted" not in str(error.value)
    for yes in (True, "true"):  # as JSON and a URI have it
        extra = FULL["extra"] | said.get("extra", {}) | {"allow_unencrypted": yes}
        make_source(ConnectionSettings("agency_x", kind, **FULL | said | {"extra": extra}))
    with pytest.raises(BrokenContract, match="allow_unencrypted in its extra is neither true nor false"):
        make_source(
            ConnectionSettings("agency_x", kind, **FULL | said | {"extra": extra | {"allow_unencrypted": "yes"}})
        )


@pytest.mark.parametrize(
    ("kind", "host", "extra", "told"),
    [
        ("http", "http://api.example.go.id", {"allow_unencrypted": True}, "http unencrypted"),
        ("http", "https://api.example.go.id", {"allow_unencrypted": True}, "http"),
        ("http", "http://127.0.0.1:8080", {"allow_unencrypted": True}, "http"),
        ("aws", "", {"endpoint_url": "http://s3.example", "allow_unencrypted": True}, "object store unencrypted"),
        ("aws", "", {"allow_unencrypted": True}, "object store"),
        ("postgres", "db.example.go.id", {"sslmode": "prefer"}, "postgres unencrypted"),
        ("postgres", "db.example.go.id", {"sslmode": "require", "allow_unencrypted": True}, "postgres"),
        ("mysql", "db.example.go.id", {"allow_unencrypted": True}, "mysql unencrypted"),
        ("mysql", "127.0.0.1", {"allow_unencrypted": True}, "mysql"),
    ],
)
def test_what_goes_in_the_clear_is_said_of_the_connection(kind, host, extra, told):
    said = ConnectionSettings("agency_x", kind, **FULL | {"host": host, "extra": FULL["extra"] | extra})
    assert make_source(said).kind == told


@pytest.mark.parametrize("host", ["http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]:8080"])
def test_what_stays_on_this_machine_may_go_over_http(host):
    make_source(ConnectionSettings("agency_x", "http", host, password="token"))


@pytest.mark.parametrize(
    ("kind", "host", "extra", "asked"),
    [
        ("postgres", "db.example.go.id", {}, {"sslmode": "require"}),
        ("postgres", "db.example.go.id", {"sslrootcert": "/ca"}, {"sslmode": "verify-full", "sslrootcert": "/ca"}),
        ("postgres", "db.example.go.id", {"sslmode": "disable"}, {"sslmode": "disable"}),
        ("postgres", "db.example.go.id", {"allow_unencrypted": True}, {}),
        ("postgres", "127.0.0.1", {}, {}),
        ("mysql", "db.example.go.id", {}, {"verify_mode": "none"}),
        ("mysql", "db.example.go.id", {"ssl_ca": "/ca"}, {"ca": "/ca"}),
        ("mysql", "db.example.go.id", {"allow_unencrypted": True}, {}),
        ("mysql", "127.0.0.1", {}, {}),
    ],
)
def test_a_database_beyond_this_machine_is_asked_for_tls(kind, host, extra, asked):
    assert (
        make_source(ConnectionSettings("agency_x", kind, **FULL | {"host": host, "extra": extra})).account.tls == asked
    )


def test_mysqls_client_takes_that_as_a_demand():
    demanded = pymysql.Connection(host="db.example.go.id", ssl={"verify_mode": "none"}, defer_connect=True)
    assert demanded._ssl_required and not pymysql.Connection(ssl=None, defer_connect=True)._ssl_required


@pytest.mark.parametrize("file", ["/nowhere/key", "/dev/null/key"])
def test_a_key_file_that_is_none_is_told(file):
    with pytest.raises(BrokenContract, match="key_file in its extra is no file with a key"):
        ConnectionSettings("agency_x", "sftp", extra={"key_file": file}).private_key()


def test_the_private_key_may_be_in_a_file(tmp_path):
    (tmp_path / "key").write_text("of a file")
    extra = {"key_file": str(tmp_path / "key")}
    assert ConnectionSettings("agency_x", "sftp", extra=extra).private_key() == "of a file"
    assert ConnectionSettings("agency_x", "sftp", extra=extra | {"private_key": "itself"}).private_key() == "itself"
