"""What is looked at, and what is found: good, worth a look, or bad, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from cakupan.bilingual import NOTHING, Text, same

Facts = TypeVar("Facts")
NAMED = 5  # of many
MORE = Text("{} dan {} lagi", "{} and {} more")
UNSEEN = Text("Tidak dapat dilihat: {}", "It cannot be seen: {}")
ASK_ADMIN = Text("Sebagai administrator: {}", "As the administrator: {}")
MAKE_VISIBLE = Text("Perbaiki sebabnya, lalu periksa lagi", "Mend the cause, then look again")


class State(StrEnum):
    """How it stands."""

    OK = "ok"
    ATTENTION = "attention"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """What is so, and what to do about it."""

    state: State
    what: Text
    do: Text = NOTHING


@dataclass(frozen=True)
class Item(Generic[Facts]):
    """One thing to look at."""

    name: str
    title: Text
    look: Callable[[Facts], Finding]


@dataclass(frozen=True)
class Subject(Generic[Facts]):
    """What is read once, and the items that are looked at in it."""

    read: Callable[[], Facts]
    items: tuple[Item[Facts], ...]

    def examine(self, why: Callable[[Exception], str]) -> Iterator[tuple[str, Text, Finding]]:
        """Look at each item; where nothing can be read each of them is bad, and `why` says the reason of an error."""
        try:
            facts = self.read()
        except Exception as error:  # whatever is broken, the other subjects are looked at
            unseen = Finding(State.FAIL, UNSEEN.format(why(error)), MAKE_VISIBLE)
            yield from ((item.name, item.title, unseen) for item in self.items)
            return
        yield from ((item.name, item.title, item.look(facts)) for item in self.items)


def ok(what: Text) -> Finding:
    """Say that it is good."""
    return Finding(State.OK, what)


def attention(what: Text, do: Text) -> Finding:
    """Say that a person should look at it."""
    return Finding(State.ATTENTION, what, do)


def fail(what: Text, do: Text) -> Finding:
    """Say that it is bad."""
    return Finding(State.FAIL, what, do)


def named(names: Iterable[object]) -> Text:
    """Name the first of many, and how many more there are."""
    every = [str(name) for name in names]
    first = same(", ".join(every[:NAMED]))
    return MORE.format(first, len(every) - NAMED) if len(every) > NAMED else first
