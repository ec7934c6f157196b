"""`cakupan feed`: a feed that was never delivered before, from a sample file to a dry run."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import psycopg
import typer
from rich.text import Text as Styled

from cakupan import settings
from cakupan.bilingual import Language, Text
from cakupan.cli import completion
from cakupan.cli.messages import cause, say_and_exit
from cakupan.cli.printing import (
    DocumentFormat,
    Format,
    FormatOfDocument,
    FormatOption,
    console,
    print_csv,
    print_json,
    said,
    table,
)
from cakupan.invisible import spelled_out

if TYPE_CHECKING:
    from cakupan.onboarding.checking import Checked

app = typer.Typer(
    no_args_is_help=True, help="A feed, without Python: draft its files, try a file on them, read its rules."
)
out = console()

ROWS_SHOWN = 20

ROWS, RULE, SEVERITY, SAYS = (
    Text("baris", "rows"), Text("aturan", "rule"), Text("bobot", "severity"), Text("bunyinya", "says"),
)  # fmt: skip
NAME = typer.Argument(help="AGENCY.FEED", autocompletion=completion.feeds)
FILE = typer.Argument(exists=True, dir_okay=False, readable=True, help="A file as the office sends it.")


@app.command()
def draft(
    file: Annotated[Path, FILE],
    agency: Annotated[str, typer.Option(help="Short name of the office, for example dishub.")],
    feed: Annotated[str, typer.Option(help="Name of the feed, for example pengemudi_ojek.")],
    roster: Annotated[bool, typer.Option("--roster", help="The workers the agency answers for.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
) -> None:
    """Write feeds/A/F.yml, its staging model and, where rows must keep more, expectations/A/F.yml from a sample.

    What the sample does not settle is asked, each with the line to edit.

    Exit code 0: written; 2: the sample or the names will not do.
    """
    from cakupan.onboarding import CannotRead, WrongUsage, write_draft

    try:
        written = write_draft(file, agency, feed, settings.PROJECT, roster=roster, force=force)
    except (CannotRead, WrongUsage, OSError) as refusal:
        say_and_exit(str(refusal), 2)
    columns = written.draft.columns
    personal = sum(column.personal for column in columns)
    out.print(
        f"Drafted {written.draft.name} from {written.rows} rows: {len(columns)} columns, {personal} of them personal."
    )
    for path in written.files:
        out.print(f"  {_shown(path)}")
    out.print("\nQuestions, each with the line to edit:")
    for question in written.questions:
        out.print(f"  {_shown(question.path)}:{question.line}: {question.text}")
    out.print(f"\nThen try it: cakupan feed check {written.draft.name} {file}")


@app.command()
def check(
    name: Annotated[str, NAME],
    file: Annotated[Path, FILE],
    night: Annotated[
        datetime | None,
        completion.night_option("The business date; today where not given."),
    ] = None,
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Land, validate and stage a file, keep nothing of it, and say whether the feed's files fit each other.

    Exit code 0: it would be let in; 1: it would be refused or held, or the files do not fit; 2: wrong usage.
    """
    from cakupan import installation
    from cakupan.onboarding.checking import CannotCheck
    from cakupan.onboarding.checking import check as try_file

    installation.set_up_warehouse(lambda _: None)
    day = night.date() if night else datetime.now(ZoneInfo(settings.TIME_ZONE)).date()
    try:
        checked: Checked = try_file(name, file, day)
    except CannotCheck as refusal:
        say_and_exit(str(refusal), 2)
    except (psycopg.Error, OSError) as error:
        say_and_exit(f"The check broke off: {cause(error)}")
    if form is DocumentFormat.JSON:
        print_json(_document(checked))
    else:
        _show(checked)
    raise typer.Exit(0 if checked.good else 1)


@app.command()
def template(
    name: Annotated[str, NAME],
    file: Annotated[
        Path | None, typer.Option("--out", help="Where it goes; else templat-AGENCY-FEED.xlsx in this folder.")
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Indonesian or English.")] = "id",
) -> None:
    """Write a workbook for the office to fill in, which checks cells while they are typed, with an example and a guide.

    Exit code 0: written; 1: it cannot be; 2: there is no such feed, or its files are wrong.
    """
    from cakupan.feeds import find_feed
    from cakupan.onboarding.template import template as make

    try:
        feed = find_feed(settings.FEEDS, name)
        content = make(feed, lang)
    except KeyError as error:
        say_and_exit(str(error.args[0]), 2)
    except ValueError as error:
        say_and_exit(str(error), 2)
    path = file or Path(f"templat-{feed.agency}-{feed.feed}.xlsx")
    try:
        path.write_bytes(content)
    except OSError as error:
        say_and_exit(f"{path}: {error.strerror}", 1)
    out.print(f"{path}\nWhen it is filled in, try it: cakupan feed check {name} {path}")


@app.command()
def guide(
    agencies: Annotated[list[str] | None, typer.Argument(help="For example disnaker; else all.")] = None,
    folder: Annotated[Path, typer.Option("--out", file_okay=False, help="Where the PDFs go.")] = Path(),
    lang: Annotated[Language, typer.Option("--lang", help="Indonesian or English.")] = "id",
) -> None:
    """Write a PDF per agency that says of each of its feeds what to send, how, when, and what is not let in.

    Exit code 0: written; 1: it cannot be; 2: there is no such agency, or a feed's files are wrong.
    """
    from cakupan.onboarding.agency_guide import agency_guide, by_agency
    from cakupan.reports.files import pdf

    try:
        known = by_agency()
        if unknown := sorted(set(agencies or ()) - set(known)):
            say_and_exit(f"there is no agency {', '.join(unknown)}; there are: {', '.join(known)}", 2)
        for agency in agencies or known:
            report = agency_guide(known[agency], lang)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{report.name}.pdf").write_bytes(pdf(report))
            out.print(str(folder / f"{report.name}.pdf"))
    except ValueError as error:
        say_and_exit(str(error), 2)
    except OSError as error:
        say_and_exit(f"{folder}: {error.strerror}", 1)


@app.command()
def rules(name: Annotated[str, NAME], form: FormatOption = Format.JSON) -> None:
    """Print all rules of a feed, each with its sentence in two languages, as a Great Expectations suite in JSON.

    For a person --format table: the rules, how severe each is and what it says.

    Exit code 0: printed; 2: there is no such feed, or its files are wrong.
    """
    from cakupan.feeds import find_feed
    from cakupan.quality.suite import load_suite

    try:
        suite = load_suite(find_feed(settings.FEEDS, name))
    except KeyError as error:
        say_and_exit(str(error.args[0]), 2)
    except (OSError, ValueError) as error:
        say_and_exit(str(error), 2)
    if form is Format.JSON:
        typer.echo(json.dumps(suite.for_great_expectations(), ensure_ascii=False, indent=2))
    elif form is Format.CSV:
        lines = [(rule.rule_id, rule.severity, rule.meta.says, rule.meta.says_id) for rule in suite.expectations]
        print_csv(("rule_id", "severity", "says", "says_id"), lines)
    else:
        rows = [(rule.rule_id, rule.severity, said(rule.meta.sentence)) for rule in suite.expectations]
        out.print(table((said(RULE), said(SEVERITY), said(SAYS)), rows, (False, False, False)))


def _document(checked: Checked) -> dict[str, Any]:
    """Return the outcome for another program; of a row only its address and the rules it breaks."""
    outcome, says = checked.outcome, {rule.rule_id: rule.meta.says for rule in checked.suite.expectations}
    return {
        "feed": outcome.feed,
        "business_date": outcome.business_date,
        "good": checked.good,
        "delivery_status": outcome.status,
        "reason": checked.reason,
        "delivered_rows": outcome.delivered_rows,
        "accepted_rows": outcome.accepted_rows,
        "quarantined_rows": outcome.quarantined_rows,
        "duplicate_rows": outcome.duplicate_rows,
        "staged_rows": checked.staged_rows,
        "new_columns": checked.new_columns,
        "missing_columns": checked.missing_columns,
        "rules_broken": [
            {"rule_id": rule, "rows": count, "says": says.get(rule, "")} for rule, count in checked.broken.most_common()
        ],
        "refused_rows": [
            {"sheet": row.sheet, "row_number": row.row_number, "rules": row.rules} for row in checked.refused
        ],
        "remarks": checked.remarks,
        "misfits": checked.misfits,
    }


def _show(checked: Checked) -> None:
    outcome = checked.outcome
    colour = "green" if outcome.status == "ACCEPTED" else "red"
    of = f" {outcome.feed} of {outcome.business_date} (nothing of it was kept)"
    out.print(Styled.assemble((outcome.status, colour), of))
    out.print(
        f"delivered {outcome.delivered_rows}, accepted {outcome.accepted_rows}, quarantined {outcome.quarantined_rows},"
        f" duplicates {outcome.duplicate_rows}"
    )
    if checked.reason:
        out.print(spelled_out(checked.reason))
    if checked.new_columns:
        out.print(f"not declared: {spelled_out(', '.join(checked.new_columns))}")
    if checked.missing_columns:
        out.print(f"declared, not delivered: {', '.join(checked.missing_columns)}")
    if checked.staged_rows is not None:
        out.print(f"the staging model shows {checked.staged_rows} rows of it")
    _show_refused(checked)
    for remark in checked.remarks:
        out.print(f"noticed: {spelled_out(remark)}")
    if checked.misfits:
        out.print("\nThe feed's files do not fit:")
        for misfit in checked.misfits:
            out.print(f"  {spelled_out(misfit)}")
    else:
        out.print("The feed's files fit each other.")


def _show_refused(checked: Checked) -> None:
    """Print the rules broken, what more there is to say of them, and where the rows are."""
    says = {rule.rule_id: rule.meta.sentence for rule in checked.suite.expectations}
    if not checked.refused:
        return
    rows = [
        (str(count), rule, said(says[rule]) if rule in says else "") for rule, count in checked.broken.most_common()
    ]
    out.print("\nRules broken")
    out.print(table((said(ROWS), said(RULE), said(SAYS)), rows, (True, False, False)))
    for rule, detail in checked.details.items():
        out.print(f"{rule}: {spelled_out(said(detail))}")
    out.print("\nRefused rows")
    for row in checked.refused[:ROWS_SHOWN]:
        where = f"sheet {row.sheet!r} row {row.row_number}" if row.sheet else f"row {row.row_number}"
        out.print(f"  {where}: {', '.join(row.rules)}")
    if len(checked.refused) > ROWS_SHOWN:
        out.print(f"  and {len(checked.refused) - ROWS_SHOWN} more")


def _shown(path: Path) -> str:
    return str(path.relative_to(settings.PROJECT)) if path.is_relative_to(settings.PROJECT) else str(path)
