"""`cakupan doctor`: how safe the running system is, item by item, with what to do about each."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text as Styled

from cakupan.bilingual import Text
from cakupan.cli.messages import cause
from cakupan.cli.printing import DocumentFormat, print_json, said
from cakupan.doctor import Finding, State, examine
from cakupan.invisible import spelled_out

WORDS = {
    State.OK: Text("baik", "ok"),
    State.ATTENTION: Text("perhatian", "attention"),
    State.FAIL: Text("gagal", "fail"),
}
STYLES = {State.OK: "green", State.ATTENTION: "yellow", State.FAIL: "red"}
SUMMED = Text("{} hal dilihat: {} gagal, {} perlu perhatian.", "{} items looked at: {} fail, {} deserve attention.")


def run(out: Console, form: DocumentFormat = DocumentFormat.TABLE) -> bool:
    """Look at every item and print it as soon as it is known; returns whether none is bad."""
    found = []
    for name, title, finding in examine(cause):
        found.append((name, title, finding))
        if form is DocumentFormat.TABLE:
            _show(out, name, title, finding)
    counts = Counter(finding.state for _, _, finding in found)
    if form is DocumentFormat.JSON:
        print_json({"healthy": not counts[State.FAIL], "items": [_document(*one) for one in found]})
    else:
        out.print(said(SUMMED.format(len(found), counts[State.FAIL], counts[State.ATTENTION])))
    return not counts[State.FAIL]


def _show(out: Console, name: str, title: Text, finding: Finding) -> None:
    state = (f"{said(WORDS[finding.state]):<11}", STYLES[finding.state])
    line = f"{name:<24}{said(title)}: {spelled_out(said(finding.what))}"
    out.print(Styled.assemble(state, line), soft_wrap=True)
    if finding.do:
        out.print(Styled(f"{'':<11}→ {spelled_out(said(finding.do))}", "dim"), soft_wrap=True)


def _document(name: str, title: Text, finding: Finding) -> dict[str, Any]:
    """Return an item for another program, texts in English."""
    return {"item": name, "title": title.en, "state": finding.state, "what": finding.what.en, "do": finding.do.en}
