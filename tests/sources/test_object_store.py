"""Against a store on loopback that speaks S3 and checks every signature."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date

import api
import pytest
import s3
from s3 import KEY, SECRET, Store

from cakupan.sources import Away, BrokenContract, Changed, LoginRefused, PartialDelivery, Unreachable
from cakupan.sources.object_store import ObjectStore, StoreAccount

WHOLE = os.urandom(3 << 20)
FOLDER = "city/drop/bpjstk/iuran/"


@pytest.fixture
def store():
    with Store() as server:
        yield server


@pytest.fixture
def account(store):
    return StoreAccount("agency_bpjstk", "s3://drop/city/drop/", KEY, SECRET, store.url)


@pytest.fixture
def listed(account, feed_called, night, retries):
    def look(changed=account):
        return ObjectStore(changed, retries).deliveries(feed_called("bpjstk.iuran"), night)

    return look


def test_lists_deliveries_oldest_first_and_streams_their_bytes(store, listed):
    contents = {"20250909": WHOLE, "20241231": b"", "20250101": b"second"}
    store.objects = {f"{FOLDER}iuran_{day}.csv.gz": content for day, content in contents.items()}

    deliveries = listed()

    assert [d.business_date for d in deliveries] == [date(2024, 12, 31), date(2025, 1, 1), date(2025, 9, 9)]
    for delivery in deliveries:
        with delivery.open() as stream:
            assert stream.read() == contents[f"{delivery.business_date:%Y%m%d}"]


def test_only_objects_in_the_feeds_folder_named_as_the_feed_names_them(store, listed):
    names = ("iuran_20250909.csv", "old/iuran_20250907.csv.gz", "-rf", "iuran_20250909.csv.gz\n", "%2e%2e", "")
    store.objects = {FOLDER + name: b"x" for name in names}
    store.objects |= {
        "city/drop/bpjstk/iuran_20250906.csv.gz": b"x",
        "city/drop/bpjstk/iuran2/iuran_20250906.csv.gz": b"",
    }
    store.objects[f"{FOLDER}iuran_20250908.csv.gz"] = b"x"
    assert [d.name for d in listed()] == ["iuran_20250908.csv.gz"]


def test_a_feed_without_objects_has_nothing(listed):
    assert listed() == []


def test_the_fingerprint_changes_with_the_bytes(store, listed):
    seen = []
    for content in (b"first", b"other", b"first"):
        store.objects = {f"{FOLDER}iuran_20250909.csv.gz": content}
        seen.append(listed()[0].fingerprint)
    assert seen[0] == seen[2] != seen[1]


def test_an_object_replaced_after_it_was_listed_is_no_delivery(store, listed):
    name = f"{FOLDER}iuran_20250909.csv.gz"
    store.objects[name] = b"first"
    (delivery,) = listed()
    store.objects[name] = b"other"
    with pytest.raises(PartialDelivery, match="changed while it was read"):
        delivery.open()


def test_a_connection_lost_in_the_middle_never_yields_a_prefix(store, listed):
    store.objects[f"{FOLDER}iuran_20250909.csv.gz"] = WHOLE
    (delivery,) = listed()
    store.troubles = [s3.cut(WHOLE, 2 << 20)]
    with delivery.open() as stream, pytest.raises(Unreachable, match="agency_bpjstk: the object store cannot be read"):
        while stream.read(1 << 16):
            pass
    with delivery.open() as stream:
        assert stream.read() == WHOLE


def copied(delivery) -> bytes:
    return delivery.copy(lambda stream: b"".join(iter(lambda: stream.read(1 << 16), b"")))


def test_an_object_that_breaks_off_is_read_again_from_its_beginning(store, listed, waits):
    store.objects[f"{FOLDER}iuran_20250909.csv.gz"] = WHOLE
    (delivery,) = listed()
    store.troubles = [s3.cut(WHOLE, 2 << 20), lambda handler: handler.send_object(WHOLE[:100])]
    assert copied(delivery) == WHOLE
    assert len(waits) == 2


def test_an_object_that_breaks_off_each_time_says_nothing_of_the_store(store, listed):
    store.objects[f"{FOLDER}iuran_20250909.csv.gz"] = WHOLE
    (delivery,) = listed()
    store.troubles = [s3.cut(WHOLE, 2 << 20)] * 10
    with pytest.raises(Unreachable) as told:
        copied(delivery)
    assert not isinstance(told.value, Away)


def test_an_object_that_went_away_is_listed_anew_and_not_asked_for_again(store, listed, waits):
    store.objects[f"{FOLDER}iuran_20250909.csv.gz"] = WHOLE
    (delivery,) = listed()
    store.objects.clear()
    with pytest.raises(Changed):
        copied(delivery)
    assert waits == []


def test_a_store_whose_certificate_nobody_vouches_for_is_told_at_once(account, listed, waits, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    api.certify(key, certificate)
    with (
        api.Api(key, certificate) as server,
        pytest.raises(BrokenContract, match="TLS certificate is not vouched for"),
    ):
        listed(replace(account, endpoint=server.url.removesuffix("/v1")))
    assert waits == []


def test_an_object_shorter_than_listed_is_no_delivery(store, listed):
    store.objects[f"{FOLDER}iuran_20250909.csv.gz"] = WHOLE
    (delivery,) = listed()
    store.troubles = [lambda handler: handler.send_object(WHOLE[:100])]
    with delivery.open() as stream, pytest.raises(PartialDelivery, match="a file ended after 100 of 3145728 bytes"):
        stream.read()


def test_a_store_in_trouble_is_asked_again(store, listed, waits):
    store.troubles = [s3.status(503)] * 3
    assert listed() == []
    assert len(waits) == 3


def test_a_store_that_is_away_is_unreachable(account, listed, waits):
    with pytest.raises(Away, match="agency_bpjstk: the object store cannot be read"):
        listed(replace(account, endpoint="http://127.0.0.1:1"))
    assert len(waits) == 3


def test_a_refused_key_is_told_at_once_and_without_its_secret(account, listed, waits):
    with pytest.raises(LoginRefused, match="agency_bpjstk: the object store refused key 'the-key'") as told:
        listed(replace(account, secret="planted-secret"))
    assert "planted-secret" not in str(told.value) + repr(account)
    assert waits == []


def test_a_bucket_that_is_not_there_is_told(account, listed, waits):
    with pytest.raises(BrokenContract, match="NoSuchBucket"):
        listed(replace(account, path="s3://other/drop"))
    assert waits == []


@pytest.mark.parametrize("path", ["drop/city", "s3:///city", "http://drop/city", "s3://drop/city?x=1", ""])
def test_a_path_that_is_none_is_told(account, path):
    with pytest.raises(BrokenContract, match="no address like 's3://bucket/prefix'"):
        ObjectStore(replace(account, path=path))


@pytest.mark.parametrize("endpoint", ["store.example.go.id", "ftp://x", "http://", "https://x/?a=planted"])
def test_an_endpoint_that_is_none_is_told(account, endpoint):
    with pytest.raises(BrokenContract, match="endpoint_url in its extra is no address"):
        ObjectStore(replace(account, endpoint=endpoint))


@pytest.mark.parametrize("code", [400, 404, 302])
def test_an_answer_that_is_not_s3_fails_at_once(store, listed, waits, code):
    store.troubles = [lambda handler: handler.send(code, b"<html>planted</html>", kind="text/html")]
    with pytest.raises(BrokenContract, match="does not give the files") as told:
        listed()
    assert "planted" not in str(told.value)
    assert waits == []
