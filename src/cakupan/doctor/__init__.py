"""Looks at the running system: who gets in, who reads what, whether nights and their record are safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cakupan.bilingual import Text
from cakupan.doctor.item import Finding, State
from cakupan.doctor.of_agencies import AGENCIES
from cakupan.doctor.of_airflow import AIRFLOW
from cakupan.doctor.of_database import DATABASE
from cakupan.doctor.of_machine import MACHINE
from cakupan.doctor.of_record import RECORD

SUBJECTS = (AIRFLOW, DATABASE, RECORD, MACHINE, AGENCIES)

__all__ = ["SUBJECTS", "Finding", "State", "examine"]


def examine(why: Callable[[Exception], str]) -> Iterator[tuple[str, Text, Finding]]:
    """Look at every item: its name, its title, what is found. `why` says the reason where something cannot be read."""
    for subject in SUBJECTS:
        yield from subject.examine(why)
