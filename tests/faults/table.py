"""The kills of a sweep as a table that a page can show: kinds of point below each other, what was killed beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

COLUMNS = {
    "start": "build", "turn": "build", "seal of marts": "seal", "report": "pages", "scorecards": "outbox",
    "letter": "outbox", "summary": "outbox",
}  # fmt: skip
ORDER = ("archive", "land", "validate", "build", "publish", "seal", "pages", "outbox")
Kills = Counter[tuple[str, str]]
"""How often, by kind of step and of point."""


def table(killed: Kills, server: Kills) -> list[str]:
    """Write the lines of the table; kills of the server stand behind a plus."""
    columns = sorted({_column(step) for step, _ in killed | server}, key=_place)
    points = sorted({point for _, point in killed | server}, key=lambda point: (point.split(" ", 1)[1], point))
    rows = [["killed", *columns, "all"]]
    for point in points:
        rows.append([point, *(_cell(killed, server, [column], point) for column in columns)])
        rows[-1].append(_cell(killed, server, columns, point))
    rows.append(["all", *(_cell(killed, server, [column]) for column in columns), _cell(killed, server, columns)])
    return _lines(rows)


def _column(step: str) -> str:
    return COLUMNS.get(step, "build" if step.startswith("build ") else step)


def _place(column: str) -> tuple[int, str]:
    return ORDER.index(column.split(" ", maxsplit=1)[0]), column


def _cell(killed: Kills, server: Kills, columns: Sequence[str], point: str | None = None) -> str:
    process, servers = (
        sum(times for (step, at), times in kills.items() if _column(step) in columns and point in (None, at))
        for kills in (killed, server)
    )
    return (str(process) if process else "") + (f"+{servers}" if servers else "")


def _lines(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    cells = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]
