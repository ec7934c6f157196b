"""A feed that was never delivered before: drafts its files from a sample, and tries a file on them."""

from cakupan.onboarding.drafting import Written, WrongUsage, write_draft
from cakupan.onboarding.sample import CannotRead

__all__ = ["CannotRead", "Written", "WrongUsage", "write_draft"]
