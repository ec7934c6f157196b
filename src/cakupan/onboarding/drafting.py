"""From a sample file to the files of a feed, and the questions a person must answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cakupan.feeds import RESERVED, canonical
from cakupan.onboarding import words
from cakupan.onboarding.columns import Drafted, draft_column
from cakupan.onboarding.keys import find_key
from cakupan.onboarding.sample import CannotRead, Sample, Sheet, read_sample
from cakupan.onboarding.table import Table, find_table
from cakupan.onboarding.writing import Draft, feed_file, flow, staging_file, suite_file
from cakupan.quality.declared import SPELLED

NAME = re.compile(r"^[a-z][a-z0-9_]*$")
FILES = ("feeds/{}/{}.yml", "expectations/{}/{}.yml", "dbt_project/models/staging/{}/{}.sql")


class WrongUsage(ValueError):
    """What was asked for cannot be done; says what to do instead."""


@dataclass(frozen=True)
class Question:
    """Something the sample does not settle, with the line to edit."""

    path: Path
    line: int
    text: str


@dataclass(frozen=True)
class Written:
    """What a draft wrote."""

    draft: Draft
    files: tuple[Path, ...]
    rows: int
    questions: tuple[Question, ...]


def write_draft(
    sample: Path, agency: str, feed: str, project: Path, *, roster: bool = False, force: bool = False
) -> Written:
    """Write the feed's files below `project`, that of the rules only where the declaration does not give them all.

    Raises CannotRead, WrongUsage, and then nothing is written.
    """
    for what, name in (("agency", agency), ("feed", feed)):
        if not NAME.match(name):
            raise WrongUsage(f"the {what} {name!r} must be lower-case letters, digits and underscores")
    paths = tuple(project / pattern.format(agency, feed) for pattern in FILES)
    if not force and (there := [str(path.relative_to(project)) for path in paths if path.exists()]):
        raise WrongUsage(f"{', '.join(there)} exists already; --force overwrites it")
    if twice := [p for p in (project / "feeds").glob(f"*/{feed}.yml") if p.parent.name != agency]:
        raise WrongUsage(f"{twice[0].parent.name} has a feed of that name; a name is used once: try {feed}_{agency}")
    draft, doubts, rows = draft_feed(sample, agency, feed)
    if roster and not any(column.type == "nik" for column in draft.columns):
        raise WrongUsage("a roster has a column with the workers' NIK; none was found")
    draft.roster = roster
    texts = (feed_file(draft), suite_file(draft), staging_file(draft))
    if not texts[1] and paths[1].exists():  # overwriting was asked for: rules of an earlier draft would go on holding
        texts = (texts[0], f"name: {draft.name}\nexpectations: []\n", texts[2])
    written = [(path, text) for path, text in zip(paths, texts, strict=True) if text]
    for path, text in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.parent.chmod(0o755)  # the project's, not the installation's: also for the account of a container
        path.chmod(0o644)
    if roster:
        doubts += _roster_doubts(texts[2])
    return Written(draft, tuple(path for path, _ in written), rows, tuple(_questions(doubts, paths, texts)))


def draft_feed(sample: Path, agency: str, feed: str) -> tuple[Draft, list[tuple[str, str]], int]:
    """Draft the feed: the draft, its doubts with the text each is about, the number of rows. Raises CannotRead."""
    read = read_sample(sample)
    tables, format_, doubts = _tables(read)
    rows = [row for table in tables for _, row in table.rows]
    if not rows:
        raise CannotRead(f"{sample.name} has a header and no rows; ask the office for a file with data")
    names = tables[0].names
    columns = _columns(names, rows, doubts)
    key, key_doubts = find_key([column for _, column in columns], [[row[i] for i, _ in columns] for row in rows])
    drafted = [column for _, column in columns]
    for column in drafted:
        column.required = column.required or column.name in key
        if column.name in key and column.running_number:
            column.running_number = False
    if not any(column.required for column in drafted):
        doubts.append(("columns:", "no column is always filled, so any row passes for a header: which is required?"))
    doubts += [("key:", doubt) for doubt in key_doubts]
    cadence = _cadence(drafted, key, len(rows))
    doubts.insert(0, ("cadence:", f"is each delivery the whole truth, or news? Drafted as {cadence}"))
    doubts.insert(0, ("owner:", "what is the office called? The line's name goes into its messages"))
    title = feed.replace("_", " ").capitalize()
    spelling = _common_spelling(drafted, format_["kind"])
    for column in drafted:
        doubts += [(f"{{name: {flow(column.name)}, ", f"{column.header}: {doubt}") for doubt in column.doubts]
        if column.values:
            doubts.append((f".{column.name}.{'listed' if column.closed else 'known'},", _list_doubt(column)))
    draft = Draft(agency, feed, title, cadence, format_, spelling, key, drafted)
    return draft, doubts, len(rows)


def _tables(read: Sample) -> tuple[list[Table], dict[str, Any], list[tuple[str, str]]]:
    """Return the tables that are data, the format they declare, and doubts."""
    doubts = [("format:", doubt) for doubt in read.doubts]
    found = [(sheet, _as_table(sheet, read.format["kind"])) for sheet in read.sheets]
    tables = [table for _, table in found if table]
    if not tables:
        raise CannotRead("no table with a header and rows was found; delete what is not the table and try again")
    groups = Counter(_signature(table) for table in tables)
    weight = {key: sum(len(table.rows) for table in tables if _signature(table) == key) for key in groups}
    chosen = max(groups, key=lambda key: (groups[key] > 1, weight[key]))
    data = [table for table in tables if _signature(table) == chosen]
    format_ = dict(read.format)
    if format_["kind"] == "xlsx":
        skipped = [sheet.name for sheet, table in found if table not in data]
        if len(data) > 1:
            format_["sheets"] = "all"
            doubts.append(
                ("format:", f"{len(data)} sheets are read; is what only a sheet's name says needed in staging?")
            )
        else:
            skipped = skipped[: [sheet.name for sheet, _ in found].index(data[0].sheet)]
        if skipped:
            format_["skip_sheets"] = skipped
            doubts.append(("format:", "sheets with another header are skipped: is that right?"))
    if format_["kind"] != "json":
        _lay_out(format_, data)
    doubts += [("format:", doubt) for table in data for doubt in table.doubts]
    return data, format_, list(dict.fromkeys(doubts))


def _as_table(sheet: Sheet, kind: str) -> Table | None:
    if kind != "json":
        return find_table(sheet)
    (_, names), *rows = sheet.rows
    return Table(sheet.name, 0, 1, [str(name) for name in names], rows)


def _signature(table: Table) -> tuple[str, ...]:
    return tuple(canonical(name) for name in table.names if name)


def _lay_out(format_: dict[str, Any], tables: Sequence[Table]) -> None:
    rows = max(table.header_rows for table in tables)
    if rows > 1:
        format_["header_rows"] = rows
    if any(table.numbering for table in tables):
        format_["numbering"] = True
    for name in ("footer", "end"):
        said = {word.casefold(): word for table in tables for word in getattr(table, name)}
        if said:
            format_[name] = list(said.values())


def _columns(
    names: Sequence[str], rows: Sequence[Sequence[Any]], doubts: list[tuple[str, str]]
) -> list[tuple[int, Drafted]]:
    """Return the columns with their positions; those nobody can name are left out and asked about."""
    columns: list[tuple[int, Drafted]] = []
    seen: set[str] = set()
    taken: set[str] = set(RESERVED)
    for position, name in enumerate(names):
        cells = [row[position] for row in rows]
        header = " ".join(name.split())
        if not header:
            if sum(cell is not None for cell in cells) > 0.05 * len(cells):
                doubts.append(("columns:", f"column {position + 1} has values and no heading; it lands in x_others"))
            continue
        if canonical(header) in seen:
            doubts.append(("columns:", f"{header} stands in the header twice; only the first is declared"))
            continue
        seen.add(canonical(header))
        plain, number = words.column_name(header), 1
        unique = plain
        while unique in taken:
            number += 1
            unique = f"{plain}_{number}"
        taken.add(unique)
        columns.append((position, draft_column(header, unique, cells, len(rows))))
    return columns


def _list_doubt(column: Drafted) -> str:
    """Return what is asked of a list of values that was taken from the sample."""
    seen = f"{column.header}: {len(column.values)} values were taken from the sample"
    if column.closed:
        return f"{seen} and any other is quarantined: are there others that mean yes or no?"
    return (
        f"{seen}; another is let in and reported. Are these all there can ever be? Then close the list with"
        " severity: warning"
    )


def _common_spelling(columns: Sequence[Drafted], kind: str) -> Any:
    said = Counter(column.spelling for column in columns if column.type in SPELLED and column.spelling)
    if said:
        return said.most_common(1)[0][0]
    return "id" if kind == "xlsx" else "iso"


def _cadence(columns: Sequence[Drafted], key: Sequence[str], rows: int) -> str:
    """Return a guess: tables by year come now and then, transactions as news, the rest as a whole."""
    found = {column.name: set(column.words) for column in columns}
    if any(column.type == "year" and column.name in key for column in columns) and rows < 500:
        return "occasional"
    if any(found[name] & {"transaksi", "billing", "kwitansi"} for name in key):
        return "increment"
    return "snapshot"


def _roster_doubts(staging: str) -> list[tuple[str, str]]:
    lacking = [name for name in ("worker_category", "region_code") if f"as {name}" not in staging]
    return [("select", f"a roster shows {name}: which column is it?") for name in lacking]


def _questions(doubts: Sequence[tuple[str, str]], paths: Sequence[Path], texts: Sequence[str]) -> list[Question]:
    questions = []
    for needle, doubt in doubts:
        order = (2, 0) if needle == "select" else (0, 1)
        for index in order:
            lines = texts[index].splitlines()
            line = next((n for n, line in enumerate(lines, 1) if needle in line), 0)
            if line:
                questions.append(Question(paths[index], line, doubt))
                break
    return questions
