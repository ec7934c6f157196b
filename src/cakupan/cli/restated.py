"""Which published nights were built again because of what arrived late, and which of their figures moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from cakupan.bilingual import Text, counted, joined, same
from cakupan.cli.messages import this_command
from cakupan.database import Role, connect

HEADLINES = 3  # figures of coverage that are told one by one
# What one publication of a night changed; a night that is published again and again has many.
MOVED = """
    select
        as_of_date,
        coalesce(
            array_agg(
                array[figure, row_key, coalesce(value_before, '-'), coalesce(value_after, '-')]
                order by figure, row_key
            )
            filter (where relation = 'universal_coverage'), '{}'
        ) as coverage,
        count(*) as figures,
        coalesce(array_agg(distinct relation order by relation), '{}') as relations
    from marts.restated_figures
    where as_of_date = any(%s) and published_at >= %s
    group by as_of_date
    order by as_of_date
"""
NO_FIGURE = Text("tidak ada angka yang berubah", "no figure moved")
FIGURE = Text("angka berubah", "figure moved")
FIGURES = "figures moved"
IN = Text("{} di {}", "{} in {}")


@dataclass(frozen=True)
class Restated:
    """A night that was built again, and what of it readers see otherwise."""

    as_of_date: date
    coverage: Sequence[Sequence[str]] = ()
    """Figures of universal coverage that moved: figure, row, before, after."""
    figures: int = 0
    relations: Sequence[str] = ()

    @property
    def told(self) -> Text:
        """What moved, in a line."""
        if not self.figures:
            return NO_FIGURE
        headlines = [same(f"{figure} ({row}) {before} → {after}; ") for figure, row, before, after in self.coverage]
        counts = IN.format(counted(self.figures, FIGURE, FIGURES), ", ".join(self.relations))
        return joined([*headlines[:HEADLINES], counts], "")


def read_restated(nights: Sequence[date], since: datetime) -> list[Restated]:
    """Return what moved in each of the nights since the moment, oldest night first."""
    if not nights:
        return []
    with connect(Role.BI) as connection, connection.cursor(row_factory=class_row(Restated)) as cursor:
        moved = {one.as_of_date: one for one in cursor.execute(MOVED, (list(nights), since))}
    return [moved.get(night, Restated(night)) for night in sorted(set(nights))]


def question(nights: Sequence[date]) -> str:
    """Return the command that shows every figure that moved."""
    dates = ", ".join(f"'{night}'" for night in nights)
    statement = f"select * from marts.restated_figures where as_of_date in ({dates})"  # noqa: S608 dates of ours
    return f'{this_command()} sql "{statement}"'
