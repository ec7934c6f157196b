"""The right answers of a night, straight from the definitions over the true city."""

from typing import Any

from simulator.answers.coverage import by_agency, by_funding_source, by_region, by_sector, universal_coverage
from simulator.answers.findings import amounts, counts, find
from simulator.answers.lineage import dbhcht_lineage, dbhcht_reconciliation, keyed, whole_lineage
from simulator.answers.participants import primary_memberships
from simulator.answers.services import (
    aid_eligibility,
    commitment_progress,
    construction_compliance,
    lapse_calendar,
    outreach_conversion,
)
from simulator.answers.truth import Ledger, Truth

__all__ = ["Ledger", "Truth", "answers"]


def answers(truth: Truth, scorecard: dict[str, Any]) -> dict[str, Any]:
    """Return every expected figure of a night."""
    primary = primary_memberships(truth)
    lineage = whole_lineage(truth)
    lines = dbhcht_reconciliation(truth)
    findings = list(find(truth, lineage, lines))
    return {
        "as_of_date": truth.night.isoformat(),
        "universal_coverage": universal_coverage(truth, primary),
        "lapse_calendar": lapse_calendar(truth),
        "coverage_by_sector": by_sector(truth, primary),
        "coverage_by_funding_source": by_funding_source(truth, primary),
        "coverage_by_agency": by_agency(truth, primary),
        "coverage_by_region": by_region(truth, primary),
        "commitment_progress": commitment_progress(truth, primary),
        "dbhcht_lineage": dbhcht_lineage(truth, lineage),
        "dbhcht_reconciliation": keyed(lines),
        "audit_findings": counts(findings),
        "finding_amounts": amounts(findings),
        "aid_eligibility": aid_eligibility(truth, primary),
        "construction_compliance": construction_compliance(truth),
        "outreach_conversion": outreach_conversion(truth),
        "scorecard": scorecard,
    }
