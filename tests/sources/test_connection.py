import pytest

from cakupan.sources import BrokenContract
from cakupan.sources.connection import Settings, source
from cakupan.sources.folder import Folder
from cakupan.sources.rest import Http
from cakupan.sources.sql import MySql, PostgreSql

FULL = {
    "host": "https://db.example.go.id/v1", "login": "me", "password": "planted-secret", "database": "dinas",
    "extra": {"path": "/drop"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "connector"), [("fs", Folder), ("http", Http), ("postgres", PostgreSql), ("mysql", MySql)]
)
def test_the_kind_of_a_connection_decides(kind, connector):
    assert isinstance(source(Settings("agency_x", kind, **FULL)), connector)


@pytest.mark.parametrize(
    ("kind", "lacking", "told"),
    [
        ("fs", {"extra": {}}, "connection 'agency_x' has no path in its extra"),
        ("sftp", {}, "connection 'agency_x' has no host_key in its extra"),
        ("http", {"password": None}, "connection 'agency_x' has no password"),
        ("postgres", {"database": None}, "connection 'agency_x' has no database"),
        ("ftp", {}, "connection 'agency_x' is of type 'ftp'; this installation reads: fs, sftp, http, postgres, mysql"),
    ],
)
def test_what_a_connection_lacks_is_one_line_without_its_secrets(kind, lacking, told):
    settings = Settings("agency_x", kind, **FULL | lacking)
    with pytest.raises(BrokenContract) as error:
        source(settings)
    assert str(error.value) == told
    assert "planted-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("said", "waited"), [({}, 5.0), ({"settle_seconds": 0}, 0.0), ({"settle_seconds": "1.5"}, 1.5)]
)
def test_an_agency_whose_files_appear_whole_need_not_be_watched_for_growing_ones(said, waited):
    assert Settings("agency_x", "sftp", extra=said).seconds("settle_seconds", 5.0) == waited


@pytest.mark.parametrize("said", ["soon", -1, 9999, None, "nan"])
def test_a_wait_that_is_no_number_of_seconds_is_refused(said):
    with pytest.raises(BrokenContract, match="settle_seconds in its extra is no number of seconds"):
        Settings("agency_x", "sftp", extra={"settle_seconds": said}).seconds("settle_seconds", 5.0)
