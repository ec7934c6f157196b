"""Run as a program: what goes out through Airflow's notifiers, and when a night's marts are due; answers in JSON."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from airflow.plugins_manager import get_deadline_references_plugins
from airflow.sdk import BaseNotifier

from cakupan.notices import Kept, Message, NotSent
from cakupan.orchestration import deadline, notifier
from tests.notices.mail_server import REFUSED

HOSTILE = "<script>{{ 7 * 7 }}</script> {% raw %}"


class Pager(BaseNotifier):
    """A notifier of somebody else's."""

    template_fields = ("text",)
    paged: ClassVar[list[str]] = []

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def notify(self, context: Any) -> None:
        self.paged.append(self.text)


class Broken(BaseNotifier):
    """A notifier that does not work."""

    def notify(self, context: Any) -> None:
        raise ConnectionError("no\nnetwork")


def main(attachment: Path) -> dict[str, Any]:
    told: dict[str, Any] = {
        "references": sorted(get_deadline_references_plugins()),
        "due": [str(due) for due in dues()],
        "reference": str(evaluated("2999-12-31")),
        "address": notifier._address_of("sipd"),
        "no address": [notifier._address_of("pupr"), notifier._address_of("pbj")],
    }
    told["mailed"] = outcome("sipd", "office@example.go.id", [attachment])
    told["refused"] = outcome("sipd", REFUSED, [attachment])
    told["without address"] = outcome("sipd", None, [])
    sys.modules["pager"] = sys.modules[__name__]
    for name in ("CONFIGURED", "HALF", "BROKEN", "NONSENSE"):
        told[name] = outcome("data_team", None, [], f"TEST_{name}")
    told["office is not paged"] = outcome("sipd", None, [], "TEST_CONFIGURED")
    told["paged"] = Pager.paged
    return told


def outcome(recipient: str, to: str | None, attached: list[Path], configured: str | None = None) -> str | None:
    os.environ["CAKUPAN_NOTIFIERS"] = os.environ[configured] if configured else ""
    message = Message(date(2025, 9, 9), recipient, ("a",), HOSTILE, HOSTILE, HOSTILE, to)
    try:
        return notifier.send(message, attached)
    except Kept:
        return "KEPT"
    except NotSent as failure:
        return f"NOT SENT {failure}"


def dues() -> list[datetime | None]:
    early, late = datetime(2025, 9, 8, 18, 0, tzinfo=UTC), datetime(2025, 9, 9, 16, 59, tzinfo=UTC)
    next_day = datetime(2025, 9, 9, 17, 0, tzinfo=UTC)
    return [deadline.due("2025-09-09", now) for now in (early, late, next_day)] + [deadline.due(None, early)]


def evaluated(key: str) -> datetime | None:
    session = SimpleNamespace(scalar=lambda _: key)
    return deadline.MartsDue()._evaluate_with(session=session, dag_id="warehouse", run_id="r")


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))  # noqa: T201
