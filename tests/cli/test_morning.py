"""The morning's print: no figure is cut, whatever the terminal's width, and nothing is not 0."""

from __future__ import annotations

import io

from rich.console import Console

from cakupan.cli import morning


def test_a_narrow_terminal_breaks_codes_and_no_figure() -> None:
    row = ("2025", "5.01.5.05.0.00.02.0000", "5.01.03.2.01.0004", 25_000_000, 1_058_400, 1_058_400, 0, None)
    heads = ("year", "SKPD", "sub-activity", "budget", "disbursed", "posted", "unposted", "absorption")
    out = Console(file=io.StringIO(), width=80)
    out.print(morning._table("DBHCHT, Rp", heads, [row]))
    text = out.file.getvalue()  # type: ignore[attr-defined]
    assert "25,000,000" in text and "…" not in text
    assert morning.EMPTY in text
    assert max(map(len, text.splitlines())) <= 80
