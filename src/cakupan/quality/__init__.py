"""What makes a delivery and a row acceptable: rules, the pass that applies them, quarantine, and judgement."""

from cakupan.quality.accepted import ensure_accepted_view
from cakupan.quality.held import reject, release
from cakupan.quality.keyed import ensure_keyed_views
from cakupan.quality.office_rows import ensure_quarantine_of_offices
from cakupan.quality.quarantine import ensure_quarantine_table
from cakupan.quality.validation import Outcome, validate_feed

__all__ = [
    "Outcome",
    "ensure_accepted_view",
    "ensure_keyed_views",
    "ensure_quarantine_of_offices",
    "ensure_quarantine_table",
    "reject",
    "release",
    "validate_feed",
]
