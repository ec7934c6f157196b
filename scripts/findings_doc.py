"""Prints docs/findings.md from the catalogue of rules: `python scripts/findings_doc.py > docs/findings.md`."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

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

`amount_idr` is the rupiah in question. Where a rule holds two amounts against each other, or asks about money that
should not have been paid at all, `expected_idr` says what it should have been, `actual_idr` what it was, and
`difference_idr` is actual less expected: negative where too little was paid or posted. All three are empty where a rule
compares dates, names or codes, and in nights that earlier versions published.

A rule is one SQL file named like its code, which selects what the rule has to say (the macro `findings_of` fills the
rest), with a YAML file beside it that describes it, names these columns and holds its unit test; one row of
`dbt_project/seeds/finding_rule.csv`; and its name in the list of its mart. Numbers and lists it needs are reference
data with days of validity: `audit_threshold`, `document_number`, `premium_code`, `recipient_category`, `bpu_tariff`.
`python scripts/findings_doc.py` writes this.
"""


def table(mart: str, rules: list[dict[str, str]]) -> str:
    """Write the rules of a mart as a table of Markdown."""
    lines = [
        "| code | severity | says | expected_idr | actual_idr | legal basis | its state | note |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for rule in rules:
        code = rule["finding_code"]
        says = f"{rule['sentence_id']}<br>{rule['sentence_en']}"
        path = f"../dbt_project/{FOLDERS[mart]}/{code.lower()}.sql"
        state = STATES[rule["basis_state"]]
        expected, actual = amounts(mart, code)
        lines.append(
            f"| [{code}]({path}) | {rule['severity']} | {says} | {expected} | {actual}"
            f" | {rule['legal_basis']} | {state} | {rule['source_note']} |"
        )
    return "\n".join(lines) + "\n"


def amounts(mart: str, code: str) -> tuple[str, str]:
    """Tell what the rule's YAML says is expected and what is actual; empty where it compares no amounts."""
    written = yaml.safe_load((PROJECT / FOLDERS[mart] / f"{code.lower()}.yml").read_text(encoding="utf-8"))
    said = {column["name"]: column.get("description", "") for column in written["models"][0]["columns"]}
    return said.get("expected_idr", ""), said.get("actual_idr", "")


def document() -> str:
    """Write the whole page."""
    with (PROJECT / "seeds/finding_rule.csv").open(encoding="utf-8", newline="") as lines:
        rules = list(csv.DictReader(lines))
    parts = [OPENING]
    for mart, title in (("audit_findings", "Findings"), ("audit_observations", "Observations")):
        parts.append(f"## {title}\n\n{table(mart, [rule for rule in rules if rule['mart'] == mart])}")
    return "\n".join(parts)


if __name__ == "__main__":
    print(document(), end="")  # noqa: T201
