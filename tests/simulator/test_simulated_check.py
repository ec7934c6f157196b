"""The answer check finds every difference, and only those."""

import copy
from decimal import Decimal

from simulator.check import differences
from tests.simulator.conftest import NIGHTS


def test_a_night_equals_itself_and_more_columns_do_no_harm(usual):
    expected = usual.expected(NIGHTS[0])
    actual = copy.deepcopy(expected)
    assert differences(expected, actual) == []
    actual["scorecard"]["sipd.sp2d"]["sha256"] = "x"
    actual["universal_coverage"]["SAKERNAS"]["coverage_rate"] = Decimal(
        str(expected["universal_coverage"]["SAKERNAS"]["coverage_rate"])
    )
    actual["fct_something"] = {"a": 1}
    assert differences(expected, actual) == []


def test_each_kind_of_difference_is_one_readable_line(usual):
    expected = usual.expected(NIGHTS[0])
    actual = copy.deepcopy(expected)
    code = next(iter(expected["coverage_by_region"]))
    actual["coverage_by_region"][code]["active_participants"] += 1
    del actual["coverage_by_sector"]["A"]
    actual["lapse_calendar"]["209901|CSR"] = 7
    actual["universal_coverage"]["SAKERNAS"]["coverage_rate"] += 0.00001
    actual["audit_findings"]["OUT_OF_REGION"]["where"]["999/X"] = 1
    actual["dbhcht_reconciliation"][next(iter(expected["dbhcht_reconciliation"]))]["budget_idr"] = None
    del actual["outreach_conversion"]
    lines = differences(expected, actual)
    assert len(lines) == 7
    text = "\n".join(lines)
    right = expected["coverage_by_region"][code]["active_participants"]
    assert f"coverage_by_region | {code} | active_participants: expected {right}, actual {right + 1}" in text
    assert "coverage_by_sector | A: expected {" in text
    assert "lapse_calendar | 209901|CSR: expected (none), actual 7" in text
    assert "universal_coverage | SAKERNAS | coverage_rate" in text
    assert "audit_findings | OUT_OF_REGION | where[999/X]: expected '(none)', actual 1" in text
    assert "outreach_conversion: expected, but not there at all" in text


def test_null_and_nought_differ():
    assert differences({"r": {"k": {"a": None}}}, {"r": {"k": {"a": 0}}})
    assert differences({"r": {"k": {"a": 0}}}, {"r": {"k": {"a": None}}})
    assert differences({"r": {"k": {"a": 1}}}, {"r": {"k": {}}})
