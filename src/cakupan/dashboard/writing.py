"""Writes the set of pages, whole or not at all: a folder that opens from disk or any web server, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from cakupan import settings
from cakupan.bilingual import Language
from cakupan.dashboard.content import Page
from cakupan.dashboard.dbhcht import dbhcht_page
from cakupan.dashboard.deliveries import every_feed, quality_page
from cakupan.dashboard.figures import Figures
from cakupan.dashboard.html import Html
from cakupan.dashboard.methods import methods_page
from cakupan.dashboard.offices import office_pages, offices_page
from cakupan.dashboard.questions import questions_page
from cakupan.dashboard.summary import summary_page
from cakupan.feeds import Feed
from cakupan.quality.report import FeedLine

FIRST_PAGE = "index.html"


def write_pages(figures: Figures, lines: Sequence[FeedLine], feeds: Sequence[Feed], folder: Path) -> Path:
    """Write the pages of a night into the folder, in both languages; returns the first page.

    Raises OSError; then what stood there stands.
    """
    pages = all_pages(figures, lines, feeds)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(settings.DASHBOARDS / "static", draft / "static")
    for language in get_args(Language):
        into = draft if language == "id" else draft / language
        into.mkdir(exist_ok=True)
        writer = Html(figures, {feed.name: feed for feed in feeds}, pages, language)
        for page in pages:
            (into / f"{page.name}.html").write_text(writer.write(page), encoding="utf-8")
    _put(draft, folder)
    return folder / FIRST_PAGE


def all_pages(figures: Figures, lines: Sequence[FeedLine], feeds: Sequence[Feed]) -> list[Page]:
    """Make all pages, those that every page leads to first."""
    lines = every_feed(lines, feeds)
    return [
        summary_page(figures, lines),
        offices_page(figures),
        dbhcht_page(figures),
        questions_page(figures),
        quality_page(figures, lines),
        methods_page(figures, {feed.name: feed for feed in feeds}),
        *office_pages(figures, lines),
    ]


def _put(draft: Path, folder: Path) -> None:
    """Put the draft where the pages lie."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
