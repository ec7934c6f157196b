"""What a letter and the night's page say beyond the rule: the character, the defect, what was noticed. Never a cell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cakupan.feeds import Feed
from cakupan.notices import Message, office_message
from cakupan.quality.report import night_report
from tests.notices.conftest import Ledger
from tests.quality.deliveries import FEEDS, NIGHT, feed_called, rows

ORDERS, PROJECTS, RECIPIENTS, MEMBERS, CONTRACTS = (
    feed_called(name)
    for name in (
        "sipd.sp2d",
        "distan.permohonan_bantuan",
        "disnaker.penerima_dbhcht",
        "bpjstk.kepesertaan",
        "pbj.kontrak",
    )
)


def letter(ledger: Ledger, feed: Feed, already_told: frozenset[str] = frozenset(), **more: Any) -> Message | None:
    feeds = [each for each in FEEDS if each.agency == feed.agency]
    return office_message(ledger.connection, feeds, more.pop("night", NIGHT), already_told=already_told, **more)


@pytest.mark.parametrize(
    ("feed", "column", "cell", "said"),
    [
        (ORDERS, "kode_skpd", "1.\u041002", ("KODE SKPD memuat CYRILLIC CAPITAL LETTER A (U+0410)", "character 3")),
        (ORDERS, "nilai", "1.000.00\uff10", ("NILAI memuat FULLWIDTH DIGIT ZERO (U+FF10)", "character 9")),
        (ORDERS, "no_sk", "KEP\u201312", ("NO SK memuat EN DASH (U+2013)", "character 4")),
        (ORDERS, "tgl_sp2d", "9\u00a0September 2025", ("TGL SP2D memuat NO-BREAK SPACE (U+00A0)", "character 2")),
        (
            MEMBERS,
            "program",
            "JKK,\u00a0J\u041aM",
            ("PROGRAM memuat CYRILLIC CAPITAL LETTER KA (U+041A)", "character 7"),
        ),
        (
            CONTRACTS,
            "contracts",
            '[{"id":"12\u2044A","title":"A \u2013 B","value":{"amount":1}}]',
            ("contracts memuat FRACTION SLASH (U+2044)", "character 3"),
        ),
        (RECIPIENTS, "nik", "357901010190000\u0661", ("NIK memuat ARABIC-INDIC DIGIT ONE (U+0661)", "character 16")),
    ],
)
def test_the_character_that_only_looks_like_another_is_named(
    ledger: Ledger, feed: Feed, column: str, cell: str, said: tuple[str, str]
) -> None:
    indonesian, english = said
    ledger.deliver(feed, [{**rows(feed, [30])[0], column: cell}, *rows(feed, range(20))], NIGHT)
    told, translated = letter(ledger, feed), letter(ledger, feed, language="en")
    page = night_report(ledger.connection, [feed], NIGHT)
    assert told is not None and translated is not None
    for text in (told.html, told.text, page):
        assert f"{indonesian}, 1 baris, pertama baris 2" in text and cell not in text
    for text in (translated.html, translated.text, page):
        assert f"{indonesian.replace('memuat', 'holds')}, 1 row, first row 2, {english}" in text


def test_a_character_is_named_once(ledger: Ledger) -> None:
    found = [{**rows(RECIPIENTS, [30])[0], "kode_wilayah": "35.79.01.200\uff11"}, *rows(RECIPIENTS, range(20))]
    ledger.deliver(RECIPIENTS, found, NIGHT)
    told = letter(ledger, RECIPIENTS)
    assert told is not None and told.text.count("FULLWIDTH DIGIT ONE") == 1


def test_why_records_could_not_be_read_is_said_in_so_many_words(ledger: Ledger) -> None:
    broken = [{"defect": "15 fields instead of 14", "raw_record": "rahasia;;;"}] * 12
    broken += [{"defect": f"byte {n} is not utf-8", "raw_record": f"rahasia{n}"} for n in (700, 90)]
    ledger.deliver(ORDERS, broken + rows(ORDERS, range(200)), NIGHT)
    told, translated = letter(ledger, ORDERS), letter(ledger, ORDERS, language="en")
    page = night_report(ledger.connection, [ORDERS], NIGHT)
    assert told is not None and translated is not None
    for text in (told.text, page):
        assert "15 kolom, seharusnya 14 (12 baris, pertama baris 2" in text and "byte yang bukan utf-8 (2 baris" in text
    for text in (translated.text, page):
        assert "15 fields instead of 14 (12 rows, first row 2" in text and "bytes that are not utf-8 (2 rows" in text
    assert "rahasia" not in told.html + translated.html + page


def test_what_was_noticed_is_a_friendly_note_and_told_once(ledger: Ledger) -> None:
    ledger.deliver(ORDERS, rows(ORDERS, range(20), sumber_dana="DAU"), NIGHT - timedelta(1))
    found = rows(ORDERS, range(20), sumber_dana="DAU")
    found[3] |= {"kode_billing": "2,5E+11", "sumber_dana": "RAHASIA"}
    ledger.deliver(ORDERS, found, NIGHT)
    told = letter(ledger, ORDERS)
    page = night_report(ledger.connection, [ORDERS], NIGHT)
    assert told is not None and "2 hal" in told.subject and len(told.topics) == 2
    for text in (told.html, told.text):
        assert "kolom SUMBER DANA: isian yang belum pernah ada" in text and "KODE BILLING terdiri dari 12 angka" in text
    assert "Kiriman tidak ditahan karenanya" in told.html and "isian yang belum pernah ada" in page
    assert "RAHASIA" not in told.html + told.text + page and "E+11" not in told.html + page
    found[5] |= {"uraian": "lain"}
    ledger.deliver(ORDERS, found, NIGHT + timedelta(1))
    again = letter(ledger, ORDERS, frozenset(told.topics), night=NIGHT + timedelta(1))
    assert again is None
