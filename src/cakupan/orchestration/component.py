"""`python -m cakupan.orchestration.component scheduler …`: a command of Airflow with this installation's settings.

For services of their own, as in docker-compose.yml: secrets come from files, and each gets those that it needs.
"""

from __future__ import annotations

import os
import sys

from cakupan import settings
from cakupan.orchestration.environment import JWT_SECRET, environment, is_set_up

WORKER = "celery"
WITHOUT_JWT = frozenset({"dag-processor", "triggerer", WORKER})
"""They run the code of DAGs, and nobody asks them over the network: what signs tokens of the API is not for them."""


def settings_of(component: str) -> dict[str, str]:
    """Return the environment of a component, without secrets that are none of its business."""
    own = environment(without={JWT_SECRET} if component in WITHOUT_JWT else ())
    if component == WORKER and not is_set_up():
        own[settings.KEYS_COME_FROM_ELSEWHERE] = "1"
    return own


def main(arguments: list[str]) -> None:
    """Become the command of Airflow."""
    os.environ.update(settings_of(arguments[0]))
    os.execv(sys.executable, [sys.executable, "-m", "airflow", *arguments])  # noqa: S606 no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
