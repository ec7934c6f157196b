"""Writes the set of pages, whole or not at all: a folder that opens from disk or any web server, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

import jinja2
import psycopg

from cakupan import settings
from cakupan.bilingual import Language, Text, day, local
from cakupan.dashboard.content import Page
from cakupan.dashboard.figures import Figures, NotPublished, read_figures
from cakupan.dashboard.summary import summary_page
from cakupan.reports.content import Cell, Kind
from cakupan.reports.spelling import spell

__all__ = ["FIRST_PAGE", "NotPublished", "write_pages"]

FIRST_PAGE = "index.html"
NAVIGATION = ("index",)
"""The pages that every page leads to, in order."""


def write_pages(connection: psycopg.Connection[Any], night: date, folder: Path) -> Path:
    """Write the pages of the newest published night into the folder; returns the first page.

    Raises NotPublished when that night is one before `night`, and OSError; then what stood there stands.
    """
    figures = read_figures(connection, night)
    pages = [summary_page(figures)]
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(settings.DASHBOARDS / "static", draft / "static")
    for language in get_args(Language):
        _write(pages, figures, language, draft)
    _put(draft, folder)
    return folder / FIRST_PAGE


def _write(pages: Sequence[Page], figures: Figures, language: Language, folder: Path) -> None:
    """Write the pages in a language; English ones lie in a folder of their own, under the same names."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(settings.DASHBOARDS / "templates"), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip

    def say(text: Text | str) -> str:
        return text.in_language(language) if isinstance(text, Text) else text

    def cell(value: Cell, kind: Kind) -> str:
        said = spell(value, kind).in_language(language)
        return f"Rp{said}" if kind == "rupiah" and isinstance(value, int) else said

    environment.filters |= {"say": say, "cell": cell}
    into = folder if language == "id" else folder / language
    into.mkdir(exist_ok=True)
    titles = {page.name: page.title for page in pages}
    for page in pages:
        text = environment.get_template("page.html.j2").render(
            page=page,
            language=language,
            both=lambda indonesian, english: indonesian if language == "id" else english,
            root="" if language == "id" else "../",
            other=f"en/{page.name}.html" if language == "id" else f"../{page.name}.html",
            navigation=[(name, titles[name]) for name in NAVIGATION],
            night=figures.night,
            day=day(figures.night),
            published=local(figures.published_at),
        )
        (into / f"{page.name}.html").write_text(text, encoding="utf-8")


def _put(draft: Path, folder: Path) -> None:
    """Put the draft where the pages lie."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
