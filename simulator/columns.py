"""What a feed consists of: format, cadence, key and columns."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    NIK = "nik"
    DIGITS = "digits"
    DATE = "date"
    MONTH = "month"
    PERIOD = "period"
    AMOUNT = "amount"
    COUNT = "count"
    YEAR = "year"
    LIST = "list"
    PROGRAMS = "programs"
    HECTARES = "hectares"
    NESTED = "nested"


class Format(Enum):
    """How a delivery is written."""

    PIPE = "CSV, |, gzip, UTF-8"
    SEMICOLON = "CSV, ;, cp1252, CRLF"
    BOM = "CSV, comma, UTF-8 with BOM"
    SQL = "table as CSV"
    XLSX = "XLSX"
    JSON = "JSON array"


EXTENSIONS = {
    Format.PIPE: "csv.gz",
    Format.SEMICOLON: "csv",
    Format.BOM: "csv",
    Format.SQL: "csv",
    Format.XLSX: "xlsx",
    Format.JSON: "json",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: bold in feeds.md means required."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    allowed: tuple[str, ...] = ()
    digits: int = 0
    not_after_night: bool = False
    above_zero: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed."""

    code: str
    form: Format
    cadence: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    running: str | None = None
    indonesian: bool = False
    """dates, months and amounts in Indonesian spelling"""

    @property
    def names(self) -> list[str]:
        """The header as the agency spells it."""
        return [column.name for column in self.columns]

    def path(self, stamp: str) -> str:
        """Return the place of a delivery below the root."""
        agency, feed = self.code.split(".")
        return f"{agency}/{feed}/{feed}_{stamp}.{EXTENSIONS[self.form]}"
