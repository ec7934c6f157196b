"""Ways to spoil one row so that feeds.md, step 5, says unambiguously: quarantined."""

from collections.abc import Callable
from datetime import date, datetime
from random import Random

from simulator.columns import Column, Feed, Format, Kind
from simulator.dates import days_after, long_date, short_date
from simulator.rows import Cell

Spoiler = Callable[[Cell, Column, Feed, date, Random], Cell]
Break = tuple[str, int, Spoiler]
"""kind of dirt, column, what happens to its cell"""


def _null(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Empty a required cell; only white space is empty too."""
    if feed.form is Format.XLSX:
        return rng.choice((None, "  "))
    if feed.form is Format.JSON:
        return rng.choice((None, "", " "))
    return rng.choice(("", " ", "\t"))


def _nik_short(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    return str(cell)[:15]


def _nik_long(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    return f"{cell}{rng.randrange(10)}"


def _nik_date(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Spell no calendar date: 30 February, month 13, day 00, day 72."""
    day = rng.choice(("3002", "1513", "0005", "7205", "3106"))
    return f"{str(cell)[:6]}{day}{str(cell)[10:]}"


def _nik_serial(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    return f"{str(cell)[:12]}0000"


def _nik_letter(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Return a letter O for a nought, an l for a one, somewhere among the digits."""
    place = rng.randrange(4, 15)
    return f"{str(cell)[:place]}{rng.choice('OlX')}{str(cell)[place + 1 :]}"


def _nik_number(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Make it a number cell, which keeps 15 digits."""
    return int(str(cell)[:15]) * 10


def _outside(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Return a value that the closed list does not hold."""
    return {"STATUS": "AKTIF SEMENTARA", "status": "Dicabut", "JENIS": "TAMBAHAN"}.get(
        column.name, rng.choice(("Z9", "LAINNYA", "X"))
    )


def _no_such_day(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Return a date that no calendar has."""
    if feed.indonesian:
        return rng.choice((f"30/02/{night.year}", f"31 Juni {night.year}", f"12/13/{night.year}"))
    return rng.choice((f"{night.year}-02-30", f"{night.year}-13-01", f"{night.year}-06-31"))


def _other_spelling(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Return a good day in the spelling of other feeds."""
    if feed.form is Format.SEMICOLON:
        return rng.choice((night.isoformat(), f"{night:%Y/%m/%d}"))
    if feed.indonesian:  # a date cell may be read as ISO text, so ISO text proves nothing there
        return rng.choice((f"{night:%Y.%m.%d}", f"September {night.day}, {night.year}"))
    return rng.choice((short_date(night), long_date(night), f"{night:%Y/%m/%d}"))


def _no_date(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    return rng.choice(("belum ada", "menyusul", "-"))


def _tomorrow(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    return days_after(night, rng.choice((1, 1, 30))).isoformat()


def _no_month(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    if column.kind is Kind.PERIOD:
        return rng.choice((f"Septembre {night.year}", "Januari", f"{night.year}"))
    return f"{night.year}{rng.choice(('13', '00', '1'))}"


def _negative(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    if isinstance(cell, int):
        return -cell - 1
    return f"-{cell}" if str(cell).strip("0.,") else "-1"


def _fraction(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Return an amount that is not whole."""
    if isinstance(cell, int):
        return cell + 0.5
    return str(cell)[:-2] + "50" if feed.indonesian else f"{cell}.5"


def _words(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    return rng.choice(("lima juta", "Rp", "n/a"))


def _zero(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    return "0"


def _fewer_digits(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    return rng.choice((str(cell)[:-1], f"{cell}7", f"{str(cell)[:-1]}K"))


def _error(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Return what a formula shows that lost what it looked for; written as an error cell."""
    return rng.choice(("#N/A", "#REF!", "#VALUE!", "#DIV/0!"))


def _date_cell(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Return what a spreadsheet makes of 5/2: what was typed is gone."""
    return datetime(night.year, rng.randrange(1, 13), rng.randrange(1, 29))


def _truth(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    return rng.choice((True, False))


def _look_alike(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Return a long dash, or a letter of another alphabet where the encoding has one."""
    return f"{cell}{EN_DASH if feed.form is Format.SEMICOLON else rng.choice((CYRILLIC_A, FULL_WIDTH_ONE))}"


def _nik_in_text(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    """Return a person's number where none belongs."""
    return f"{cell} 357901{rng.randrange(1, 29):02d}0190{rng.randrange(1, 9999):04d}"


def breaks_for(feed: Feed) -> list[Break]:
    """List every way in which a row of the feed can be spoiled."""
    found: list[Break] = []
    for i, column in enumerate(feed.columns):
        if column.kind is Kind.NESTED or feed.code == "pbj.kontrak":
            continue
        if column.required:
            found.append(("missing required cell", i, _null))
        found += [(kind, i, spoil) for kind, spoil in (*_typed(feed, column), *_odd(feed, column))]
    if feed.code == "pbj.kontrak":
        found.append(("missing required cell", 0, _null))
        last = len(feed.columns) - 1
        found += [(kind, last, spoil) for kind, spoil in RELEASE_BREAKS]
    return found


def _typed(feed: Feed, column: Column) -> list[tuple[str, Spoiler]]:
    """List the ways to miss a column's type."""
    found = list(TYPE_BREAKS.get(column.kind, ()))
    if column.kind is Kind.NIK and feed.form is Format.XLSX:
        found.append(("nik as number cell", _nik_number))
    if column.kind is Kind.DATE and feed.form is Format.XLSX and not feed.indonesian:
        found = [("not a date", _no_date)]
    if column.not_after_night:
        found.append(("date after the night", _tomorrow))
    if column.above_zero:
        found.append(("zero", _zero))
    option = "" if column.required else " in optional column"
    return [(kind + option, spoil) for kind, spoil in found]


def _odd(feed: Feed, column: Column) -> list[tuple[str, Spoiler]]:
    """List the ways in which a cell of any type is no value, or a text only looks right."""
    found: list[tuple[str, Spoiler]] = []
    if feed.form is Format.XLSX and column.name != feed.running:
        found.append(("error cell" if column.required else "error cell in optional column", _error))
    if column.kind is not Kind.TEXT or not column.required:
        return found
    if feed.form is Format.XLSX:
        found += [("date cell in text", _date_cell), ("boolean cell in text", _truth)]
    if column.name in CODES:
        found.append(("sign that only looks like another", _look_alike))
    return [*found, ("nik in a text", _nik_in_text)]


CODES = frozenset({
    "NO SK", "NO DPA", "NO SP2D", "KODE SKPD", "KODE SUB KEGIATAN", "KODE REKENING", "SUMBER DANA", "NO PERMOHONAN",
    "NO_PENDAFTARAN", "NO_KONTRAK", "NO_TRANSAKSI", "nomor_kontrak", "noPeraturan", "idData", "SKPD PENGUSUL",
    "kegiatan_id",
})  # fmt: skip
"""Columns of codes and numbers, whose letters must be plain."""
EN_DASH, CYRILLIC_A, FULL_WIDTH_ONE = "\u2013", "\u0410", "\uff11"

TYPE_BREAKS: dict[Kind, tuple[tuple[str, Spoiler], ...]] = {
    Kind.NIK: (
        ("nik 15 digits", _nik_short),
        ("nik 17 digits", _nik_long),
        ("nik impossible date", _nik_date),
        ("nik serial 0000", _nik_serial),
        ("nik letter", _nik_letter),
    ),
    Kind.LIST: (("outside closed list", _outside),),
    Kind.DATE: (("no such day", _no_such_day), ("date in other spelling", _other_spelling)),
    Kind.MONTH: (("no such month", _no_month),),
    Kind.PERIOD: (("no such month", _no_month),),
    Kind.AMOUNT: (("negative", _negative), ("not whole", _fraction), ("not numeric", _words)),
    Kind.COUNT: (("negative", _negative), ("not whole", _fraction), ("not numeric", _words)),
    Kind.DIGITS: (("wrong number of digits", _fewer_digits),),
    Kind.HECTARES: (("not numeric", _words),),
}


def _release(change: Callable[[dict[str, Cell]], object]) -> Spoiler:
    """Make a spoiler that changes the first contract of a release."""

    def spoil(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
        first = {**cell[0], "value": dict(cell[0]["value"])}
        change(first)
        return [first, *cell[1:]]

    return spoil


def _no_contracts(cell: Cell, column: Column, feed: Feed, night: date, rng: Random) -> Cell:
    return None


RELEASE_BREAKS: tuple[tuple[str, Spoiler], ...] = (
    ("missing required cell", _no_contracts),
    ("missing required cell", _release(lambda first: first.update(id=None))),
    ("missing required cell", _release(lambda first: first["value"].update(amount=None))),
    ("negative", _release(lambda first: first["value"].update(amount=-1))),
    ("not numeric", _release(lambda first: first["value"].update(amount="lima juta"))),
)
