"""Run as a program: the letters of a whole night, through a mail server that is to be found in the environment."""

from __future__ import annotations

import json
import time

from tests.dags.sending import outcome

if __name__ == "__main__":
    began = time.monotonic()
    letters = [outcome("sipd", "office@example.go.id", []) for _ in range(15)]
    print(json.dumps({"letters": letters, "seconds": time.monotonic() - began}))  # noqa: T201
