"""How often, and after how long, a system in trouble is asked again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from cakupan.sources import Unreachable

R = TypeVar("R")


@dataclass(frozen=True)
class Patience:
    """Tries with waits that double and differ a little, so that a system is not asked by everyone at once."""

    tries: int = 5
    first_wait: float = 1.0
    longest_wait: float = 120.0
    sleep: Callable[[float], None] = time.sleep

    def call(self, action: Callable[[], R]) -> R:
        """What the action returns once it is not Unreachable; raises what it raised last."""
        retrying = Retrying(
            retry=retry_if_exception_type(Unreachable),
            stop=stop_after_attempt(self.tries),
            wait=self._wait,
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(action)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Unreachable) and error.wait_seconds is not None:
            return min(max(error.wait_seconds, 0.0), self.longest_wait)
        backing_off = wait_exponential_jitter(initial=self.first_wait, max=self.longest_wait, jitter=self.first_wait)
        return backing_off(state)
