"""A step of a night in a process of its own, which a fault may end."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.points import Points, kill


@dataclass(frozen=True)
class Step:
    """One step of a night; it is done again together with those of its part that came before."""

    part: str
    name: str
    run: Callable[[], object]

    @property
    def kind(self) -> str:
        """What it does, whoever for."""
        return self.name.split(",")[0]


def in_a_fork(step: Step, at: int | None = None, fault: Callable[[], object] = kill) -> tuple[int, str]:
    """Run a step in a fork; returns how it ended, and the points that it passed as JSON, or what it said last."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        points = Points(at, fault)
        code = 1
        try:
            with points.watched():
                step.run()
            said, code = json.dumps(points.passed), 0
        except BaseException as error:
            said = f"{type(error).__name__}: {' '.join(str(error).split())}"
            if at is None:
                traceback.print_exc()
        with os.fdopen(write, "w") as pipe:
            pipe.write(said)
        os._exit(code)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said
