"""Whether the nights of this installation are scheduled."""

from __future__ import annotations

import os

from cakupan import settings
from cakupan.orchestration.agencies import connections, environment_names_all

SWITCH = "CAKUPAN_SCHEDULE"


def begins_by_itself() -> bool:
    """Tell whether nights begin by themselves: CAKUPAN_SCHEDULE=on or off; else, where deliveries are those of today.

    They are not in an installation that holds a simulated city, or remembers one folder of recorded deliveries.
    """
    said = os.environ.get(SWITCH, "").strip().lower()
    if said in ("on", "off"):
        return said == "on"
    if environment_names_all():
        return True
    marker = settings.home() / "city"
    held = marker.read_text().split() if marker.exists() else []
    return held[:1] != ["simulated"] and not connections()
