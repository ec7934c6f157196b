"""Hooks of MkDocs: the pages of the site that do not lie in docs/, and links that lead out of it.

`make docs` calls them; the Markdown itself is written for the repository and is not changed.
"""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from site_pages import DBT_PAGE, ROOT, ROOT_PAGES, dictionary_page, files_linked, in_the_site, links_in_the_site

FETCHED = re.compile(r"""<(?:script|img|iframe|link rel="stylesheet")[^>]* (?:src|href)=["']?(?:https?:)?//[^>]*>""")
DBT = ROOT / "target" / "dbt-docs"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the dictionary, dbt's own page, the pages beside README and every file that a page links to."""
    files.append(File.generated(config, "dictionary.md", content=dictionary_page(DBT / "manifest.json")))
    files.append(File.generated(config, DBT_PAGE, abs_src_path=str(DBT / "static_index.html")))
    for name in ROOT_PAGES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    linked = {path for file in files.documentation_pages() for path in files_linked(file.content_string, _home(file))}
    for path in sorted(linked):
        shown = in_the_site(path)
        if files.get_file_from_path(shown) is None:
            files.append(File.generated(config, shown, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Have links of a page lead to where the site shows the file."""
    return links_in_the_site(markdown, _home(page.file))


def _home(file: File) -> Path:
    """Tell in which folder of the repository a page lies."""
    return Path() if file.src_uri in ROOT_PAGES else Path("docs", file.src_uri).parent


def on_post_build(config: MkDocsConfig) -> None:
    """Fail where a page would fetch something from a network."""
    for page in sorted(Path(config.site_dir).rglob("*.html")):
        if found := FETCHED.search(page.read_text(encoding="utf-8")):
            raise PluginError(f"{page} would fetch from a network: {found[0]}")
