"""Whether an event is an OpenLineage run event: by a schema, and by the classes of the OpenLineage client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from openlineage.client.event_v2 import RunEvent

from cakupan.lineage.sending import as_client_event

SCHEMA = json.loads(Path(__file__).with_name("openlineage.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


def mistakes(event: dict[str, Any]) -> list[str]:
    """What the specification does not allow in an event."""
    assert isinstance(as_client_event(event), RunEvent)
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(event)]
