"""What is being done, what of it is done and what is left: on stderr, so that nothing of it gets into an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cakupan.bilingual import Text
from cakupan.cli.printing import console, said
from cakupan.invisible import spelled_out

STEP = Text("{} dari {}", "{} of {}")


class Tell(Protocol):
    """Is told what begins, and which step of how many that is where it is known."""

    def __call__(self, what: str, step: int = 0, steps: int = 0) -> None:
        """Tell it."""


@contextmanager
def progress(*, lines: bool = True) -> Iterator[Tell]:
    """Give what is told of each step: a bar with the time on a terminal, a plain line for each where it is piped.

    Without `lines` nothing is told where it is piped: what a command answers says it already.
    """
    shown = console(stderr=True)
    if not shown.is_terminal:

        def tell_plainly(what: str, step: int = 0, steps: int = 0) -> None:
            if lines:
                shown.print(f"… {spelled_out(what)}{_place(step, steps)}", soft_wrap=True)

        yield tell_plainly
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=20),
        TextColumn("{task.fields[place]}", markup=False), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=shown, transient=True) as bar:
        task = bar.add_task("", total=None, place="")

        def tell(what: str, step: int = 0, steps: int = 0) -> None:
            bar.update(
                task,
                description=spelled_out(what),
                completed=max(step - 1, 0),
                total=steps or None,
                place=_place(step, steps).strip(),
            )

        yield tell


def _place(step: int, steps: int) -> str:
    return f" ({said(STEP.format(step, steps))})" if steps else ""
