"""Harmless dirt (feeds.md, step 3): white space, Excel's text mark, dots in a NIK, other good spellings."""

from datetime import date, datetime
from random import Random

from simulator.columns import Feed, Format, Kind
from simulator.dates import long_date
from simulator.rows import Cell

PADS = (("padded with blanks", " "), ("padded with tab", "\t"), ("padded with no-break space", "\u00a0"))

UNSEEN = ("\u00ad", "\u200b", "\u200e", "\u2060", "\ufeff")
"""Characters that nobody sees; the soft hyphen is the only one that cp1252 has."""
UNSEEN_SHARE = 0.15
NOTES = {"sipd.sp2d": "URAIAN", "sipd.anggaran": "URAIAN"}
"""Columns of text that no answer shows."""


def annotate(feed: Feed, cells: list[Cell], rng: Random) -> tuple[str, list[Cell]]:
    """Name a person by number in a note: the row counts, the number goes no further; ("", same) where there is none."""
    if feed.code not in NOTES or rng.random() < 0.5:
        return "", cells
    i = feed.names.index(NOTES[feed.code])
    nik = f"357901{rng.randrange(1, 29):02d}0190{rng.randrange(1, 9999):04d}"
    return "nik in a note", [*cells[:i], f"{cells[i]} a.n. {nik}", *cells[i + 1 :]]


def blemish(feed: Feed, cells: list[Cell], rng: Random) -> tuple[str, list[Cell]]:
    """Return a kind of dirt and the row with it; every normalised cell stays what it was."""
    texts = [
        i
        for i, cell in enumerate(cells)
        if isinstance(cell, str) and cell.strip() and feed.columns[i].name != feed.running
    ]
    if not texts:
        return "", cells
    niks = [i for i in texts if feed.columns[i].kind is Kind.NIK]
    i = niks[0] if niks and rng.random() < 0.6 else rng.choice(texts)
    text = cells[i]
    if rng.random() < UNSEEN_SHARE:
        place = rng.randrange(len(text) + 1)
        sign = UNSEEN[0] if feed.form is Format.SEMICOLON else rng.choice(UNSEEN)
        return "character nobody sees", [*cells[:i], f"{text[:place]}{sign}{text[place:]}", *cells[i + 1 :]]
    choice = rng.randrange(5 if feed.columns[i].kind is Kind.NIK else 4)
    if choice == 4:
        kind, text = rng.choice(
            (
                ("nik with dots", f"{text[:6]}.{text[6:12]}.{text[12:]}"),
                ("nik with blanks", f"{text[:6]} {text[6:12]} {text[12:]}"),
            )
        )
    elif choice == 3:
        kind, text = "apostrophe", f"'{text}"
    else:
        kind, pad = PADS[choice]
        text = rng.choice((f"{pad}{text}", f"{text}{pad}", f"{pad}{text}{pad}"))
    return kind, [*cells[:i], text, *cells[i + 1 :]]


def respell(feed: Feed, cells: list[Cell], rng: Random) -> tuple[str, list[Cell]]:
    """Spell a date or an amount of an Indonesian feed in its other good way; ("", same) where there is none."""
    dates = [i for i, c in enumerate(feed.columns) if c.kind is Kind.DATE and isinstance(cells[i], str)]
    amounts = [i for i, c in enumerate(feed.columns) if c.kind is Kind.AMOUNT and isinstance(cells[i], str)]
    if not feed.indonesian or not dates:
        return "", cells
    i = rng.choice(dates)
    day = datetime.strptime(cells[i], "%d/%m/%Y").date()
    kind: str
    value: Cell
    if feed.form is not Format.XLSX or rng.random() < 0.4:
        kind, value = "date spelled out", long_date(day)
    elif amounts and rng.random() < 0.5:
        i = amounts[0]
        kind, value = "amount as number cell", int(cells[i][:-3].replace(".", ""))
    else:
        kind, value = "date as date cell", datetime.combine(date(day.year, day.month, day.day), datetime.min.time())
    return kind, [*cells[:i], value, *cells[i + 1 :]]
