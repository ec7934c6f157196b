"""Sets a page as PDF.

typst keeps threads. A process forked from one that has them has none, and waits for them for ever: there another
process sets the page, which begins anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import typst

PAGE = Path(__file__).with_name("page.typ")
_threads_of: list[int] = []
"""The process that set a page before; a fork of it finds another number than its own."""


class CannotTypeset(RuntimeError):
    """The other process could not set the page; says what it said last."""


def typeset(report: str) -> bytes:
    """Make an accessible PDF (PDF/UA-1) of a report as JSON. Cells reach the template as data, never as markup."""
    if not _threads_of:
        _threads_of.append(os.getpid())
    if os.getpid() in _threads_of:
        return _typeset(report)
    ran = subprocess.run([sys.executable, "-m", __name__], input=report.encode(), capture_output=True, check=False)
    if ran.returncode:
        raise CannotTypeset(ran.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    return ran.stdout


def _typeset(report: str) -> bytes:
    made = typst.compile(
        PAGE, font_paths=[], ignore_system_fonts=True, pdf_standards="ua-1", sys_inputs={"report": report}
    )
    return bytes(made)


if __name__ == "__main__":
    sys.stdout.buffer.write(_typeset(sys.stdin.read()))
