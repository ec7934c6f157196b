"""What deliveries hold is printed as it is: no command takes it for markup or lets it steer the terminal."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace as Stub
from typing import Any

import pytest
import typer.main
from rich.text import Text as Styled

from cakupan import housekeeping, night, settings
from cakupan.answers.asking import Answer
from cakupan.answers.catalogue import questions
from cakupan.audit.areas import Area
from cakupan.bilingual import same
from cakupan.cli import (
    agencies,
    answer,
    feed,
    messages,
    morning,
    morning_tables,
    printing,
    quarantine,
    query,
    sources,
    status,
    verify,
)
from cakupan.cli import housekeeping as housekeeping_command
from cakupan.cli.app import app
from cakupan.cli.progress import progress
from cakupan.corrections.bad_rows import BadRow
from cakupan.feeds import find_feed
from cakupan.notices import FeedState, Information, NeedsAttention, Refused
from cakupan.notices.figures import Figures, Finding, Office, Sectors
from cakupan.notices.information import Ignored, Remark, Unmapped
from cakupan.onboarding.checking import Checked, RefusedRow
from cakupan.orchestration import trouble
from cakupan.quality.suite import load_suite
from cakupan.quality.validation import Outcome
from cakupan.sources import BrokenContract
from cakupan.trace.reading import Trace
from cakupan.trace.terminal import print_trace
from cakupan.trace.tree import Address, File, Landed, Node

NIGHT = date(2025, 9, 9)
MARKUP = "[/x][red]:bomb:"
STEERS = "\x1b[2J\x1b]0;mine\x07\x9b31m\x08\x7f\r\x00\u202e\u2066\u200f\u061c\U000e0041\udcff"
HOSTILE = f"{MARKUP} {STEERS}\nok     forged"
FEED = find_feed(settings.FEEDS, "disnaker.penerima_dbhcht")
STATE = FeedState(
    **dict.fromkeys((field.name for field in fields(FeedState)), None)
    | {"name": HOSTILE, "owner": HOSTILE, "cadence": "snapshot", "night": NIGHT, "asked": True}
    | {"delivery_status": "HELD", "business_date": NIGHT}
)
REFUSED = Refused(HOSTILE, 7, NIGHT, HOSTILE, "HELD", HOSTILE, HOSTILE)
SEEN = Information(
    (Remark(HOSTILE, NIGHT, "CODE", HOSTILE, HOSTILE),),
    (Unmapped("a.b", "column", HOSTILE, 1, None, NIGHT),),
    (Ignored("a.b", HOSTILE, "CODE", HOSTILE, HOSTILE, NIGHT),),
)
AMISS = NeedsAttention(STATE, NIGHT, 1, (REFUSED,) * 2, ())
STANDING = status.Standing(
    NIGHT, None, None, None, (STATE,), (NeedsAttention(STATE, NIGHT, 1, (REFUSED,) * 2, ()),), SEEN
)
FIGURES = Figures(
    NIGHT, None, coverage=(), sectors=Sectors(0, 0, 0),
    offices=(Office(2025, "1", 9, 9, 9, 9, HOSTILE),), findings=(Finding(HOSTILE, "critical", 1, None, 1),),
)  # fmt: skip


def of_the_question() -> None:
    asked = next(one for one in questions() if one.number == 1)
    answer._for_a_person(Answer(asked, NIGHT, ("name", "value_before"), [
        {"name": HOSTILE, "value_before": HOSTILE}]), "en")  # fmt: skip


def of_the_trace() -> None:
    file = File(7, "a.b", NIGHT, datetime.now(UTC), HOSTILE, "a" * 64, HOSTILE, False)
    row = Landed(Address(7, HOSTILE, 12), file, {HOSTILE: HOSTILE})
    end = Node("contribution", HOSTILE, {"amount_idr": 1, "sp2d_no": HOSTILE}, address=row.address, landed=row)
    print_trace(Trace(NIGHT, 3, end, False, False), printing.console(), "en")


def of_the_check() -> None:
    outcome = Outcome(1, 1, FEED.name, NIGHT, "HELD", "CODE", 1, 1, 1, 1)
    rule = load_suite(FEED).expectations[0].rule_id
    feed._show(
        Checked(FEED, load_suite(FEED), outcome, HOSTILE, (HOSTILE,), (HOSTILE,), (RefusedRow(HOSTILE, 2, (rule,)),),
                (HOSTILE,), {rule: same(HOSTILE)}, (HOSTILE,), 1)
    )  # fmt: skip


def of_a_bad_row(patch: pytest.MonkeyPatch) -> None:
    cells = dict.fromkeys((column.name for column in FEED.columns), HOSTILE)
    row = BadRow("", 2, (load_suite(FEED).expectations[0].rule_id,), cells, None)
    patch.setattr(quarantine, "needs_database", lambda: None)
    patch.setattr(quarantine, "connect", lambda _: io.StringIO())
    patch.setattr("cakupan.corrections.bad_rows.find_bad_row", lambda *_: (FEED, row))
    quarantine.show("7:a:2", printing.DocumentFormat.TABLE)


def of_bad_rows(patch: pytest.MonkeyPatch) -> None:
    facts = Stub(business_date=NIGHT, delivery_id=7, delivery_status="HELD", quarantined_rows=1)
    fault = Stub(facts=facts, broken=[Stub(rule_id=HOSTILE)])
    found = Stub(feed=FEED, fault=fault, rows=1, open_since=NIGHT, age_days=lambda _: 1)
    patch.setattr(quarantine, "needs_database", lambda: None)
    patch.setattr(quarantine, "connect", lambda _: io.StringIO())
    patch.setattr("cakupan.corrections.open_rows.open_deliveries", lambda *_: [found])
    quarantine.list_open(None, datetime(2025, 9, 9), printing.Format.TABLE)


def of_a_correction(patch: pytest.MonkeyPatch) -> None:
    taken = Stub(
        feed=FEED, business_date=NIGHT, delivery_id=7, mended=1, withdrawn=0, still_bad=0, left_out=[same(HOSTILE)]
    )
    patch.setattr(quarantine, "needs_database", lambda: None)
    patch.setattr(night, "import_correction", lambda *_: taken)
    quarantine.import_(Path("a.xlsx"), None, printing.DocumentFormat.TABLE)


def of_housekeeping(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(housekeeping, "due", list)
    patch.setattr(housekeeping, "drop_outdated", lambda *_: housekeeping.Done(stays=[HOSTILE], altered=[HOSTILE]))
    housekeeping_command.run(printing.console(), do_it=True)


def of_a_refusal() -> None:
    with pytest.raises(typer.Exit):
        messages.say_and_exit(HOSTILE)


def of_the_connections() -> None:
    list(sources._shown(iter([sources.Line(FEED.name, "sftp", False, HOSTILE)]), printing.Format.TABLE))


def of_a_step() -> None:
    with progress() as tell:
        tell(HOSTILE, 1, 2)


def of_files() -> None:
    printing.print_files([Path(f"/{MARKUP}{STEERS.replace(chr(0), '')}")], printing.DocumentFormat.TABLE)


def of_the_morning() -> None:
    morning._show(printing.console(), morning.Morning(STANDING, FIGURES, 1))


def of_the_tables() -> None:
    money = next(section for section in morning_tables.SECTIONS if section.mart == "dbhcht_reconciliation")
    morning_tables.show_table(printing.console(), money, [("2025", HOSTILE, HOSTILE, 1, 1, 1, 0, None)])


def of_the_status() -> None:
    printing.console().print(status.page(STANDING, 500), soft_wrap=True)


def of_a_query() -> None:
    query._print(printing.console(), [HOSTILE, "list"], [[HOSTILE, [HOSTILE]], [{"a": HOSTILE}, None]])


def of_a_failure() -> None:
    text = trouble.told(BrokenContract(HOSTILE), "ingest_a")
    assert not steering(text) - {"\n"}, "a log is read on a terminal too"
    printing.console().print(text)


def of_the_verification() -> None:
    verify._show(Area("archive", HOSTILE, [HOSTILE], [HOSTILE]), printing.console())


def of_the_agencies() -> None:
    agencies._print({"a": {"conn_type": "sftp", "host": HOSTILE, "port": 1, "login": HOSTILE}}, printing.Format.TABLE,
                    printing.console())  # fmt: skip


def of_csv() -> None:
    printing.print_csv([HOSTILE], [[HOSTILE], [[HOSTILE]]])


def of_json() -> None:
    printing.print_json({HOSTILE: [HOSTILE]})


PRINTED: dict[str, list[Callable[..., None]]] = {
    "agencies": [of_the_agencies, of_csv, of_json],
    "answer": [of_the_question, of_csv, of_json],
    "export fiscal": [of_files],
    "feed check": [of_the_check, of_json],
    "housekeeping": [of_housekeeping, of_json],
    "morning": [of_the_morning, of_the_tables, of_the_status, of_json],
    "nightly": [of_the_morning, of_the_tables, of_the_status, of_a_failure, of_a_step, of_json],
    "privacy erase": [of_json],
    "privacy show": [of_json],
    "privacy who-was-affected": [of_csv, of_json],
    "quarantine export": [of_files],
    "quarantine import": [of_a_correction, of_a_refusal, of_json],
    "quarantine list": [of_bad_rows, of_csv, of_json],
    "quarantine show": [of_a_bad_row, of_json],
    "receipt": [of_a_refusal],
    "reject": [of_a_refusal, of_json],
    "release": [of_a_refusal, of_json],
    "report dbhcht": [of_files],
    "sources check": [of_the_connections, of_csv, of_json],
    "sql": [of_a_query, of_a_refusal, of_csv, of_json],
    "status": [of_the_status, of_csv, of_json],
    "trace": [of_the_trace, of_a_refusal],
    "verify": [of_the_verification, of_json],
}
"""By command, what prints of a delivery's content there."""
WITHOUT_DATA = {
    "access add", "access list", "access remove", "airflow", "backup", "database start", "database stop",
    "database url", "database version", "doctor", "feed draft",
    "feed guide", "feed rules", "feed template", "ledger accept", "ledger add-cosignature", "ledger checkpoint",
    "ledger key", "ledger restart", "ledger seal", "privacy rotate-key", "restore",
    "witness cosign", "witness new-key", "witness proof",
}  # fmt: skip
"""They print numbers, keys and sentences of the program; a refusal of theirs is printed as any other."""


BAR = re.compile("\\r?\x1b\\[(?:\\?25[lh]|2K|1A)")
"""How a bar draws itself anew on its own line."""


class Terminal(io.StringIO):
    """What a command prints on, which says that a person looks at it."""

    def isatty(self) -> bool:
        return True


def steering(text: str) -> set[str]:
    return {sign for sign in text if not sign.isprintable()} - {"\n", "\N{NO-BREAK SPACE}"}


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show no colours, so that each escape sequence is one of the data, on lines as long as may be."""
    for name, value in (("TERM", "xterm"), ("NO_COLOR", "1"), ("COLUMNS", "4000"), ("CAKUPAN_HOME", str(tmp_path))):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CAKUPAN_PG_HOST", "db.example.go.id")


def terminal(patch: pytest.MonkeyPatch) -> Terminal:
    """Have all be printed on a terminal, from here on: pytest has streams of its own for each phase of a test."""
    shown = Terminal()
    for stream in ("stdout", "stderr"):
        patch.setattr(sys, stream, shown)
    for module in (answer, feed, messages, quarantine):
        patch.setattr(module, "err" if module is messages else "out", printing.console())
    return shown


def commands(of: Any, before: str = "") -> Iterator[str]:
    """Walk over all commands; a group is what has commands."""
    for name, command in of.commands.items():
        yield from commands(command, f"{before}{name} ") if hasattr(command, "commands") else [before + name]


def test_every_command_is_looked_at() -> None:
    assert set(commands(typer.main.get_command(app))) == set(PRINTED) | WITHOUT_DATA


@pytest.mark.parametrize(("command", "prints"), [(name, one) for name, of in PRINTED.items() for one in of])
def test_it_is_printed_as_data(command: str, prints: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)
    prints(monkeypatch) if prints.__code__.co_argcount else prints()
    text = BAR.sub("", shown.getvalue())
    assert MARKUP in text, text
    assert not steering(text), ascii(text)


def test_a_column_or_a_title_is_data_too(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)
    printing.console().print(printing.table([HOSTILE], [[Styled(HOSTILE, "red")]], [True], title=HOSTILE))
    assert shown.getvalue().count(MARKUP) == 3 and not steering(shown.getvalue())


def test_what_is_piped_stays_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    told = HOSTILE.replace("\udcff", "")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    printing.print_json([told, HOSTILE])
    written = sys.stdout.getvalue()  # type: ignore[attr-defined]
    assert json.loads(written) == [told, HOSTILE] and not steering(written)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    printing.print_csv(["a"], [[told]])
    assert told in sys.stdout.getvalue().replace('"', "")  # type: ignore[attr-defined]


def test_styles_stay_where_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    from cakupan.cli.consoles import inert

    made = inert(Styled.assemble(("a\x1b", "red"), ("b", "bold")))
    assert made.plain == "a\\u001bb"
    assert [(made.plain[span.start : span.end], span.style) for span in made.spans] == [
        ("a\\u001b", "red"),
        ("b", "bold"),
    ]
