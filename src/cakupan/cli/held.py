"""A person decides about a held delivery; published nights that it touches are built again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console

from cakupan.bilingual import Text
from cakupan.cli.lock import NotPublished, only_one_night
from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.cli.nightly import restate
from cakupan.cli.printing import DocumentFormat, FormatOfDocument, console, print_json, said
from cakupan.cli.progress import progress
from cakupan.cli.restated import Restated, read_restated

RELEASED = Text("{} tanggal {} berlaku mulai sekarang.", "{} of {} is in force from now on.")
REJECTED = Text(
    "{} tanggal {} ditolak; yang sebelumnya tetap berlaku.", "{} of {} was turned away; the one before stays in force."
)
RESTATED = Text("Malam {} dibangun ulang: {}", "The night of {} was built again: {}")
LATER = Text(
    "Malam yang disentuhnya dibangun ulang oleh malam berikutnya: {}",
    "The nights that it touches are built again by the next night: {}",
)

DELIVERY = typer.Argument(help="The number in the message that says why it is held.")
BY = typer.Option(help="Who answers for it.")
WHY = typer.Option(help="On what grounds.")


def release(
    delivery: Annotated[int, DELIVERY],
    by: Annotated[str, BY],
    why: Annotated[str, WHY],
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Let in a held delivery on a person's word and build again the published nights that it touches.

    Exit code 0: it is in force; 1: it cannot be released.
    """
    _decide(console(), delivery, by, why, form, let_in=True)


def reject(
    delivery: Annotated[int, DELIVERY],
    by: Annotated[str, BY],
    why: Annotated[str, WHY],
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Turn a held delivery away on a person's word; the one before stays in force.

    Exit code 0: it was turned away; 1: it cannot be.
    """
    _decide(console(), delivery, by, why, form, let_in=False)


def _decide(out: Console, number: int, by: str, why: str, form: DocumentFormat, *, let_in: bool) -> None:
    from cakupan import night  # imports that other commands need not spend

    needs_database()
    try:
        delivery = night.decide(number, by, why, let_in=let_in)
    except (ValueError, RuntimeError, OSError, psycopg.Error) as refusal:
        say_and_exit(cause(refusal), 1)
    facts: dict[str, Any] = {"delivery_id": number, "feed": delivery.name, "business_date": delivery.business_date}
    told = said((RELEASED if let_in else REJECTED).format(delivery.name, delivery.business_date))
    try:
        restated = _restate()
    except (NotPublished, RuntimeError, OSError, psycopg.Error) as why_later:
        restated, told = [], f"{told}\n{said(LATER.format(cause(why_later)))}"
    if form is DocumentFormat.JSON:
        print_json(facts | {"by": by, "why": why, "restated": [asdict(one) for one in restated]})
        return
    for line in (told, *(said(RESTATED.format(one.as_of_date, one.told)) for one in restated)):
        out.print(line, soft_wrap=True, markup=False)


def _restate() -> list[Restated]:
    from cakupan import night, orchestration

    if not night.nights_to_restate():
        return []
    began_at = datetime.now(UTC)
    with only_one_night(), progress() as tell, orchestration.nights() as airflow:
        nights = restate(airflow, tell)
    return read_restated(nights, began_at)
