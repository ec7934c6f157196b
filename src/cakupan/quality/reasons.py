"""Why a delivery was not let in, in Indonesian and in English: what happened, which file, the figures, what to do next.

A reason names rules, counts and the delivery, never the content of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cakupan.feeds import Feed
from cakupan.quality.gate import Figures, Result

_FILE_NAME = re.compile(r"^[a-z_]{1,60}_\d{8}(\.[a-z0-9]{1,5}){1,2}$")
_RULES_NAMED = 3


@dataclass(frozen=True)
class Reason:
    """The code and the sentences of an outcome."""

    code: str
    indonesian: str
    english: str


@dataclass(frozen=True)
class Subject:
    """The delivery a reason speaks of."""

    feed: Feed
    delivery_id: int
    night: date
    sha256: str
    original_name: str
    night_before: date | None

    @property
    def file(self) -> str:
        """The name people know the file by; one that is not of the agreed form is not repeated."""
        known = self.original_name if _FILE_NAME.match(self.original_name) else f"sha256 {self.sha256[:12]}"
        return f"{self.feed.name} {self.night.isoformat()} ({known})"


def held(subject: Subject, figures: Figures, results: Iterable[Result]) -> Reason:
    """Why the delivery is held, from the critical rules it fails."""
    results = list(results)
    failed = [result for result in results if not result.success and result.rule.severity == "critical"]
    said = [_sentences(result, subject, figures, results) for result in failed]
    return Reason(
        code=failed[0].rule.meta.code or failed[0].rule.rule_id,
        indonesian=" ".join(
            [
                f"Kiriman {subject.file} ditahan.",
                *(indonesian for indonesian, _ in said),
                f"Kiriman sebelumnya tetap berlaku. Selanjutnya: minta {subject.feed.owner} memeriksa dan"
                f" mengirim ulang, atau, bila isinya memang benar, lepaskan kiriman {subject.delivery_id}.",
            ]
        ),
        english=" ".join(
            [
                f"Delivery {subject.file} is held.",
                *(english for _, english in said),
                f"The one before stays in force. Next: ask {subject.feed.owner} to check and send again,"
                f" or, if it is right as it is, release it: cakupan release {subject.delivery_id}.",
            ]
        ),
    )


def rejected(subject: Subject, results: Iterable[Result]) -> Reason:
    """Why a delivery without rows is rejected."""
    failed = next(result for result in results if not result.success and result.rule.meta.code == "NO_ROWS")
    return Reason(
        code=failed.rule.meta.code or failed.rule.rule_id,
        indonesian=f"Kiriman {subject.file} ditolak: tidak ada baris data di dalamnya. Kiriman sebelumnya tetap"
        f" berlaku. Selanjutnya: minta {subject.feed.owner} mengirim ulang.",
        english=f"Delivery {subject.file} is rejected: there are no data rows in it. The one before stays in"
        f" force. Next: ask {subject.feed.owner} to send it again.",
    )


def released(by: str, why: str, earlier: str) -> Reason:
    """A person let the delivery in; the reason it was held for stays on record with the validation before."""
    return Reason(
        code="RELEASED",
        indonesian=f"Dilepaskan oleh {by}: {why} (sebelumnya ditahan: {earlier})",
        english=f"Released by {by}: {why} (held before for {earlier})",
    )


def _sentences(result: Result, subject: Subject, figures: Figures, results: list[Result]) -> tuple[str, str]:
    code = result.rule.meta.code
    limit = float(result.rule.kwargs.get("max_value", 0))
    if code == "ROW_LOSS" and figures.rows_before is not None and subject.night_before is not None:
        before, rows, night = figures.rows_before, figures.delivered_rows, subject.night_before.isoformat()
        return (
            f"Isinya {_id(rows)} baris, {_share_id(figures.lost_share, limit)} lebih sedikit dari {_id(before)} baris"
            f" kiriman {night} yang berlaku sebelumnya; batasnya {_share_id(limit, limit)}.",
            f"It has {rows:,} rows, {_share(figures.lost_share, limit)} fewer than the {before:,} rows of the delivery"
            f" of {night} in force before it; the limit is {_share(limit, limit)}.",
        )
    if code == "QUARANTINE_SHARE":
        bad, rows, share = figures.quarantined_rows, figures.delivered_rows, figures.quarantined_share
        return (
            f"{_id(bad)} dari {_id(rows)} baris ({_share_id(share, limit)}) masuk karantina;"
            f" batasnya {_share_id(limit, limit)}."
            f" Aturan yang paling sering dilanggar: {_worst(results, indonesian=True)}.",
            f"{bad:,} of {rows:,} rows ({_share(share, limit)}) are quarantined; the limit is {_share(limit, limit)}."
            f" Rules broken most: {_worst(results, indonesian=False)}.",
        )
    rule = result.rule
    return (
        f"Aturan {rule.rule_id} tidak terpenuhi ({rule.meta.says_id}): {result.observed}.",
        f"Rule {rule.rule_id} does not hold ({rule.meta.says}): {result.observed}.",
    )


def _worst(results: list[Result], *, indonesian: bool) -> str:
    broken = [r for r in results if r.failed_rows and r.rule.severity != "info"]
    broken.sort(key=lambda r: (-r.failed_rows, r.rule.rule_id))
    return "; ".join(
        f"{r.rule.rule_id} ({r.rule.meta.says_id}; {_id(r.failed_rows)})"
        if indonesian
        else f"{r.rule.rule_id} ({r.rule.meta.says}; {r.failed_rows:,})"
        for r in broken[:_RULES_NAMED]
    )


def _share(share: float, limit: float) -> str:
    """In per cent with two decimals, or as many more as it takes to tell a share from the limit it passes."""
    texts = (f"{round(100 * share, digits):.10g}" for digits in range(2, 9))
    at_limit = f"{round(100 * limit, 8):.10g}"
    return next((text for text in texts if text != at_limit), at_limit) + " %"


def _share_id(share: float, limit: float) -> str:
    return _share(share, limit).replace(".", ",")


def _id(number: int) -> str:
    return f"{number:,}".replace(",", ".")
