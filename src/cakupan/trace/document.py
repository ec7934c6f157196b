"""A trace as JSON for another program, and as one HTML page without anything from elsewhere."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jinja2

from cakupan.bilingual import Language
from cakupan.invisible import spelled_out
from cakupan.trace.reading import Trace
from cakupan.trace.tree import File, Node
from cakupan.trace.words import shown, word


def as_json(trace: Trace) -> str:
    """Write the trace with its keys as the marts spell them; rows name their file by its delivery."""
    return json.dumps(
        {
            "as_of_date": trace.as_of.isoformat(),
            "run_id": trace.run_id,
            "personal": trace.personal,
            "trace": _node(trace.root),
            "files": [_file(file) for file in trace.files()],
        },
        ensure_ascii=False,
        indent=1,
    )


def as_html(trace: Trace, language: Language) -> str:
    """Write the trace as a page in one language; what stands in files is text there, never markup."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "word": lambda name: word(name, language),
        "shown": lambda value: spelled_out(shown(value, language)),
        "visible": spelled_out,
    }
    return environment.get_template("page.html.j2").render(trace=trace, language=language)


def _node(node: Node) -> dict[str, Any]:
    fields: dict[str, Any] = {"kind": node.kind}
    if node.name:
        fields["name"] = node.name
    if node.facts:
        fields["facts"] = {name: _plain(value) for name, value in node.facts.items()}
    if node.address:
        fields["address"] = str(node.address)
        fields["row"] = {
            "delivery_id": node.address.delivery_id,
            "sheet": node.address.sheet,
            "row_number": node.address.row_number,
            "as_received": node.landed.cells if node.landed else None,
        }
    if node.children:
        fields["children"] = [_node(child) for child in node.children]
    if node.left_out:
        fields["left_out"] = node.left_out
    return fields


def _file(file: File) -> dict[str, Any]:
    return {
        "delivery_id": file.delivery_id,
        "feed": file.feed,
        "business_date": file.business_date.isoformat(),
        "received_at": file.received_at.isoformat(),
        "file": file.original_name,
        "sha256": file.sha256,
        "archive": file.path,
        "is_there": file.is_there,
    }


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value
