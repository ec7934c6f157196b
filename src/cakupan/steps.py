"""What every step of a night has in common: how it breaks off, and that no value of a row is quoted then."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import psycopg

from cakupan import landing
from cakupan.database import cause_of, said

P = ParamSpec("P")
R = TypeVar("R")


class StepFailed(RuntimeError):
    """A step broke off; the message says what and where without any value of a row."""


class DatabaseLost(StepFailed):
    """The warehouse's database went away or had no room or time for the step: worth another try."""


def hide_values(step: Callable[P, R]) -> Callable[P, R]:
    """Keep what a database error quotes from a row (a NIK, a name) out of logs and messages."""

    @wraps(step)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except psycopg.Error as error:
            cause = cause_of(error)
            passing = cause.passing if cause else isinstance(error, psycopg.OperationalError)
            failed = DatabaseLost if passing else StepFailed
            raise failed(f"{step.__name__}: {said(error)}") from None
        except landing.CannotLandAgain as error:
            raise StepFailed(f"{step.__name__}: {error}") from None

    return guarded
