"""How often, and after how long, a system in trouble is asked again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential_jitter

from cakupan.sources import Changed, NotConnected, PagesDisagree, PartialDelivery, Unreachable

R = TypeVar("R")


@dataclass(frozen=True)
class RetryPolicy:
    """Tries with waits that double and differ a little, so that a system is not asked by everyone at once.

    No try begins later than `seconds` after the first, so that a system that is away, which takes long to notice,
    holds nobody up; a system that answers and says how long to wait is waited for up to `asked_seconds`.
    """

    tries: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0
    seconds: float = 20.0
    asked_seconds: float = 120.0
    sleep: Callable[[float], None] = time.sleep

    def call(self, action: Callable[[], R], on: type[NotConnected] | None = None) -> R:
        """Return what the action returns once it does not break off; raises what it raised last.

        Tried again is what breaks off on the way and may come whole the next time, or errors of the given kind alone.
        """
        retrying = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, on) if on else _may_pass(error)),
            stop=self._stop,
            wait=self._wait,
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(action)

    def _wait(self, state: RetryCallState) -> float:
        asked = _asked(state)
        if asked is not None:
            return min(max(asked, 0.0), self.longest_wait)
        backing_off = wait_exponential_jitter(initial=self.first_wait, max=self.longest_wait, jitter=self.first_wait)
        return backing_off(state)

    def _stop(self, state: RetryCallState) -> bool:
        limit = self.seconds if _asked(state) is None else self.asked_seconds
        return state.attempt_number >= self.tries or (state.seconds_since_start or 0.0) + state.upcoming_sleep > limit


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, Unreachable | PartialDelivery) and not isinstance(error, Changed | PagesDisagree)


def _asked(state: RetryCallState) -> float | None:
    """Return the wait the system asked for."""
    error = state.outcome.exception() if state.outcome else None
    return error.wait_seconds if isinstance(error, Unreachable) else None
