"""A scorecard per office and night: how complete, valid, timely its data are, whom they cover, what to mend first."""

from cakupan.scorecards.writing import write_scorecards

__all__ = ["write_scorecards"]
