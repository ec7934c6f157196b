"""A second pair of eyes: reads deliveries back and judges their rows by feeds.md, knowing nothing of the dirt."""

import csv
import gzip
import io
import json
import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import openpyxl

from simulator.columns import Column, Feed, Format, Kind
from simulator.dates import MONTH_NAMES
from simulator.workbook import TITLES

ISO = re.compile(r"\d{4}-\d\d-\d\d")
SHORT = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
LONG = re.compile(r"(\d{1,2}) (\w+) (\d{4})")
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!"}
PLAIN = re.compile(r"[ -~]*")
CODE_WORDS = ("KODE", "NO", "NOMOR", "SUMBER DANA", "SKPD PENGUSUL", "KEGIATAN", "ID")
PERSONAL = re.compile(r"(?<!\d)\d{16}(?!\d)")
NUMBER_ISO = re.compile(r"-?\d+(\.\d+)?")
NUMBER_ID = re.compile(r"-?\d{1,3}(\.\d{3})*,\d\d")


def tables(feed: Feed, path: Path) -> list[list[list]]:
    """Return the sheets of a delivery, each with its header first."""
    if feed.form is Format.JSON:
        objects = json.loads(path.read_text(encoding="utf-8"))
        return [[list(objects[0]), *(list(one.values()) for one in objects)]] if objects else []
    if feed.form is Format.XLSX:
        found = []
        for sheet in openpyxl.load_workbook(path):
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
            skip = len(TITLES[feed.code][0]) + TITLES[feed.code][1]
            rows = [row for row in rows[skip:] if any(cell is not None for cell in row)]
            if feed.code == "sipd.anggaran":
                assert rows[-1][0].startswith("Dicetak pada ")
                assert "JUMLAH" in rows[-2]
                rows = rows[:-2]
            found.append(rows)
        return found
    encoding, delimiter = {
        Format.PIPE: ("utf-8", "|"),
        Format.SEMICOLON: ("cp1252", ";"),
        Format.BOM: ("utf-8-sig", ","),
        Format.SQL: ("utf-8", ","),
    }[feed.form]
    content = path.read_bytes()
    if feed.form is Format.PIPE:
        content = gzip.decompress(content)
    return [list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))]


def canonical(name: str) -> str:
    return re.sub(r"[\s_]+", " ", name.strip()).lower()


def rows(feed: Feed, path: Path) -> list[tuple]:
    """Return the data rows in the order of the feed's columns, extra columns left out."""
    found = []
    for header, *data in tables(feed, path):
        places = {canonical(str(name)): i for i, name in enumerate(header)}
        order = [places[canonical(name)] for name in feed.names]
        for row in data:
            if not any(cell not in (None, "") for cell in row):
                continue
            padded = [*row, *[None] * (len(header) - len(row))]
            found.append(tuple(normal(feed.columns[i], padded[place]) for i, place in enumerate(order)))
    return found


def normal(column: Column, cell):
    """Step 3: normalise."""
    if isinstance(cell, list | dict):
        return json.dumps(cell)
    if not isinstance(cell, str):
        return cell
    text = UNSEEN.sub("", cell).strip()
    text = text.removeprefix("'").strip()
    if column.kind is Kind.NIK:
        text = text.replace(" ", "").replace(".", "")
    return text or None


def valid_nik(nik) -> bool:
    if not isinstance(nik, str) or not re.fullmatch(r"[0-9]{16}", nik) or nik.endswith("0000"):
        return False
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    for century in (1900, 2000):
        try:
            date(century + year, month, day - 40 if day > 40 else day)
        except ValueError:
            continue
        return True
    return False


def as_date(feed: Feed, cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    text = str(cell)
    try:
        if not feed.indonesian:
            return date.fromisoformat(text) if ISO.fullmatch(text) else None
        if found := SHORT.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := LONG.fullmatch(text):
            return date(int(found[3]), MONTH_NAMES.index(found[2]) + 1, int(found[1]))
    except ValueError:
        return None
    return None


def as_number(feed: Feed, cell) -> Decimal | None:
    if isinstance(cell, int | float):
        return Decimal(str(cell))
    if feed.form is Format.JSON:
        return None
    pattern = NUMBER_ID if feed.indonesian else NUMBER_ISO
    if not pattern.fullmatch(str(cell)):
        return None
    text = str(cell).replace(".", "").replace(",", ".") if feed.indonesian else str(cell)
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def looks_right(feed: Feed, column: Column, cell) -> bool:
    """Step 5, for what a cell may not be whatever its type."""
    if feed.form is Format.XLSX and isinstance(cell, str) and cell in ERRORS:
        return False
    if column.kind is not Kind.TEXT or not (column.required or column.name in feed.key):
        return True
    if isinstance(cell, bool | datetime):
        return False
    if any(valid_nik(run) for run in PERSONAL.findall(str(cell))):
        return False
    is_code = canonical(column.name).upper().startswith(CODE_WORDS) or column.name in {"nomor_kontrak", "idData"}
    return not is_code or PLAIN.fullmatch(str(cell)) is not None


def good_cell(feed: Feed, column: Column, cell, night: date) -> bool:  # noqa: PLR0911 - a line per type
    """Step 5, for one cell."""
    if cell is None:
        return not column.required
    match column.kind:
        case Kind.NIK:
            return valid_nik(cell)
        case Kind.DIGITS:
            return re.fullmatch(rf"[0-9]{{{column.digits}}}", str(cell)) is not None
        case Kind.LIST:
            return cell in column.allowed
        case Kind.DATE:
            day = as_date(feed, cell)
            return day is not None and not (column.not_after_night and day > night)
        case Kind.MONTH:
            return re.fullmatch(r"\d{4}(0[1-9]|1[0-2])", cell) is not None
        case Kind.PERIOD:
            found = re.fullmatch(r"(\w+) (\d{4})", cell)
            return found is not None and found[1] in MONTH_NAMES
        case Kind.AMOUNT | Kind.COUNT | Kind.YEAR:
            number = as_number(feed, cell)
            least = 1 if column.above_zero else 0
            return number is not None and number == int(number) and number >= least
        case Kind.HECTARES:
            return re.fullmatch(r"\d+(,\d+)?", cell) is not None
        case Kind.NESTED if column.name == "contracts":
            contracts = json.loads(cell)
            amounts = [c["value"]["amount"] for c in contracts]
            return all(c["id"] for c in contracts) and all(isinstance(a, int) and a >= 0 for a in amounts)
        case _:
            return True


class Judge:
    """Judges the deliveries of one feed, night after night."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        names = feed.names
        self.key = [names.index(name) for name in feed.key]
        self.compared = [i for i, name in enumerate(names) if name != feed.running]
        self.earlier: dict[tuple, tuple] = {}
        """increments: key -> the row accepted from an earlier delivery"""

    def judge(self, path: Path, night: date) -> tuple[Counter, list[tuple]]:
        """Return the four counts and the accepted rows."""
        counts: Counter = Counter()
        seen, good = set(), []
        for row in rows(self.feed, path):
            counts["delivered_rows"] += 1
            same = tuple((type(row[i]) is int, row[i]) for i in self.compared)
            key = tuple(row[i] for i in self.key)
            if same in seen or self.earlier.get(key) == row:
                counts["duplicate_rows"] += 1
                continue
            seen.add(same)
            cells = list(zip(self.feed.columns, row, strict=True))
            if all(looks_right(self.feed, c, cell) and good_cell(self.feed, c, cell, night) for c, cell in cells):
                good.append((key, row))
            else:
                counts["quarantined_rows"] += 1
        keys = Counter(key for key, _ in good)
        accepted = []
        for key, row in good:
            if keys[key] > 1 or key in self.earlier:
                counts["quarantined_rows"] += 1
            else:
                accepted.append(row)
        if self.feed.cadence == "increment":
            self.earlier.update((tuple(row[i] for i in self.key), row) for row in accepted)
        counts["accepted_rows"] = len(accepted)
        return counts, accepted
