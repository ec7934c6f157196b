"""The fifteen questions of a head of office, asked of a published night: `cakupan answer`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import psycopg
import typer

from cakupan import settings
from cakupan.answers.asking import Answer, ask
from cakupan.answers.catalogue import CANNOT, questions
from cakupan.answers.headings import HEADINGS, kind_of, spelled
from cakupan.answers.hiding import HIDDEN
from cakupan.bilingual import Language, Text, day
from cakupan.cli import no_nights
from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.cli.printing import Format, FormatOption, console, exact, print_csv, print_json, table
from cakupan.database import Role, connect
from cakupan.ledger.publications import published_nights
from cakupan.reports.content import NUMBERS

out = console()

ON_NIGHT = Text("Malam {} · halaman {} · dari {}", "Night of {} · page {} · from {}")
SMALL = Text(
    "{}: disamarkan, karena terlalu sedikit orang atau akan membuka yang terlalu sedikit.",
    "{}: hidden, because it is too few persons or would give such a one away.",
)
NO_ROWS = Text("Tidak ada.", "None.")
MORE = Text("Jawab satu dengan: cakupan answer NOMOR", "Answer one with: cakupan answer NUMBER")
NUMBER = typer.Argument(min=1, max=len(questions()), help="Which question; without it they are listed.")
Lang = Annotated[
    Literal["id", "en"] | None, typer.Option("--lang", help="id or en; else CAKUPAN_LANGUAGE.", show_default=False)
]


def command(
    number: Annotated[int | None, NUMBER] = None,
    night: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The published night; else the newest."),
    ] = None,
    form: FormatOption = Format.TABLE,
    lang: Lang = None,
) -> None:
    """Answer one of the fifteen questions that a head of office asks, or list them.

    Exit code 0: answered; 1: it cannot be, or no such night was published; 2: wrong usage.
    """
    language = lang or settings.language()
    if number is None:
        _list(form, language)
        return
    needs_database()
    question = questions()[number - 1]
    try:
        if said := no_nights.not_published(night.date() if night else None):
            say_and_exit(said, 1)
        with connect(Role.AUDITOR, options="-c default_transaction_read_only=on") as connection:
            answer = ask(connection, question, night.date() if night else max(published_nights(connection)))
    except psycopg.Error as error:
        say_and_exit(cause(error), 1)
    _print(answer, form, language)


def _list(form: Format, language: Language) -> None:
    told = [(str(question.number), question.asks.in_language(language), question.page) for question in questions()]
    names = ("number", "question", "page")
    if form is Format.CSV:
        print_csv(names, told)
    elif form is Format.JSON:
        print_json([dict(zip(names, row, strict=True)) for row in told])
    else:
        out.print(table(("", "", ""), told, (True, False, False)))
        out.print(MORE.in_language(language))


def _print(answer: Answer, form: Format, language: Language) -> None:
    if form is Format.CSV:
        print_csv(answer.columns, [[row[name] for name in answer.columns] for row in answer.rows])
    elif form is Format.JSON:
        print_json(_document(answer, language))
    else:
        _for_a_person(answer, language)


def _document(answer: Answer, language: Language) -> dict[str, Any]:
    asked = answer.question
    return {
        "number": asked.number,
        "question": asked.asks.in_language(language),
        "night": answer.night.isoformat(),
        "page": asked.page,
        "rests_on": list(asked.rests_on),
        "read_as": asked.read_as.in_language(language),
        "cannot_say": asked.cannot.in_language(language),
        "rows": [{name: exact(value) for name, value in row.items()} for row in answer.rows],
    }


def _for_a_person(answer: Answer, language: Language) -> None:
    asked = answer.question
    out.print(f"{asked.number}. {asked.asks.in_language(language)}", style="bold", soft_wrap=True)
    relations = ", ".join(asked.rests_on)
    out.print(ON_NIGHT.format(day(answer.night), asked.page, relations).in_language(language), soft_wrap=True)
    kinds = [kind_of(name) for name in answer.columns]
    heads = [HEADINGS[name].in_language(language) for name in answer.columns]
    cells = [[spelled(name, row[name]).in_language(language) for name in answer.columns] for row in answer.rows]
    if cells:
        out.print(table(heads, cells, [kind in NUMBERS for kind in kinds]))
    else:
        out.print(NO_ROWS.in_language(language))
    notes = [asked.read_as, CANNOT.format(asked.cannot)]
    if any(HIDDEN in row for row in cells):
        notes.append(SMALL.format(HIDDEN))
    for note in notes:
        out.print(note.in_language(language), soft_wrap=True)
