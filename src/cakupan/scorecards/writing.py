"""Writes each office's scorecard: a page in each language and a PDF, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

import psycopg

from cakupan.bilingual import Language
from cakupan.feeds import Feed
from cakupan.files import write_whole
from cakupan.reports.files import page, pdf
from cakupan.scorecards.figures import read_office
from cakupan.scorecards.scorecard import scorecard


def write_scorecards(
    published: psycopg.Connection[Any], loader: psycopg.Connection[Any], feeds: Sequence[Feed], night: date, into: Path
) -> list[Path]:
    """Write the scorecard of every agency among the feeds into the folder; returns the files.

    Raises psycopg.Error and OSError.
    """
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    for agency in sorted({feed.agency for feed in feeds}):
        figures = read_office(published, loader, [feed for feed in feeds if feed.agency == agency], night)
        for language in get_args(Language):
            report = scorecard(figures, language)
            written.append(write_whole(into / f"{report.name}.html", page(report)))
            if language == "id":
                written.append(write_whole(into / f"{report.name}.pdf", pdf(report)))
    return written
