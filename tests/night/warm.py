"""The command `cakupan` in processes forked from one that has imported what a night imports.

A new interpreter spends some ten seconds of a processor on importing Airflow, Great Expectations and dbt, each night
anew. That a night starts from nothing is seen in `test_stand_ins`.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO
from unittest.mock import patch

import pytest

from cakupan import orchestration, settings
from cakupan.orchestration import runs

_forked = multiprocessing.get_context("forkserver")


def import_what_nights_import(home: Path) -> None:
    """Start the process from which others are forked; Airflow takes the installation's settings when it is imported."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CAKUPAN_HOME", str(home))
        patched.setenv("PYTHONPATH", str(settings.PROJECT))
        for name, value in orchestration.environment().items():
            patched.setenv(name, value)
        _forked.set_forkserver_preload(["tests.night.imported"])
        run(["--help"], dict(os.environ), home.parent / "help").join()


def run(arguments: list[str], environment: dict[str, str], output: Path) -> ForkServerProcess:
    """Start the command in a session of its own; it prints to the files `output`.out and `output`.err."""
    for path in files(output):
        path.touch()
    process = _forked.Process(target=_command, args=(arguments, environment, *files(output)))
    process.start()
    return process


def files(output: Path) -> tuple[Path, Path]:
    return output.with_suffix(".out"), output.with_suffix(".err")


def _command(arguments: list[str], environment: dict[str, str], out: Path, err: Path) -> None:
    assert "airflow.dag_processing.dagbag" in sys.modules, "tests.night.imported was not imported"
    os.setsid()
    _become(environment, out.open("w"), err.open("w"))
    sys.argv[1:] = arguments
    with patch.object(runs, "subprocess", SimpleNamespace(Popen=_Forked, PIPE=subprocess.PIPE)):
        _exit_as(lambda: runpy.run_module("cakupan", run_name="__main__", alter_sys=True))


class _Forked:
    """What `runs.nights` uses of the process that drives the DAGs, forked and not begun anew."""

    def __init__(self, command: list[str], env: dict[str, str], stderr: TextIO, **_: Any) -> None:
        assert command[:3] == [sys.executable, "-m", "cakupan.orchestration"]
        (read, write), (asked, ask) = os.pipe(), os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(read)
            os.close(ask)
            _become(env, os.fdopen(write, "w"), stderr)
            sys.stdin = os.fdopen(asked)
            sys.argv[1:] = command[3:]
            _exit_as(lambda: runpy.run_module(command[2], run_name="__main__", alter_sys=True))
        os.close(write)
        os.close(asked)
        self.stdin, self.stdout = os.fdopen(ask, "w"), os.fdopen(read)

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _become(environment: dict[str, str], out: TextIO, err: TextIO) -> None:
    """Take on what a new process is given."""
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # a new process would ask where temporary files go
    os.chdir(settings.PROJECT)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.stdout, sys.stderr = (os.fdopen(fd, "w", buffering=1, closefd=False) for fd in (1, 2))


def _exit_as(main: Callable[[], object]) -> None:
    """End this process as an interpreter would that ran `main`."""
    code: object = 0
    try:
        main()
    except SystemExit as asked:
        code = asked.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)
