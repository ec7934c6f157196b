"""Consoles on which everything is data: nothing printed is markup, and nothing printed steers the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Span, Text

from cakupan.invisible import spelled_out

NO_BREAK = "\N{NO-BREAK SPACE}"
OURS = f"\n{NO_BREAK}"
"""What lines and numbers are written with."""


class DataConsole(Console):
    """A console that prints what it is given; styles come as styles and never out of a text."""

    def __init__(self, **options: Any) -> None:
        """Take the options of a Console."""
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Make a text of characters that only show themselves, before it is measured."""
        return super().render_str(spelled_out(text, OURS), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render the renderable, and let no character of a text through that would steer the terminal."""
        if isinstance(renderable, Text):
            renderable = inert(renderable)
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=spelled_out(segment.text, OURS))


def inert(text: Text) -> Text:
    """Return the text with each character that would steer a terminal as its code, under the styles it had."""
    if spelled_out(text.plain, OURS) == text.plain:
        return text
    written = [spelled_out(sign, OURS) for sign in text.plain]
    at = [0]
    for sign in written:
        at.append(at[-1] + len(sign))
    made = text.blank_copy("".join(written))
    made.spans = [Span(at[span.start], at[min(span.end, len(written))], span.style) for span in text.spans]
    return made
