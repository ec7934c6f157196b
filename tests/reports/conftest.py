"""A night's figures by hand, with what a report must survive: formulas, markup, amounts below zero, few people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from cakupan.reports.dbhcht_figures import DbhchtFigures

NIGHT = date(2025, 9, 9)
EVIL = '=HYPERLINK("http://x") #panic("x") <script>alert(1)</script> {{ 7*7 }}'


def line(**changed):
    return {
        "skpd_code": "2.07", "sub_activity_code": "2.07.05.2.02.0005", "account_code": "5.1.02.02.02.0006",
        "sub_activity_name": EVIL, "budget_idr": 10_000_000, "disbursed_idr": 12_500_000, "posted_idr": 12_600_000,
        "unposted_idr": -100_000, "remaining_idr": -2_500_000, "absorption_rate": 1.25,
    } | changed  # fmt: skip


def found(code: str, **changed):
    return {
        "as_of_date": NIGHT, "finding_code": code, "severity": "critical", "sp2d_no": None, "decree_no": "-510/I/2025",
        "worker_key": UUID(int=7 << 96), "contribution_month": "202501", "amount_idr": -6_800,
        "explanation": "+62 Rp16.800", "membership_key": None, "skpd_code": None, "fiscal_year": 2025,
        "sub_activity_code": None, "account_code": None, "finding_key": "k",
        "evidence": [f"4:Batu:{row}" for row in range(500)],
    } | changed  # fmt: skip


def rule(code: str, mart: str = "audit_findings", **changed):
    return {
        "finding_code": code, "mart": mart, "severity": "critical", "sentence_id": f"Kalimat {code}.",
        "sentence_en": f"Sentence {code}.", "legal_basis": "PMK 72/2024", "basis_state": "SECONDARY", "cases": 0,
        "amount_idr": None,
    } | changed  # fmt: skip


@pytest.fixture
def figures() -> DbhchtFigures:
    """Two budget lines, one of them of nobody's budget; findings, an observation and postings without an order."""
    return DbhchtFigures(
        night=NIGHT,
        run_id=5,
        published_at=datetime(2025, 9, 9, 20, 30, tzinfo=UTC),
        checkpoint=None,
        offices={"2.07": "Dinas Tenaga Kerja"},
        lines=[line(), line(skpd_code="9.99", budget_idr=0, disbursed_idr=400, absorption_rate=None)],
        orders=[
            {
                "sp2d_no": "35.79/04.0/000001", "skpd_code": "2.07", "decree_no": "@510",
                "billing_code": "259900000001", "codes": "AMOUNT_MISMATCH", "sp2d_date": date(2025, 1, 14),
                "first_month": "202501",
                "last_month": "202503", "amount_idr": 12_500_000, "posted_idr": 12_600_000, "difference_idr": -100_000,
                "person_months": 33,
            }
        ],
        protection=[
            {"protection_status": "PROTECTED", "person_months": 1_234, "workers": 411, "due_idr": 1, "posted_idr": 2},
            {"protection_status": "UNRESOLVED", "person_months": 9, "workers": 4, "due_idr": 0, "posted_idr": 67_200},
        ],
        rules=[
            rule("DECEASED_BENEFICIARY", cases=12, amount_idr=-81_600),
            rule("OVER_BUDGET"),
            rule("POSTED_WITHOUT_ORDER", "audit_observations", severity="notice", cases=3, amount_idr=50_400),
        ],
        found=[found("DECEASED_BENEFICIARY") for _ in range(12)]
        + [
            found("POSTED_WITHOUT_ORDER", severity="notice", decree_no=None, amount_idr=16_800, worker_key=UUID(int=n))
            for n in range(3)
        ],
        restated=[],
        deliveries=[
            {
                "delivery_id": number, "feed": "bpjstk.iuran", "business_date": date(2025, 9, number),
                "sha256": "ab" * 32, "received_at": None, "accepted_rows": 1_000 + number,
                "quarantined_rows": 0, "duplicate_rows": 0,
            }
            for number in range(1, 8)
        ],
        unmapped=[
            {
                "feed": "sipd.sp2d", "column_name": "sumber_dana", "code": EVIL, "rows": 2, "amount_idr": 8_800_000,
                "since_on": date(2025, 9, 8),
            }
        ],
        unknown_source=[{"hop": "SP2D_STORED_TO_KNOWN_SOURCE", "difference_idr": 8_800_000}],
        undelivered=[],
    )  # fmt: skip
