"""A night's run: freeze what it rests on, build it with dbt, move the pointer that readers follow."""

from cakupan.publish.build import LAYERS, BuildFailed, build
from cakupan.publish.run import Busy, NotBuilt, StaleRun, end_turn, publish, start_run

__all__ = ["LAYERS", "BuildFailed", "Busy", "NotBuilt", "StaleRun", "build", "end_turn", "publish", "start_run"]
