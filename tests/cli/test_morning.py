"""The morning's print: one screen, no figure cut, nothing is not 0, and sums that differ say why."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from cakupan.cli import morning, morning_tables, status
from cakupan.cli.printing import EMPTY
from cakupan.notices import FeedState, Information, NeedsAttention, Refused
from cakupan.notices.figures import Coverage, Figures, Finding, Office, Sectors

NIGHT, BEFORE = date(2025, 9, 10), date(2025, 9, 9)
FIGURES = Figures(
    NIGHT,
    BEFORE,
    coverage=(Coverage("SAKERNAS", 1_216, 2_600, Decimal("0.467692"), 1_684, 468, 3, Decimal("0.001154")),),
    sectors=Sectors(gaps=572, beyond_targets=104, sectors_beyond=2),
    offices=tuple(
        Office(2025, f"{n}.06", 1_000_000_000 + n, 900_000_000, 800_000_000, 100_000_000 - n, f"Dinas {n}")
        for n in range(9)
    ),
    findings=tuple(Finding(f"CODE_{n}", "critical" if n < 8 else "warning", n + 1, n, n * 1_000) for n in range(12)),
)
STANDING = status.Standing(NIGHT, None, None, None, (), (), Information((), (), ()))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.setenv("CAKUPAN_PG_HOST", "db.example.go.id")


def needs(feed: str, status: str | None) -> NeedsAttention:
    """A feed with a delivery that was refused for a long reason, or a late one."""
    reason = f"Delivery {feed} (a.csv) is {status}. " + "3 of 10 rows (30 %) break rules, more than 10 %. " * 5
    refused = (Refused(feed, 7, NIGHT, "a.csv", status, reason, reason),) if status else ()
    facts = dict.fromkeys(field.name for field in fields(FeedState))
    facts |= {"name": feed, "owner": "Dinas X", "cadence": "snapshot", "night": NIGHT, "asked": True}
    facts |= {"delivery_status": status, "business_date": status and NIGHT}
    return NeedsAttention(FeedState(**facts), NIGHT, 1, refused, ())


def printed(figures: Figures = FIGURES, width: int = 80, amiss: Sequence[NeedsAttention] = ()) -> str:
    out = Console(file=io.StringIO(), width=width)
    morning._show(out, morning.Morning(replace(STANDING, amiss=amiss), figures, 1))
    return out.file.getvalue()  # type: ignore[attr-defined]


def test_it_fits_a_screen_and_cuts_no_figure() -> None:
    text = printed()
    assert len(text.splitlines()) <= 39  # of 40, the last is where a person types
    assert "9,000,000,036" in text and "7,200,000,000" in text and "90.0 %" in text
    assert "+3" in text.split("since 2025-09-09")[1]
    assert "CODE_0 1 (+1)" in text and "4 more codes" in " ".join(text.split()) and "78, +12 since 2025-09-09" in text
    assert "Dinas 1 " in text and "Dinas 5" not in text
    assert str(morning.for_readers.pages_path()) in text.replace("\n", "")


def test_on_a_bad_night_it_still_fits_and_what_is_to_be_decided_comes_first() -> None:
    held = [needs(f"c.h{n}", "HELD") for n in (1, 2)]
    text = printed(amiss=[needs("a.late", None), needs("b.refused", "REJECTED"), *held])
    assert len(text.splitlines()) <= 39  # of 40, the last is where a person types
    places = [text.index(feed) for feed in ("c.h1", "c.h2", "b.refused")]
    assert places == sorted(places)
    assert " ".join(text.split()).count("cakupan release 7 --by WHO --why GROUNDS") == 2
    assert "a.late" not in text and "… and 1 more feeds" in text


def test_gaps_of_sectors_that_add_up_to_another_number_say_why() -> None:
    text = " ".join(printed().split())
    assert "Target 1,684: 468 to go. The sectors' gaps add up to 572, because 104 participants beyond" in text
    same = replace(FIGURES, sectors=Sectors(468, 0, 0))
    assert "add up" not in printed(same)


def test_what_nobody_knows_is_not_zero_and_without_a_night_before_nothing_changed() -> None:
    unknown = Coverage("SAKERNAS", None, 2_600, None, 1_684, None, None, None)
    office = Office(2025, None, None, 5, None, None, None)
    text = printed(replace(FIGURES, before=None, coverage=(unknown,), offices=(office,), findings=()))
    assert text.count("not known") == 5 and "since" not in text
    assert "Findings: 0" in text


def test_it_speaks_indonesian_when_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LANGUAGE", "id")
    text = printed()
    for said in ("Malam 10 September 2025", "1.216", "Perlu orang", "Temuan", "tidak menutup", "peringatan"):
        assert said in text, said


def test_its_document_is_for_another_program(capsys: pytest.CaptureFixture[str]) -> None:
    morning.print_json(morning.document(morning.Morning(STANDING, FIGURES, 7)))
    told = json.loads(capsys.readouterr().out)
    assert (told["as_of_date"], told["compared_with"], told["run_id"]) == ("2025-09-10", "2025-09-09", 7)
    assert told["coverage"][0]["coverage_rate"] == 0.467692 and told["sectors"]["gaps"] == 572
    assert told["findings"][1] == {
        "finding_code": "CODE_1", "severity": "critical", "cases": 2, "before": 1, "amount_idr": 1000
    }  # fmt: skip
    assert told["deliveries"]["feeds"] == []


def test_a_narrow_terminal_breaks_words_and_no_figure() -> None:
    money = next(section for section in morning_tables.SECTIONS if section.mart == "dbhcht_reconciliation")
    row = ("2025", "Badan Perencanaan [/x]", "5.01.03.2.01.0004", 25_000_000, 1_058_400, 1_058_400, 0, None)
    out = Console(file=io.StringIO(), width=80)
    morning_tables.show_table(out, money, [row])
    text = out.file.getvalue()  # type: ignore[attr-defined]
    assert "25,000,000" in text and "…" not in text and "[/x]" in text
    assert EMPTY in text
    assert max(map(len, text.splitlines())) <= 80
