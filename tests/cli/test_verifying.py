"""The commands verify, receipt and ledger say in a line what hinders them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cakupan.audit.areas import Area
from cakupan.audit.note import Verifier
from cakupan.cli import verify
from cakupan.cli.app import app


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify"], 2),
        (["receipt", "1::2", "--reason", "audit", "--case", "7"], 1),
        (["ledger", "seal"], 1),
        (["ledger", "checkpoint"], 1),
        (["ledger", "restart", "--by", "Ani", "--why", "restored"], 1),
    ],
)
def test_without_a_database_they_say_how_to_start_it(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    (tmp_path / "archive").mkdir()  # something was delivered here
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == code
    assert ran.stderr.startswith("The database is not running. Run: ")
    assert ran.stderr.endswith("cakupan database start\n")


@pytest.mark.parametrize("arguments", [["--only", "marts2"], ["--date", "9 September"]])
def test_wrong_usage_of_verify_exits_with_two(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["verify", *arguments]).exit_code == 2


def test_what_was_altered_steers_no_terminal() -> None:
    out = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    verify._show(Area("ledger", "1 entry", ["name \x1b[31m[/x]"], ["\u202ehidden"]), out)
    assert out.file.getvalue().splitlines() == [  # type: ignore[attr-defined]
        "ALTERED ledger     1 entry", "  ! name \\u001b[31m[/x]", "  - \\u202ehidden"
    ]  # fmt: skip


def test_the_public_key_is_made_once_and_its_secret_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    first, second = (CliRunner().invoke(app, ["ledger", "key"]) for _ in range(2))
    assert first.stdout == second.stdout
    assert Verifier.from_vkey(first.stdout.strip()).name == "cakupan.kota-batu"
    secret = tmp_path / "secrets" / "ledger_key"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.read_text().strip() not in first.stdout


def test_a_key_that_is_none_is_said_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LEDGER_KEY", "not-a-key")
    ran = CliRunner().invoke(app, ["ledger", "key"])
    assert ran.exit_code == 1
    assert "is no signing key" in ran.stderr
    assert "not-a-key" not in ran.stderr
