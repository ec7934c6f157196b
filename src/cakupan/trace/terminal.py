"""A trace as a tree in a terminal. Values are of others: nothing in them is markup or steers the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from cakupan.bilingual import Language
from cakupan.invisible import spelled_out
from cakupan.trace.landed import MASK
from cakupan.trace.reading import Trace
from cakupan.trace.tree import File, Landed, Node
from cakupan.trace.words import shown, word


def print_trace(trace: Trace, out: Console, language: Language) -> None:
    """Print the tree, the files it ends in, and what is masked or was recorded."""
    night = word("night_of", language).format(trace.as_of, trace.run_id)
    tree = Tree(_label(trace.root, language), guide_style="dim")
    _grow(tree, trace.root, language)
    out.print(Text(night, style="dim"))
    out.print(tree)
    for file in trace.files():
        out.print(_file(file, language), soft_wrap=True)
    if any(MASK in (node.landed.cells.values() if node.landed else ()) for node in trace.root.walk()):
        out.print(Text(word("masked", language), style="dim"))
    if trace.recorded:
        out.print(Text(word("recorded", language), style="yellow"))


def _grow(branch: Tree, node: Node, language: Language) -> None:
    if node.landed:
        branch.add(_row(node.landed, language))
    elif node.address:
        branch.add(Text(f"{word('no_row', language)}: {node.address}", style="red"))
    for child in node.children:
        _grow(branch.add(_label(child, language)), child, language)
    if node.left_out:
        branch.add(Text(word("left_out", language).format(shown(node.left_out, language)), style="dim"))


def _label(node: Node, language: Language) -> Text:
    text = Text(word(node.kind, language), style="bold")
    if node.name:
        text.append(f" {spelled_out(word(node.name, language))}", style="not bold cyan")
    for place, (name, value) in enumerate(node.facts.items()):
        text.append(" · " if place or node.name else "  ", style="not bold dim")
        text.append(f"{word(name, language)} ", style="not bold dim")
        style = "not bold red" if name == "agrees" and not value else "not bold"
        text.append(spelled_out(shown(value, language)), style=style)
    return text


def _row(landed: Landed, language: Language) -> Text:
    text = Text(f"[{landed.address.delivery_id}] ", style="green")
    text.append(spelled_out(landed.file.original_name))
    if landed.address.sheet:
        text.append(f" · {word('sheet', language)} {spelled_out(landed.address.sheet)}")
    text.append(f" · {word('row_number', language)} {landed.address.row_number}")
    for heading, cell in landed.cells.items():
        if cell is not None:
            text.append(f" | {spelled_out(heading)}: ", style="dim")
            text.append(spelled_out(cell), style="default")
    return text


def _file(file: File, language: Language) -> Text:
    text = Text(f"[{file.delivery_id}] ", style="green")
    text.append(f"{file.feed} {file.business_date} {spelled_out(file.original_name)}\n")
    text.append(f"    sha256 {file.sha256}\n    {word('archive', language)} {file.path}", style="dim")
    if not file.is_there:
        text.append(f"\n    {word('missing', language)}", style="bold red")
    return text
