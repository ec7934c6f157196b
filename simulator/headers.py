"""How a header may look on a night: other case, blanks for underscores, other order, a column nobody asked for."""

from dataclasses import dataclass, field
from random import Random

from simulator.columns import Feed, Format
from simulator.rows import Cell

EXTRA = {
    Format.PIPE: "KETERANGAN",
    Format.SEMICOLON: "CATATAN PETUGAS",
    Format.BOM: "no_hp",
    Format.SQL: "diubah_pada",
    Format.XLSX: "EMAIL",
    Format.JSON: "sumber",
}


@dataclass(slots=True)
class Header:
    """The columns of one sheet or file as they are written."""

    names: list[str]
    order: list[int]
    extra: str | None = None
    kinds: list[str] = field(default_factory=list)

    def arrange(self, cells: list[Cell], position: int) -> list[Cell]:
        """Put a row's cells into the written order, the extra one last."""
        arranged = [cells[i] for i in self.order]
        return arranged if self.extra is None else [*arranged, f"08{position:010d}"]


def plain(feed: Feed, *, without: int | None = None) -> Header:
    """Return the header as feeds.md has it; without a column for a delivery that must be rejected."""
    order = [i for i in range(len(feed.columns)) if i != without]
    return Header([feed.names[i] for i in order], order)


def _respell(name: str, style: int) -> str:
    """Spell a name in another case, with blanks or underscores."""
    return (
        name.lower().replace(" ", "_"),
        name.upper().replace("_", " "),
        name.title().replace("_", " "),
        f" {name} ",
        name.lower(),
    )[style]


def header_of_night(feed: Feed, rng: Random, dirty: bool) -> Header:
    """Return tonight's header; column order, case, blanks and underscores are not promised."""
    header = plain(feed)
    if not dirty:
        return header
    if rng.random() < 0.2:
        shuffled = header.order[1:-1]
        rng.shuffle(shuffled)
        # The total row of a budget starts in its first column and ends in its last, so these two stay.
        header.order = [0, *shuffled, len(header.order) - 1]
        if feed.code != "sipd.anggaran":
            header.order.reverse()
        header.names = [feed.names[i] for i in header.order]
        header.kinds.append("columns in other order")
    # A key of a JSON object and a column of a table have but one spelling.
    if rng.random() < 0.25 and feed.form not in {Format.JSON, Format.SQL}:
        style = rng.randrange(5)
        header.names = [_respell(name, style) for name in header.names]
        header.kinds.append("header in other spelling")
    if rng.random() < 0.15:
        header.extra = EXTRA[feed.form]
        header.names = [*header.names, header.extra]
        header.kinds.append("unknown extra column")
    return header
