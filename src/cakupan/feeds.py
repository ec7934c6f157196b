"""Feed declarations, `feeds/<agency>/<feed>.yml`: the only place that knows where a feed comes from."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cakupan.bilingual import Text
from cakupan.invisible import visible

Spelling = Literal["iso", "id", "loose", "en"]
"""How dates and numbers are written: 2025-09-09 and 1234.5 (iso); 09/09/2025 and 1.234,5 (id); as people type, with
dates such as 9-9-2025 and 9 Sep 2025 and amounts such as Rp 1.234,- (loose); the same with 1,234.5 (en)."""
ColumnType = Literal["text", "nik", "kpj", "date", "month", "year", "rupiah", "count", "decimal", "flag", "json"]
SqlName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
JsonPath = Annotated[str, Field(pattern=r"^[^.]+(\.[^.]+)*$")]
"""Where a value stands in a JSON object: keys joined by dots."""


READING = ("number_cells", "error_cells", "typed_cells", "defect", "raw_record")
"""Columns of a landing table that tell how a record was read: the first three name declared columns, by their cells."""
ACCEPTED = ("validation_id", "delivery_id", "sheet", "row_number", "business_date")
"""Columns of a view of accepted rows that tell where a row is from: they stand before the declared ones."""
PSEUDONYMS = {"nik": "worker", "kpj": "membership"}
"""Types of columns that name a person or a membership, with the relation of schema `identity` that has their keys."""
RESERVED = frozenset({*ACCEPTED, *READING, "verdict", "rules"})
"""Columns that a feed's tables and the view of its accepted rows have beside the declared ones."""


GUIDE_SHEET, LISTS_SHEET = "Petunjuk pengisian", "Daftar pilihan"
"""Sheets that we put into a template beside the table to be filled in: no delivery's data stand there."""


class Strict(BaseModel):
    """A config model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Layout(Strict):
    """Where the data of a sheet begins and ends: the header is the first row that names every required column."""

    header_rows: Annotated[int, Field(ge=1, le=3)] = 1
    """Rows the header takes; words that stand above each other make one name."""
    numbering: bool = False
    """The row under the header that numbers the columns is no data."""
    footer: tuple[str, ...] = ()
    """Rows whose first filled cell starts with one of these words are no data (totals, print dates)."""
    end: tuple[str, ...] = ()
    """From a row whose first filled cell starts with one of these words on, only rows that fill every required column
    are data (what stands below a table: totals, signatures)."""

    @property
    def is_plain(self) -> bool:
        """Whether every row below the header is a record."""
        return self.header_rows == 1 and not (self.numbering or self.footer or self.end)


class CsvFormat(Layout):
    """A delimited text file; where its layout is not plain, rows without any filled cell are no data either."""

    kind: Literal["csv"]
    delimiter: Annotated[str, Field(pattern=r'^[^"\\\r\n\x80-\U0010ffff]$')] = ","
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "cp1252"] = "utf-8"
    compression: Literal["gzip"] | None = None
    largest_mib: Annotated[int, Field(ge=1)] = 4096
    """What a compressed file may hold at most, in MiB: some fifty million rows where nothing else is declared."""

    @property
    def extension(self) -> str:
        """File name ending, without the leading dot."""
        return "csv.gz" if self.compression else "csv"


class XlsxFormat(Layout):
    """A workbook."""

    kind: Literal["xlsx"]
    sheets: Literal["first", "all"] = "first"
    skip_sheets: tuple[str, ...] = ()
    """Visible sheets that are no data (a cover, a summary), by name."""

    @property
    def extension(self) -> str:
        """File name ending, without the leading dot."""
        return "xlsx"


class JsonFormat(Strict):
    """A JSON array of objects; nested values land as JSON text."""

    kind: Literal["json"]
    rows: JsonPath | None = None
    """Where the array is in the document; without it the document is the array."""

    @property
    def extension(self) -> str:
        """File name ending, without the leading dot."""
        return "json"


class Column(Strict):
    """One column an agency delivers."""

    name: SqlName
    header: str
    type: ColumnType = "text"
    required: bool = False
    """A delivery without this column is refused."""
    personal: bool = False
    running_number: bool = False
    """Left out when rows are compared for repeats."""
    code: bool = False
    """A code or an identifier, whose letters must be plain: one that only looks like another joins nothing. Of nested
    values, every `id` in them."""
    spelling: Spelling | None = None
    about: str
    """What it holds, `English | Indonesian`."""

    @property
    def told(self) -> Text:
        """What the column holds, in both languages."""
        english, _, indonesian = self.about.partition(" | ")
        return Text(indonesian or english, english)

    @property
    def canonical_header(self) -> str:
        """The header as compared: case, blanks and underscores do not matter."""
        return canonical(self.header)


class OnePage(Strict):
    """The first answer is all there is."""

    kind: Literal["none"]


class PageNumbers(Strict):
    """Pages are asked for by number, from 1 to the last one that each answer names."""

    kind: Literal["page"]
    parameter: str
    page: JsonPath | None = None
    """Where an answer says which page it is."""
    last: JsonPath
    size: str | None = None
    """The parameter that says how many rows a page has: asked for in other portions, the same rows must come."""


class Cursors(Strict):
    """Each answer has the cursor of the next, null in the last; the first is asked for without one."""

    kind: Literal["cursor"]
    parameter: str
    next: JsonPath


class NextLinks(Strict):
    """Each answer has the address of the next; the last has none, or null."""

    kind: Literal["link"]
    next: JsonPath


class Rest(Strict):
    """How a night's rows are asked for over HTTP and where they are in an answer."""

    path: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~/-]+$")]
    """Behind the connection's address."""
    parameters: dict[str, str] = {}
    """`{date}` stands for the night as YYYY-MM-DD."""
    rows: JsonPath | None = None
    """Where the array of rows is; without it the answer is the array."""
    total: JsonPath | None = None
    """Where an answer says how many rows all pages have together."""
    paging: Annotated[OnePage | PageNumbers | Cursors | NextLinks, Field(discriminator="kind")]

    @model_validator(mode="after")
    def _consistent(self) -> Rest:
        if self.rows is None and (self.total or self.paging.kind != "none"):
            raise ValueError("an answer that is the array of rows has no place for a total or a next page")
        return self


class Sql(Strict):
    """Which table holds the rows."""

    table: SqlName


class Retention(Strict):
    """How long what an agency delivered is kept, counted back from the newest published night."""

    landed_nights: Annotated[int, Field(ge=0, le=99_999)] | None = None
    """Nights that landed rows outlast their use; where it is not said, as CAKUPAN_LANDING_RETENTION says."""
    archive_years: Annotated[int, Field(ge=1, le=100)] | None = None
    """Years after which deliveries that no later night rests on are destroyed: file, landed rows and rows set aside.
    Where it is not said they are kept."""


class Feed(Strict):
    """One feed of one agency."""

    agency: SqlName
    feed: SqlName
    title: str
    owner: str
    cadence: Literal["snapshot", "increment", "occasional"]
    transport: Literal["file", "rest", "sql"]
    rest: Rest | None = None
    sql: Sql | None = None
    format: Annotated[CsvFormat | XlsxFormat | JsonFormat, Field(discriminator="kind")]
    spelling: Spelling
    may_be_empty: bool = False
    key: tuple[SqlName, ...]
    period: SqlName | None = None
    """Of a snapshot of things that happen, the date of each: by its median a file of another time is known."""
    amount: SqlName | None = None
    """The rupiah column that says how much a row weighs."""
    funding_source: SqlName | None = None
    """The column of an open list of payers: one that was never delivered before is told to the data team."""
    example: dict[SqlName, str] = {}
    """Cells of a good row of nobody, where neither a type nor a list gives one: what templates and guides show."""
    retention: Retention = Retention()
    roster: bool = False
    """Whether it lists the workers the agency answers for; docs/new-feed.md says what staging shows of them."""
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """`agency.feed`, as people say it."""
        return f"{self.agency}.{self.feed}"

    @property
    def table(self) -> str:
        """The relation name used in the schemas landing, quarantine, accepted and keyed, and in staging."""
        return f"{self.agency}_{self.feed}"

    @property
    def keyed(self) -> dict[str, str]:
        """Columns of the view that dbt reads, `keyed.<table>`, each with the declared one that it shows or keys.

        What is personal is not shown: a NIK and a KPJ are told by pseudonyms, and what else names a row by a hash.
        """
        shown = {}
        for column in self.columns:
            if column.type in PSEUDONYMS or (column.personal and column.name in self.key):
                shown[f"{column.name}_key"] = column.name
            elif not column.personal:
                shown[column.name] = column.name
        return shown

    @property
    def amounts(self) -> tuple[str, ...]:
        """Columns of rupiah."""
        return tuple(column.name for column in self.columns if column.type == "rupiah")

    def column(self, name: str) -> Column:
        """Return the declared column of that name; raises KeyError."""
        return {column.name: column for column in self.columns}[name]

    def spelling_of(self, column: Column) -> Spelling:
        """Tell how dates and numbers of the column are spelled."""
        return column.spelling or self.spelling

    @model_validator(mode="after")
    def _consistent(self) -> Feed:
        names = [column.name for column in self.columns]
        headers = [column.canonical_header for column in self.columns]
        if len(set(names)) != len(names) or len(set(headers)) != len(headers):
            raise ValueError(f"{self.name}: a column is declared twice")
        if taken := [name for name in names if name in RESERVED or name.startswith("x_")]:
            raise ValueError(f"{self.name}: a feed's relations use these names themselves: {taken}")
        keyed = {f"{column.name}_key" for column in self.columns if column.personal or column.type in PSEUDONYMS}
        if taken := sorted(keyed & set(names)):
            raise ValueError(f"{self.name}: so is called what dbt reads in place of a personal column: {taken}")
        if missing := set(self.key) - {c.name for c in self.columns if c.required}:
            raise ValueError(f"{self.name}: key columns must be required columns: {sorted(missing)}")
        if stray := set(self.example) - set(names):
            raise ValueError(f"{self.name}: the example names columns that are not declared: {sorted(stray)}")
        types = {column.name: column.type for column in self.columns}
        if self.roster and "nik" not in types.values():
            raise ValueError(f"{self.name}: a roster has a column of type nik, the workers it lists")
        roles = (("period", self.period, "date"), ("amount", self.amount, "rupiah"))
        for role, column, wanted in (*roles, ("funding_source", self.funding_source, "text")):
            if column is not None and types.get(column) != wanted:
                raise ValueError(f"{self.name}: {role} must name a column of type {wanted}, not {column!r}")
        if (self.transport == "rest", self.transport == "sql") != (self.rest is not None, self.sql is not None):
            raise ValueError(f"{self.name}: a feed has a section rest or sql when that is its transport")
        if self.rest and not isinstance(self.format, JsonFormat):
            raise ValueError(f"{self.name}: what is asked for over HTTP arrives as JSON")
        if self.rest and isinstance(self.format, JsonFormat) and self.format.rows:
            raise ValueError(f"{self.name}: what is asked for over HTTP arrives as the array of rows alone")
        if self.sql and not (isinstance(self.format, CsvFormat) and self.format == CsvFormat(kind="csv")):
            raise ValueError(f"{self.name}: a table arrives as CSV with commas in UTF-8")
        return self


def canonical(header: str) -> str:
    """Strip a header of case, white space, underscores and what nobody sees: spellings of one name are then equal."""
    return re.sub(r"[\s_]+", "", visible(header)).casefold()


@cache
def load_feeds(root: Path) -> tuple[Feed, ...]:
    """Read all feeds below `root`, sorted by name; raises ValueError naming the file that is wrong."""
    feeds = []
    for path in sorted(root.glob("*/*.yml")):
        try:
            feed = Feed.model_validate(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        if (feed.agency, feed.feed) != (path.parent.name, path.stem):
            raise ValueError(f"{path}: says {feed.name}, but its path says otherwise")
        feeds.append(feed)
    return tuple(feeds)


def find_feed(root: Path, name: str) -> Feed:
    """Find the feed called `agency.feed`; raises KeyError with the names there are."""
    feeds = {feed.name: feed for feed in load_feeds(root)}
    if name not in feeds:
        raise KeyError(f"no feed {name!r}; there are: {', '.join(feeds)}")
    return feeds[name]
