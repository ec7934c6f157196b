"""`cakupan verify`: whether anything that is kept was altered, and where exactly."""

from __future__ import annotations

import re
import sys
import time
from datetime import date

from rich.console import Console

from cakupan.audit.areas import Area
from cakupan.cli.messages import say_and_exit

DONE = "Nothing was altered."


def run(on: date | None, only: list[str], out: Console, nothing: str | None = None) -> bool:
    """Verify and print each area when it is done; returns whether nothing was altered. Raises psycopg.Error.

    `nothing` says that nothing is kept: it is the answer unless what was kept is found to be gone.
    """
    from cakupan.audit.verifying import AREAS, verify  # half a second that other commands need not spend

    altered = 0
    began = time.monotonic()
    for area in verify(on, only or AREAS):
        if nothing is None or area.alterations:
            _show(area, out)
        altered += len(area.alterations)
    if nothing and not altered:
        say_and_exit(nothing, 1)
    took = f"({time.monotonic() - began:.1f} s)"
    out.print(f"{DONE} {took}" if not altered else f"ALTERED: {altered} findings, named above. {took}", highlight=False)
    return not altered


def _show(area: Area, out: Console) -> None:
    state = "ALTERED" if area.alterations else "ok"
    style = "red" if area.alterations else "green"
    out.print(f"[{style}]{state:8}[/]{area.name:10} {area.checked}", highlight=False, soft_wrap=True)
    for line in area.alterations:
        out.print(f"  ! {plain(line)}", markup=False, highlight=False, soft_wrap=True, style="red")
    for line in area.notes:
        out.print(f"  - {plain(line)}", markup=False, highlight=False, soft_wrap=True, style="yellow")
    sys.stdout.flush()


def plain(text: str) -> str:
    """Return text from files and tables without what a terminal would obey."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", "�", text)
