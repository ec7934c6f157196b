"""Contribution lines that an increment brings once more."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from simulator.columns import Feed
from simulator.dirt import Outcome, Row
from simulator.model import Posting
from simulator.rows import speller

ENOUGH_ROWS = 40
AMOUNT = 5


@dataclass
class Earlier:
    """What of the earlier deliveries may come once more."""

    accepted: list[Posting] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)


def sent_again(rng: Random, feed: Feed, earlier: Earlier, wanted: int, fresh: int) -> tuple[list[Row], Counter[str]]:
    """Send earlier lines again: as they were or in other white space, with another amount, broken as before."""
    spell = speller(feed)
    rows: list[Row] = []
    kinds: Counter[str] = Counter()
    for line in rng.sample(earlier.accepted, min(wanted, len(earlier.accepted))):
        again = [f" {cell}" if rng.random() < 0.1 else cell for cell in spell(line)]
        rows.append(Row(again, Outcome.DUPLICATE))
        kinds["earlier line sent again"] += 1
    if fresh < ENOUGH_ROWS:  # few lines are soon too dirty to be let in
        return rows, kinds
    for line in rng.sample(earlier.accepted, min(max(1, wanted // 2), len(earlier.accepted))):
        cells = spell(line)
        cells[AMOUNT] = str(line.amount + 100)
        rows.append(Row(cells, Outcome.QUARANTINED))
        kinds["earlier number with other content"] += 1
    # What was refused was never accepted, so it is no duplicate the second time either.
    for row in earlier.refused[:1]:
        rows.append(Row(list(row.cells), Outcome.QUARANTINED))
        kinds["refused line sent again"] += 1
    return rows, kinds
