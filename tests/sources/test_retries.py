"""How often a system in trouble is asked again, and how long it may hold a night up."""

from __future__ import annotations

import pytest

from cakupan.sources import LoginRefused, Unreachable
from cakupan.sources.retries import RetryPolicy


class System:
    """A system in trouble that takes its time to show it."""

    def __init__(self, takes=0.0, asks_for=None, clock=None):
        self.takes, self.asks_for, self.clock, self.asked = takes, asks_for, clock, 0

    def __call__(self):
        self.asked += 1
        self.clock.now += self.takes
        raise Unreachable("away", self.asks_for)


class Clock:
    """A clock that goes on only when someone waits."""

    now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr("tenacity.time", made)
    return made


@pytest.mark.parametrize(
    ("takes", "asks_for", "tries", "seconds"),
    [
        (0.0, None, 5, 20),  # refuses at once: some seconds of back-off
        (10.0, None, 2, 22),  # does not answer: time-outs, not back-off, are what a night waits for
        (30.0, None, 1, 30),
        (0.0, 5.0, 5, 20),  # says when: it is believed,
        (0.0, 60.0, 3, 120),  # up to a bound,
        (0.0, 3600.0, 3, 120),  # whatever it says
    ],
)
def test_how_long_a_system_that_stays_in_trouble_holds_a_night_up(clock, takes, asks_for, tries, seconds):
    system = System(takes, asks_for, clock)
    with pytest.raises(Unreachable):
        RetryPolicy(sleep=clock.sleep).call(system)
    assert system.asked == tries
    assert clock.now <= seconds


def test_what_is_not_the_networks_trouble_is_raised_at_once(clock):
    def refuse():
        raise LoginRefused("no")

    with pytest.raises(LoginRefused):
        RetryPolicy(sleep=clock.sleep).call(refuse)
    assert clock.now == 0
