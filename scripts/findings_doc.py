"""Prints docs/findings.md from the catalogue of rules: `python scripts/findings_doc.py > docs/findings.md`."""

from __future__ import annotations

import csv
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"
FOLDERS = {"audit_findings": "models/rules", "audit_observations": "models/rules/observations"}
STATES = {
    "VERIFIED": "text read",
    "SECONDARY": "cited by others, text not seen",
    "UNVERIFIED": "not verified",
    "LOGIC": "none needed: documents contradict each other",
}
OPENING = """\
# Findings and observations

What the audit rules ask, what they rest on, and where they are written. A *finding* (`marts.audit_findings`, a
published interface of twelve codes) and an *observation* (`marts.audit_observations`) are questions to an office, not
verdicts; observations rest on a less certain basis or list, or often have an explanation. Both carry the landed rows
that prove them.

A rule is one SQL file named like its code, one row of `dbt_project/seeds/finding_rule.csv`, its name in the list of its
mart and one unit test. Numbers and lists it needs are reference data with days of validity: `audit_threshold`,
`document_number`, `premium_code`, `recipient_category`, `bpu_tariff`. `python scripts/findings_doc.py` writes this.
"""


def table(mart: str, rules: list[dict[str, str]]) -> str:
    """The rules of a mart as a table of Markdown."""
    lines = [
        "| code | severity | says | legal basis | its state | note |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for rule in rules:
        code = rule["finding_code"]
        says = f"{rule['sentence_id']}<br>{rule['sentence_en']}"
        path = f"../dbt_project/{FOLDERS[mart]}/{code.lower()}.sql"
        state = STATES[rule["basis_state"]]
        note = rule["source_note"]
        lines.append(f"| [{code}]({path}) | {rule['severity']} | {says} | {rule['legal_basis']} | {state} | {note} |")
    return "\n".join(lines) + "\n"


def document() -> str:
    """The whole page."""
    with (PROJECT / "seeds/finding_rule.csv").open(encoding="utf-8", newline="") as lines:
        rules = list(csv.DictReader(lines))
    parts = [OPENING]
    for mart, title in (("audit_findings", "Findings"), ("audit_observations", "Observations")):
        parts.append(f"## {title}\n\n{table(mart, [rule for rule in rules if rule['mart'] == mart])}")
    return "\n".join(parts)


if __name__ == "__main__":
    print(document(), end="")  # noqa: T201
