"""Which counts of persons are hidden from those who may not see rows, so that none can be reckoned from the others."""

from cakupan.disclosure.judging import judge_nights
from cakupan.disclosure.stored import Shown, counted_relations, shown

__all__ = ["Shown", "counted_relations", "judge_nights", "shown"]
