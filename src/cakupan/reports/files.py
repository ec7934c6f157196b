"""The files of a report: a page, a PDF, a workbook."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jinja2

from cakupan.reports.content import Report
from cakupan.reports.paper import paper
from cakupan.reports.typesetting import typeset
from cakupan.reports.workbook import workbook

HERE = Path(__file__).parent


def write(report: Report, folder: Path, progress: Callable[[str, int, int], None] = lambda *_: None) -> list[Path]:
    """Write the report as .html, .pdf and .xlsx, each whole or not at all; returns their paths. Raises OSError.

    `progress` is told each file that is begun, its number, and of how many.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    makers: dict[str, Callable[[Report], bytes]] = {".html": page, ".pdf": pdf, ".xlsx": workbook}
    for place, (ending, make) in enumerate(makers.items(), start=1):
        path = folder / f"{report.name}{ending}"
        progress(path.name, place, len(makers))
        draft = path.with_name(f".{path.name}.draft")
        draft.write_bytes(make(report))
        draft.replace(path)
        written.append(path)
    return written


def page(report: Report) -> bytes:
    """Write one HTML page without anything from elsewhere, fit for A4 paper."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("page.html.j2").render(paper(report)).encode()


def pdf(report: Report) -> bytes:
    """Make the same as an accessible PDF."""
    return typeset(json.dumps(paper(report), ensure_ascii=False))
