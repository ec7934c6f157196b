"""What is printed: exact for machines, and for a person nothing that is cut, markup or steers the terminal."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cakupan.bilingual import Text
from cakupan.cli import printing
from cakupan.cli.progress import progress


class Terminal(io.StringIO):
    """What a command prints on, which says that a person looks at it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (Decimal(1234), 1234),
        (Decimal("0.457692"), 0.457692),
        (Decimal("0.12345678901234567890"), "0.12345678901234567890"),
        (Decimal("NaN"), "NaN"),
        (float("inf"), "inf"),
        (9_007_199_254_740_993, 9_007_199_254_740_993),
        (date(2025, 9, 9), "2025-09-09"),
        (datetime(2025, 9, 9, 1, 30, tzinfo=UTC), "2025-09-09T01:30:00+00:00"),
        (["7::2", None, Decimal(3)], ["7::2", None, 3]),
    ],
)
def test_json_holds_values_as_they_are(value: object, held: object) -> None:
    kept = printing.exact(value)
    assert (kept, type(kept)) == (held, type(held))
    json.dumps(kept, allow_nan=False)


def test_csv_is_exact_and_lists_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    number = "35.79/04.0/000015/LS/1.06.0.00.0.00.01.0000/M/7/2025" * 4
    printing.print_csv(["sp2d_no", "evidence", "none"], [[number, ["7::2", "8:Data:3"], None], ["=1+1", [], True]])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["sp2d_no,evidence,none", f'{number},"[""7::2"", ""8:Data:3""]",', "=1+1,[],true"]


def test_a_person_sees_a_line_and_how_many_more_there_are() -> None:
    assert printing.for_a_person(["7::2", "7::3", "7::4", "7::5"], 3) == "7::2, 7::3, 7::4, … +1"
    assert printing.for_a_person(["7::2", "7::3"]) == "7::2, 7::3"
    assert printing.for_a_person("a\x1b[31m\nb") == "a\\u001b[31m\\u000ab"
    assert printing.for_a_person(Decimal("1E+3")) == "1000"


def test_markup_in_data_is_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    out = printing.console()
    out.print(printing.table(["a"], [["[/x]"], ["[red]b[/]"]], [False]))
    assert sys.stdout.getvalue().split() == ["a", "[/x]", "[red]b[/]"]  # type: ignore[attr-defined]


def test_what_is_piped_is_as_wide_as_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setenv("COLUMNS", "40")
    printing.console().print(printing.table(["a", "b"], [["x" * 300, "y"]], [False, False]))
    text = sys.stdout.getvalue()  # type: ignore[attr-defined]
    assert "x" * 300 in text and "\x1b" not in text


@pytest.mark.parametrize(("no_color", "styled"), [("", True), ("1", False)])
def test_no_color_leaves_no_escape_sequence(monkeypatch: pytest.MonkeyPatch, no_color: str, styled: bool) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", no_color)
    printing.console().print("x", style="bold red")
    assert ("\x1b" in sys.stdout.getvalue()) is styled  # type: ignore[attr-defined]


def test_the_language_is_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    text = Text("terbit", "published")
    assert printing.said(text) == "published"
    monkeypatch.setenv("CAKUPAN_LANGUAGE", "ID")
    assert printing.said(text) == "terbit"


def test_progress_says_what_is_done_and_left_and_stays_out_of_the_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress() as tell:
        tell("ingest_[/x]", 3, 15)
        tell("set up")
    assert capsys.readouterr() == ("", "… ingest_[/x] (3 of 15)\n… set up\n")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress() as tell:
        tell("ingest_[/x]", 3, 15)
    assert "ingest_[/x]" in sys.stderr.getvalue() and "3 of 15" in sys.stderr.getvalue()  # type: ignore[attr-defined]
