"""How many columns of a draft are right."""

from __future__ import annotations

from cakupan.onboarding.writing import Draft
from tests.onboarding.offices import Office


def said(draft: Draft) -> dict[str, str]:
    """The draft's columns as an office's answers are written."""
    return {
        column.header: column.type + "!" * column.personal + "#" * column.running_number for column in draft.columns
    }


def wrong(draft: Draft, office: Office) -> list[str]:
    """What the draft says otherwise than the right answer, column by column; the key counts with its columns."""
    found = said(draft)
    headers = {column.name: column.header for column in draft.columns}
    key = {headers[name] for name in draft.key}
    faults = []
    for header in [*office.columns, *(header for header in found if header not in office.columns)]:
        right = office.columns.get(header)
        if found.get(header) != right or (header in key) != (header in office.key):
            faults.append(
                f"{header}: {found.get(header)}{' key' * (header in key)}, not {right}{' key' * (header in office.key)}"
            )
    return faults


def share_right(draft: Draft, office: Office) -> float:
    """The share of the office's columns that are drafted right."""
    return 1 - len(wrong(draft, office)) / len(office.columns)
