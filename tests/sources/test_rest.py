"""Against a real HTTP server on loopback."""

from __future__ import annotations

import json
import tempfile
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import api as agency
import httpx
import pytest
from api import CONTRACTS, PROJECTS, REGULATIONS, TEACHERS, TOKEN, Api

from cakupan.sources import Away, BrokenContract, LoginRefused, NotConnected, PartialDelivery, Unreachable
from cakupan.sources.answer import Answer
from cakupan.sources.paging import Paging, Request
from cakupan.sources.rest import Http, HttpAccount

ALL = {
    "disdik.ptk_non_asn": TEACHERS,
    "pupr.proyek_konstruksi": PROJECTS,
    "pbj.kontrak": CONTRACTS,
    "hukum.regulasi": REGULATIONS,
}


@pytest.fixture
def api():
    with Api() as server:
        yield server


@pytest.fixture
def certified(tmp_path):
    """Where a server answers with a certificate that nobody vouches for."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    agency.certify(key, certificate)
    with Api(key, certificate) as server:
        yield server.url


@pytest.fixture
def pulled(api, feed_called, night, retries):
    def pull(name="disdik.ptk_non_asn", url=None, token=TOKEN, timeout=5.0):
        source = Http(HttpAccount("agency_x", url or api.url, token), retries, httpx.Timeout(timeout))
        (delivery,) = source.deliveries(feed_called(name), night)
        with delivery.open() as stream:
            return stream.read()

    return pull


@pytest.mark.parametrize("name", ALL)
def test_all_pages_arrive_as_one_array(pulled, name):
    assert json.loads(pulled(name)) == ALL[name]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("disdik.ptk_non_asn", [{"per_page": "200", "page": n} for n in "123"]),
        ("pupr.proyek_konstruksi", [{}, {"cursor": "c2"}, {"cursor": "c4"}]),
        ("pbj.kontrak", [{"page": n} for n in "123"]),
        ("hukum.regulasi", [{}]),
    ],
)
def test_only_the_night_is_asked_for(api, pulled, name, asked):
    pulled(name)
    assert [parameters for _, parameters in api.asked] == [{"tanggal": "2025-09-09", **each} for each in asked]
    assert set(api.tokens) == {f"Bearer {TOKEN}"}


def test_a_delivery_is_named_and_dated_like_a_file(api, feed_called, night, retries):
    (delivery,) = Http(HttpAccount("agency_x", api.url, TOKEN), retries).deliveries(feed_called("pbj.kontrak"), night)
    assert (delivery.business_date, delivery.name) == (night, "kontrak_20250909.json")


def test_rows_keep_their_spelling(api, pulled):
    row = b'{"a": 1.10, "a": 1E2,  "b":"\\u00e7\\ud800", "c": 12345678901234567890.123}'
    api.troubles = [agency.text(b" [ %s , {}\n] " % row)]
    assert pulled("hukum.regulasi") == b"[\n" + row + b",\n{}\n]\n"


def test_an_answer_without_rows_is_an_empty_array(api, pulled):
    api.troubles = [agency.text(b"[]")]
    assert json.loads(pulled("hukum.regulasi")) == []


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_a_system_in_trouble_is_asked_again(api, pulled, waits, code):
    api.troubles = [None, agency.status(code), agency.status(code)]
    assert json.loads(pulled()) == TEACHERS
    assert len(api.asked) == 5
    assert 1 <= waits[0] <= 2 <= waits[1] <= 3


@pytest.mark.parametrize("trouble", [agency.cut, agency.slow])
def test_a_lost_or_silent_connection_is_asked_again(api, pulled, waits, trouble):
    api.troubles = [None, trouble]
    assert json.loads(pulled(timeout=0.2)) == TEACHERS
    assert len(waits) == 1


def test_tries_are_bounded(api, pulled, waits):
    api.troubles = [agency.status(500)] * 10
    with pytest.raises(Unreachable, match=r"agency_x: disdik\.ptk_non_asn, page 1: answered 500"):
        pulled()
    assert (len(api.asked), len(waits)) == (4, 3)


def test_an_api_that_is_away_is_unreachable(pulled, waits):
    with pytest.raises(Unreachable, match="page 1: ConnectError"):
        pulled(url="http://127.0.0.1:1/v1")
    assert len(waits) == 3


@pytest.mark.parametrize(
    ("said", "bounds"),
    [
        ("7", (7, 7)),
        ("0", (0, 0)),
        ("86400", (30, 30)),
        ("9" * 400, (30, 30)),
        (timedelta(seconds=25), (5, 25)),
        (timedelta(days=-2), (0, 0)),
        (timedelta(days=2), (30, 30)),
        ("soon", (1, 2)),
        ("-5", (1, 2)),
    ],
)
def test_retry_after_is_honoured_up_to_a_bound(api, pulled, waits, said, bounds):
    if isinstance(said, timedelta):  # from when the server says it, which is long after the tests were collected
        said = format_datetime(datetime.now(UTC) + said, usegmt=True)
    api.troubles = [agency.status(429, Retry_After=said)]
    pulled()
    assert bounds[0] <= waits[0] <= bounds[1]


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_login_fails_at_once(api, pulled, waits, code):
    api.troubles = [agency.status(code)]
    with pytest.raises(LoginRefused, match=f"page 1: the API refused login \\({code}\\)"):
        pulled()
    assert waits == []


CANARY = "KENARI-BUATAN 3579014107990001 081299900001"


@pytest.mark.parametrize("code", [302, 400, 401, 404, 422, 429, 500])
@pytest.mark.usefixtures("waits")
def test_what_an_error_answer_says_is_repeated_nowhere(api, pulled, caplog, capfd, code):
    def answer(handler):
        body = json.dumps({"message": CANARY}).encode()
        handler.send_response(code, CANARY)
        headers = {"Content-Type": f"application/json; x={CANARY}", "Location": f"/{CANARY}", "X-Error": CANARY}
        for name, value in (headers | {"WWW-Authenticate": CANARY, "Content-Length": str(len(body))}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    api.troubles = [answer] * 9
    caplog.set_level("DEBUG", "cakupan")
    with pytest.raises(NotConnected) as told:
        pulled()
    said = "".join(traceback.format_exception(told.value, chain=True)) + caplog.text + "".join(capfd.readouterr())
    assert [word for word in CANARY.split() if word in said] == []


def test_an_expired_token_fails_without_telling_it(pulled):
    with pytest.raises(LoginRefused) as told:
        pulled(token="planted-secret")
    assert "planted-secret" not in str(told.value)


@pytest.mark.parametrize(
    "trouble",
    [
        agency.text(b'{"data": [1 2], "meta": {}}'),
        agency.text(b'{"data": [1,], "meta": {}}'),
        agency.text(b'{"data": [NaN], "meta": {"page": 1, "last_page": 1, "total": 1}}'),
        agency.text(b'{"data": [1], "meta": {"page": 1, "last_page": 1, "total": 1}} {}'),
        agency.text(b'{"data": ["\xff"], "meta": {"page": 1, "last_page": 1, "total": 1}}'),
        agency.text(b'{"data": {"1": {}}, "meta": {"page": 1, "last_page": 1, "total": 1}}'),
        agency.text(b'{"data": [1], "data": [], "meta": {"page": 1, "last_page": 1, "total": 1}}'),
        agency.text(b'{"rows": [1], "meta": {"page": 1, "last_page": 1, "total": 1}}'),
        agency.text(b'{"data": [1], "meta": {"page": 1, "last_page": 1}}'),
        agency.text(b'{"data": [1], "meta": {"page": 1, "last_page": 1, "total": "1"}}'),
        agency.text(b'{"data": [1], "meta": {"page": 1, "total": 1}}'),
        agency.text(b'{"data": [1], "meta": []}'),
        agency.text(b"[" * 100_000),
        agency.status(404),
        agency.status(302, Location="/v1/masuk"),
        agency.status(204),
    ],
)
def test_an_answer_that_was_not_agreed_fails_at_once(api, pulled, waits, trouble):
    api.troubles = [trouble]
    with pytest.raises(BrokenContract, match=r"agency_x: disdik.ptk_non_asn, page 1: "):
        pulled()
    assert waits == []
    assert len(api.asked) == 1


WHOLE = json.dumps({"data": TEACHERS, "meta": {"page": 1, "last_page": 1, "total": 5}}).encode()


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (agency.text(b""), "the answer was empty"),
        (agency.text(b" \n"), "the answer was empty"),
        (agency.text(WHOLE[:-1]), "cut short, in the middle of its JSON"),
        (agency.text(WHOLE[:50]), "cut short, in the middle of its JSON"),
        (agency.text(WHOLE[:1]), "cut short, in the middle of its JSON"),
        (agency.text(WHOLE[: WHOLE.index(b"nik") + 1]), "cut short, in the middle of its JSON"),
        (agency.text('{"data": [{"nama": "ç'.encode()[:-1]), "the answer was cut short"),
        (agency.cut, "the answer was cut short, by its own length"),
        (agency.zipped(WHOLE, ends=-12), "cut short"),
        (agency.zipped(WHOLE, ends=20), "cut short|the answer was empty"),
        (agency.zipped(WHOLE, says=b"no gzip at all"), "the compressed answer is broken or was cut short"),
        (agency.short_of(WHOLE), "cut short, in the middle of its JSON"),
    ],
)
def test_an_answer_that_is_cut_short_is_asked_for_again_and_called_that(api, pulled, waits, trouble, told):
    api.troubles = [trouble]
    assert json.loads(pulled()) == TEACHERS
    assert len(waits) == 1
    api.troubles = [trouble] * 10
    with pytest.raises(PartialDelivery, match=f"agency_x: disdik.ptk_non_asn, page 1: .*({told})"):
        pulled()


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (agency.text(b"<html>planted</html>", "text/html"), "web page in place of data"),
        (agency.text(b"<!DOCTYPE html>\n<html>planted</html>"), "web page in place of data"),
        (agency.text(b'{"error": "planted"}'), "an error in place of rows"),
        (agency.text(b'{"data": [], "errors": ["planted"], "meta": {}}'), "an error in place of rows"),
        (agency.status(520), "answered 520"),
    ],
)
def test_a_page_for_people_or_an_error_may_pass_and_is_called_that(api, pulled, waits, trouble, told):
    api.troubles = [trouble]
    assert json.loads(pulled()) == TEACHERS
    assert len(waits) == 1
    api.troubles = [trouble] * 10
    with pytest.raises(Unreachable, match=told) as error:
        pulled()
    assert "planted" not in str(error.value)
    assert not isinstance(error.value, Away)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (agency.status(400), "answered 400: it does not understand what is asked"),
        (agency.status(405), "answered 405: it does not allow"),
        (agency.status(406), "answered 406: it has no JSON"),
        (agency.status(410), "answered 410: the address is gone for good"),
        (agency.status(415), "answered 415"),
        (agency.status(422), "answered 422: it does not accept the parameters"),
        (agency.status(501), "answered 501"),
        (agency.status(302, Location="https://127.0.0.1/masuk?token=planted"), "sends on to https: say https"),
        (agency.status(301, Location="/masuk?token=planted"), "another of its addresses, as to a login"),
        (agency.status(308, Location="https://sso.example/planted"), "another server, sso.example"),
        (agency.text(b'{"message": "planted"}'), "no JSON with rows where they are declared"),
    ],
)
def test_what_will_not_pass_is_not_tried_again_and_called_by_its_name(api, pulled, waits, trouble, told):
    api.troubles = [trouble]
    with pytest.raises(BrokenContract, match=told) as error:
        pulled()
    assert "planted" not in str(error.value)
    assert waits == []


def test_only_a_server_that_nobody_can_connect_to_is_away(api, pulled):
    with pytest.raises(Away):
        pulled(url="http://127.0.0.1:1/v1")
    api.troubles = [agency.status(503)] * 10
    with pytest.raises(Unreachable) as told:
        pulled()
    assert not isinstance(told.value, Away)


@pytest.mark.parametrize("name", ["untrusted", "plain"])
def test_a_server_whose_tls_cannot_be_trusted_is_told_at_once(api, pulled, waits, certified, name):
    url = certified if name == "untrusted" else api.url.replace("http:", "https:")
    told = {"untrusted": "TLS certificate is not vouched for", "plain": "no TLS connection comes about"}[name]
    with pytest.raises(BrokenContract, match=told):
        pulled(url=url)
    assert waits == []


def wrong_total(page, answer):
    answer["meta"]["total"] = 6
    return answer


def totals_disagree(page, answer):
    answer["meta"]["total"] = 5 + (page == 3)
    return answer


def a_row_is_lost(page, answer):
    del answer["data"][0 if page == 2 else 9 :]
    return answer


def a_page_comes_twice(page, answer):
    answer["meta"]["page"] = min(page, 2)
    return answer


def there_is_a_page_more(page, answer):
    answer["meta"]["last_page"] = 3 + (page == 2)
    return answer


@pytest.mark.parametrize(
    "change", [wrong_total, totals_disagree, a_row_is_lost, a_page_comes_twice, there_is_a_page_more]
)
def test_an_answer_that_does_not_add_up_is_a_partial_delivery(api, pulled, change):
    api.change = change
    with pytest.raises(PartialDelivery, match=r"agency_x: disdik\.ptk_non_asn"):
        pulled()


def a_row_comes_twice_and_another_not_at_all(page, answer):
    if page == 2:
        answer["data"][0] = TEACHERS[1]
    return answer


def test_pages_that_move_while_they_are_read_are_a_partial_delivery(api, pulled, waits):
    api.change = a_row_comes_twice_and_another_not_at_all
    with pytest.raises(PartialDelivery, match=r"disdik\.ptk_non_asn: 1 of the rows came on two pages"):
        pulled()
    assert len(waits) == 3


def test_pages_that_moved_once_are_read_again_from_the_first(api, pulled, waits):
    pages = []

    def moves_once(page, answer):
        pages.append(page)
        return a_row_comes_twice_and_another_not_at_all(page, answer) if len(pages) < 7 else answer

    api.change = moves_once
    assert json.loads(pulled()) == TEACHERS
    assert len(waits) == 1


def test_a_row_that_an_agency_entered_twice_is_its_own_whatever_page_it_falls_on(api, pulled, waits):
    twice = [*TEACHERS[:2], TEACHERS[1], *TEACHERS[2:4]]
    portions = []

    def in_portions(page, answer):
        size = {"200": 2, "99": 3}[api.asked[-1][1]["per_page"]]
        portions.append(size)
        pages = -(-len(twice) // size)
        return {
            "data": twice[page * size - size : page * size],
            "meta": {"page": page, "last_page": pages, "total": 5},
        }

    api.change = in_portions
    assert json.loads(pulled()) == twice
    assert (portions, waits) == ([2, 2, 2, 3, 3], [])


def test_without_a_total_rows_that_come_twice_again_and_again_are_the_apis_own(api, pulled, waits):
    api.change = lambda page, answer: answer | {"items": PROJECTS[:2]} if page == 2 else answer
    assert json.loads(pulled("pupr.proyek_konstruksi")) == [*PROJECTS[:2], *PROJECTS[:2], PROJECTS[4]]
    assert len(api.asked) == 6


def test_nothing_is_left_of_a_pull_that_failed(api, pulled, monkeypatch):
    spools = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: spools.append(real()) or spools[-1])
    api.troubles = [None, agency.status(404)]
    with pytest.raises(BrokenContract):
        pulled()
    assert [spool.closed for spool in spools] == [True]


@pytest.mark.parametrize("cursor", ["c2", True, 1.5, "", {}, []])
def test_a_cursor_that_repeats_or_is_none_ends_the_pull(api, pulled, cursor):
    api.change = lambda page, answer: answer | {"next_cursor": cursor}
    with pytest.raises(BrokenContract, match=r"round in a circle|no cursor at"):
        pulled("pupr.proyek_konstruksi")
    assert len(api.asked) <= 2


def test_an_answer_without_cursor_is_not_taken_for_the_last(api, pulled):
    api.change = lambda page, answer: {"items": answer["items"]}
    with pytest.raises(BrokenContract, match="no cursor at 'next_cursor', not even null"):
        pulled("pupr.proyek_konstruksi")


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:1/v1/ocds/releases", "https://127.0.0.1/x", "//localhost/x", "http://[", 7, ["x"],
        "http://me:you@{origin}/v1/ocds/releases",
    ],
)  # fmt: skip
def test_a_link_to_another_server_gets_no_token(api, pulled, link):
    if isinstance(link, str):
        link = link.replace("{origin}", api.url.split("/")[2])
    api.change = lambda page, answer: answer | {"links": {"next": link}}
    with pytest.raises(BrokenContract, match=r"on another server|no address at"):
        pulled("pbj.kontrak")
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("here", "link", "there"),
    [
        ("https://api/v1/x", "http://api/v1/x?page=2", "https://api/v1/x?page=2"),
        ("https://api:8443/v1/x", "http://api:8443/v1/x?page=2", "https://api:8443/v1/x?page=2"),
        ("https://api/v1/x", "https://api:443/v1/x?page=2", "https://api/v1/x?page=2"),
        ("http://api/v1/x", "https://api/v1/x?page=2", "https://api/v1/x?page=2"),
        ("http://api:80/v1/x", "http://api/v1/x?page=2", "http://api/v1/x?page=2"),
        ("http://api:8080/v1/x", "https://api:8080/v1/x", "begins with https, that of the connection with http"),
        ("https://api/v1/x", "http://api:8080/v1/x", "another server or port of the same name"),
        ("https://api/v1/x", "http://other/v1/x", "another server; the token does not go there"),
        ("https://api/v1/x", "ftp://api/v1/x", "another server; the token does not go there"),
    ],
)
def test_a_link_in_another_scheme_is_followed_where_that_is_safe_and_else_told(feed_called, here, link, there):
    paging = Paging(feed_called("pbj.kontrak").rest.paging, Request(here, {}))
    answer = Answer([], {"links": {"next": link}})
    if there.startswith("http"):
        following = paging.after(paging.first, answer, "agency_x")
        assert following == Request(there, None)
    else:
        with pytest.raises(BrokenContract, match=there):
            paging.after(paging.first, answer, "agency_x")


def test_links_that_go_round_end_the_pull(api, pulled):
    api.change = lambda page, answer: answer | {"links": {"next": "?tanggal=2025-09-09&page=2#again"}}
    with pytest.raises(BrokenContract, match=r"round in a circle"):
        pulled("pbj.kontrak")
    assert len(api.asked) == 2


def test_a_null_link_is_the_end(api, pulled):
    api.change = lambda page, answer: answer | {"links": {"next": None}}
    assert json.loads(pulled("pbj.kontrak")) == CONTRACTS[:2]


def test_an_answer_without_bound_is_refused(api, pulled, monkeypatch):
    monkeypatch.setattr("cakupan.sources.rest.PAGE_BYTES", 1 << 20)
    api.troubles = [agency.text(b"[" + b" " * (2 << 20) + b"]")]
    with pytest.raises(BrokenContract, match="larger than 1 MiB"):
        pulled("hukum.regulasi")


def test_pages_without_end_are_refused(api, pulled, monkeypatch):
    monkeypatch.setattr("cakupan.sources.rest.PAGES", 2)
    with pytest.raises(BrokenContract, match="page 3: there is no end of pages"):
        pulled()


@pytest.mark.parametrize(
    "url", ["", "api.example.go.id", "ftp://x/y", "http://", "http://user:planted@x/", "https://x/?a=planted"]
)
def test_an_address_that_is_none_is_told(pulled, url):
    with pytest.raises(BrokenContract, match="agency_x: host is no address") as told:
        Http(HttpAccount("agency_x", url, TOKEN))
    assert "planted" not in str(told.value)


@pytest.mark.parametrize("token", ["", "planted\nsecret", "planted secret", "plänted"])
def test_a_token_that_is_none_is_told_without_it(token):
    with pytest.raises(BrokenContract, match="agency_x: the password is no token") as told:
        Http(HttpAccount("agency_x", "http://x", token))
    assert not token or token not in str(told.value)


def test_a_feed_of_another_transport_is_told(api, feed_called, night):
    with pytest.raises(BrokenContract, match=r"feed bpjstk\.iuran does not say how"):
        Http(HttpAccount("agency_x", api.url, TOKEN)).deliveries(feed_called("bpjstk.iuran"), night)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("disdik.ptk_non_asn", "5 rows for 2025-09-09"),
        ("pupr.proyek_konstruksi", "2 rows for 2025-09-09 on the first of its pages"),
        ("hukum.regulasi", "3 rows for 2025-09-09"),
    ],
)
def test_a_look_asks_for_one_page(api, feed_called, night, name, seen):
    assert Http(HttpAccount("agency_x", api.url, TOKEN)).probe(feed_called(name), night) == seen
    assert len(api.asked) == 1


def test_a_look_with_an_expired_token_is_refused(api, feed_called, night, retries):
    with pytest.raises(LoginRefused):
        Http(HttpAccount("agency_x", api.url, "expired-token"), retries).probe(feed_called("hukum.regulasi"), night)


def test_a_token_that_expires_between_two_pages_lands_nothing_and_is_not_tried_again(api, pulled, waits):
    api.troubles = [None, agency.status(401)]
    with pytest.raises(LoginRefused, match="page 2: the API refused login"):
        pulled()
    assert (len(api.asked), waits) == (2, [])


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", ""])
def test_an_answer_of_another_type_is_refused_on_any_page(api, pulled, kind):
    api.troubles = [None, agency.text(b'{"data": []}', kind)]
    with pytest.raises(BrokenContract, match="page 2: the answer is no JSON"):
        pulled()
