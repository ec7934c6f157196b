"""The fifteen questions: beside the SQL of each a YAML says how it is asked, where it is shown, what it cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from cakupan.bilingual import Text, joined

FOLDER = Path(__file__).parent / "questions"

NOTES = {
    "newest": Text(
        "Menurut keadaan malam terbit terbaru, juga bila --date menyebut malam lain.",
        "As of the newest published night, also where --date names another.",
    ),
    "monthly": Text(
        "Biaya memakai tarif BPU minimum DBHCHT yang berlaku pada malam itu: JKK + JKM per orang per bulan.",
        "Costs use the lowest BPU tariff from DBHCHT in force on the night: JKK + JKM per person and month.",
    ),
}
"""What several questions say of how their rows are read."""

CANNOT = Text("Yang tidak dapat dikatakan: {}", "What it cannot say: {}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cells(_Strict):
    """Counts of persons that are shown together or not."""

    only: str | None = None
    """the part of the answer that they are of; else all of it"""
    small: tuple[str, ...]
    """the counts that may be too small"""
    tells: tuple[str, ...] = ()
    """other whole numbers by which one of them could be reckoned"""
    hides: tuple[str, ...]
    """what is hidden with them: the counts, and what would tell them"""

    def of(self, row: Mapping[str, Any]) -> bool:
        """Return whether the row is of this part of the answer."""
        return self.only in (None, row.get("part"))


class Question(_Strict):
    """One question and how it is answered."""

    number: int
    query: bytes
    """the SQL that answers it, with the night and the monthly contribution as parameters"""
    asks: Text
    page: str
    """of the pages for heads of office, with its section"""
    rests_on: tuple[str, ...]
    """published relations and reference data"""
    reads: Text
    """how the rows are to be read"""
    notes: tuple[Literal["newest", "monthly"], ...] = ()
    cannot: Text
    hidden: tuple[Cells, ...] = ()

    @property
    def command(self) -> str:
        """What a person types."""
        return f"cakupan answer {self.number}"

    @property
    def read_as(self) -> Text:
        """How the rows are to be read, with what several questions add."""
        return joined([self.reads, *(NOTES[note] for note in self.notes)])


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions in their order."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.yml")))


def _read(path: Path) -> Question:
    said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    number = int(path.stem.split("_")[0])
    return Question.model_validate(said | {"number": number, "query": path.with_suffix(".sql").read_bytes()})
