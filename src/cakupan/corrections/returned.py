"""A fix workbook as it comes back: which cells of which rows were changed, read by the reader of deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cakupan.bilingual import Text
from cakupan.corrections.bad_rows import BadRow
from cakupan.corrections.fix_workbook import ROW, SHEET_NAME, has_sheets
from cakupan.feeds import Feed, XlsxFormat, canonical
from cakupan.invisible import is_filled
from cakupan.landing import workbook
from cakupan.landing.header import Header
from cakupan.landing.records import Record
from cakupan.landing.refusals import Refused
from cakupan.landing.rewriting import Changes, Place
from cakupan.quality.defects import describe_place


class CannotImport(ValueError):
    """Nothing of the workbook was taken; says why, and what to do, in both languages."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


@dataclass(frozen=True)
class Returned:
    """What an office did to its bad rows."""

    changed: Mapping[Place, Changes]
    emptied: Sequence[Place]
    left_out: Sequence[Text]
    """Rows that were changed and cannot be taken, each with the reason."""


def read_returned(feed: Feed, path: Path, bad: Sequence[BadRow]) -> Returned:
    """Hold the workbook against the rows that are bad. Raises CannotImport where it cannot be read as one."""
    as_workbook = feed.model_copy(update={"format": XlsxFormat(kind="xlsx")})
    known = {row.place: row for row in bad}
    changed: dict[Place, Changes] = {}
    emptied: list[Place] = []
    left_out: list[Text] = []
    try:
        (part,) = workbook.parts(as_workbook, XlsxFormat(kind="xlsx"), path)
        records = list(part.records)
    except Refused as refusal:
        raise CannotImport(refusal.text) from None
    for record in records:
        place = _place(feed, part.header, record)
        if place is None:
            left_out.append(_at(("", record.row_number), Text(f"kolom {ROW} berubah", f"its {ROW} was altered")))
            continue
        if place not in known:
            left_out.append(_at(place, Text("tidak (lagi) ada di karantina", "it is not in quarantine (any more)")))
            continue
        changes = _changes(part.header, record, known[place])
        if why := _unusable(feed, record, changes):
            left_out.append(_at(place, why))
        elif changes and not any(map(is_filled, _cells(part.header, record).values())):
            emptied.append(place)
        elif changes:
            changed[place] = changes
    return Returned(changed, emptied, left_out)


def _cells(header: Header, record: Record) -> dict[str, str | None]:
    return {column.name: cell for column, cell in zip(header.columns, record.values, strict=True) if column}


def _changes(header: Header, record: Record, before: BadRow) -> dict[str, str | None]:
    """Return the cells that are not as they were handed out."""
    return {
        name: cell for name, cell in _cells(header, record).items() if (cell or "") != (before.cells[name] or "")
    }  # fmt: skip


def _place(feed: Feed, header: Header, record: Record) -> Place | None:
    """Read of which row of the delivery the record is."""
    own = {canonical(name): cell for name, cell in zip(header.names, record.values, strict=True)}
    number, sheet = own.get(canonical(ROW)) or "", own.get(canonical(SHEET_NAME)) or ""
    return (sheet if has_sheets(feed) else "", int(number)) if number.isascii() and number.isdigit() else None


def _unusable(feed: Feed, record: Record, changes: Changes) -> Text | None:
    """Say what was lost when a cell was typed; nothing where all can be read."""
    if record.defect or any(name in changes for name in record.error_cells or ()):
        return Text("memuat rumus atau kesalahan", "it holds a formula without a result or an error")
    numbers = [name for name in record.number_cells or () if feed.column(name).type == "nik"]
    lost = [feed.column(name).header for name in [*numbers, *(record.typed_cells or ())] if name in changes]
    if lost:
        return Text(
            f"{', '.join(lost)} diketik sebagai angka atau tanggal; format selnya sebagai Teks dan ketik ulang",
            f"{', '.join(lost)} was typed as a number or a date; format the cell as Text and type it again",
        )
    return None


def _at(place: Place, why: Text) -> Text:
    return Text("{}: {}", "{}: {}").format(describe_place(*place), why)
