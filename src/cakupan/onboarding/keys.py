"""Which columns make a row of the sample unique."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from cakupan.onboarding import words
from cakupan.onboarding.columns import Drafted, comparable

NUMBERED = frozenset(
    {"no", "id", "kode", "nib", "npsn", "nip", "nuptk", "npwp", "nopol", "npp", "ocid", "uuid", "nisn"}
)
RELATIVES = frozenset({"ibu", "ayah", "suami", "istri", "pasangan", "kk", "waris", "ketua"})
MOSTLY = 0.95
"""A NIK this often unique is still the key: the rest are conflicts for the office to settle."""


def find_key(columns: Sequence[Drafted], rows: Sequence[Sequence[Any]]) -> tuple[tuple[str, ...], list[str]]:
    """Return the names of the key's columns and what is doubtful about it."""
    compared = [i for i, column in enumerate(columns) if not column.running_number]
    distinct = list({tuple(comparable(row[i]) for i in range(len(columns))) if not compared else
                     tuple(comparable(row[i]) if i in compared else None for i in range(len(columns))): None
                     for row in rows})  # fmt: skip
    order = sorted((i for i, column in enumerate(columns) if _may_be_key(column, len(rows))), key=lambda i: (
        -_rank(columns[i]), i
    ))  # fmt: skip
    single = [i for i in order if _unique(distinct, (i,)) == 1 and _rank(columns[i]) > 0]
    if single:
        others = [columns[i].name for i in single[1:3]]
        doubt = [f"the key is {columns[single[0]].name}; {' and '.join(others)} would do as well"] if others else []
        return (columns[single[0]].name,), doubt
    mostly = [i for i in order if columns[i].type in ("nik", "kpj") and _unique(distinct, (i,)) >= MOSTLY]
    for size in (2, 3, 4):
        for chosen in combinations(order[:10], size):
            if _unique(distinct, chosen) == 1 and (not mostly or mostly[0] in chosen) and _sensible(columns, chosen):
                if mostly and _unique(distinct, mostly[:1]) >= MOSTLY and not _second(columns, chosen, mostly[0]):
                    continue
                names = tuple(columns[i].name for i in sorted(chosen))
                return names, [f"no single column is unique; {', '.join(names)} together are"]
    if mostly:
        shared = round((1 - _unique(distinct, mostly[:1])) * len(distinct))
        name = columns[mostly[0]].name
        return (name,), [f"{shared} rows share a {name} with other content and will be quarantined"]
    fallback = next(iter(order), 0)
    return (columns[fallback].name,), ["no set of columns makes the rows of the sample unique: what does?"]


def _may_be_key(column: Drafted, total: int) -> bool:
    usable = column.type in ("text", "nik", "kpj", "date", "month", "year") and not column.running_number
    return usable and column.filled == total and not set(column.words) & words.FREE


def _rank(column: Drafted) -> int:
    """Tell how fit the column is to tell rows apart by itself; 0 and below only beside others."""
    found = set(column.words)
    numbered = found & NUMBERED
    cases: tuple[tuple[object, int], ...] = (
        (numbered and found & words.DOCUMENTS and "sk" not in found and not column.personal, 6),
        (column.type == "nik", 1 if found & RELATIVES else 5),
        (column.type == "kpj", 4),
        (numbered and not found & {"hp", "rekening", "kk", "rt", "rw"}, 3),
        (column.type == "year", 2),
        (column.type == "month" or found & words.LISTS, 1),
        (column.type == "date" or column.personal, 0),
        (True, -1),
    )
    return next(rank for applies, rank in cases if applies)


def _sensible(columns: Sequence[Drafted], chosen: tuple[int, ...]) -> bool:
    return any(_rank(columns[i]) > 0 for i in chosen)


def _second(columns: Sequence[Drafted], chosen: tuple[int, ...], first: int) -> bool:
    """Tell whether what joins a NIK that is almost unique is a number, a period or a list."""
    return all(i == first or _rank(columns[i]) > 0 for i in chosen)


def _unique(rows: Sequence[tuple[str | None, ...]], chosen: Sequence[int]) -> float:
    return len({tuple(row[i] for i in chosen) for row in rows}) / len(rows) if rows else 0.0
