"""What the site of `make docs` makes of the repository's pages; the build itself, with its links, is part of CI."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from cakupan import settings

_spec = importlib.util.spec_from_file_location("site_pages", settings.PROJECT / "scripts" / "site_pages.py")
assert _spec and _spec.loader
site_pages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(site_pages)


def test_links_lead_to_where_the_site_shows_the_file() -> None:
    led = site_pages.links_in_the_site
    assert led("[a](../README.md#two)", Path("docs")) == "[a](source/README.md.txt#two)"
    assert led("[a](../findings.md)", Path("docs/decisions")) == "[a](../findings.md)"
    assert led("[a](../../CONTRIBUTING.md)", Path("docs/decisions")) == "[a](../CONTRIBUTING.md)"
    assert led("[a](docs/findings.md#x)", Path()) == "[a](findings.md#x)"
    for kept in ("[a](https://x.example/y.md)", "[a](#here)", "[a](../nowhere.md)"):
        assert led(kept, Path("docs")) == kept


def test_files_outside_docs_that_a_page_links_to_are_shown_too() -> None:
    markdown = "[a](../LICENSE) [b](findings.md) [c](../SECURITY.md) [d](https://x.example/) [e](../none)"
    assert list(site_pages.files_linked(markdown, Path("docs"))) == [Path("LICENSE")]


def test_the_dictionary_has_each_relation_that_people_query_and_no_other(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    nodes = [
        {"resource_type": "model", "schema": schema, "alias": alias, "description": f"Of {alias}.",
         "columns": {"n": {"name": "n", "data_type": "bigint", "description": "one | two"}}}
        for schema, alias in (("open", "b"), ("marts", "a"), ("warehouse", "stored_a"))
    ]  # fmt: skip
    manifest.write_text(json.dumps({"nodes": dict(enumerate(nodes))}))
    page = site_pages.dictionary_page(manifest)
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## a", "## open.b"]
    assert "| `n` | bigint | one \\| two |" in page
