"""Why a delivery was not let in, in Indonesian and in English: what happened, which file, the figures, what to do next.

A reason names rules, counts and the delivery, never the content of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cakupan.feeds import Feed
from cakupan.quality.defects import Defect, place, place_id, told
from cakupan.quality.gate import Figures, Result
from cakupan.quality.limits import Measures
from cakupan.quality.strict import MONTHS_ID

_FILE_NAME = re.compile(r"^(?!.*\d{9})[a-z][a-z0-9_]{0,60}_\d{8}(\.[a-z0-9]{1,5}){1,2}$")
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


@dataclass(frozen=True)
class Evidence:
    """Where in the file a person looks."""

    first: Mapping[str, tuple[str, int]]
    """Sheet and number of the first row that breaks a rule."""
    defects: Sequence[Defect] = ()
    """The commonest reasons why records could not be read."""


def held(subject: Subject, figures: Figures, results: Iterable[Result], evidence: Evidence) -> Reason:
    """Why the delivery is held, from the critical rules it fails."""
    results = list(results)
    failed = [result for result in results if not result.success and result.rule.severity == "critical"]
    said = [_sentences(result, subject, figures) for result in failed]
    if any(result.rule.meta.code in ("QUARANTINE_SHARE", "NOTHING_ACCEPTED", "ROW_LOSS") for result in failed):
        said.append(_what_is_wrong(subject, results, evidence))
    release = f"cakupan release {subject.delivery_id} --by WHO --why GROUNDS"
    release_id = f"cakupan release {subject.delivery_id} --by SIAPA --why ALASAN"
    before, before_id = ("The one before stays in force. ", "Kiriman sebelumnya tetap berlaku. ")
    if subject.night_before is None:
        before, before_id = ("Nothing of the feed is in force yet. ", "Belum ada kiriman yang berlaku. ")
    return Reason(
        code=failed[0].rule.meta.code or failed[0].rule.rule_id,
        indonesian=" ".join(
            [
                f"Kiriman {subject.file} ditahan.",
                *(indonesian for indonesian, _ in said if indonesian),
                f"{before_id}Selanjutnya: minta {subject.feed.owner} memeriksa dan"
                f" mengirim ulang, atau, bila isinya memang benar, lepaskan: {release_id}.",
            ]
        ),
        english=" ".join(
            [
                f"Delivery {subject.file} is held.",
                *(english for _, english in said if english),
                f"{before}Next: ask {subject.feed.owner} to check and send again,"
                f" or, if it is right as it is, release it: {release}.",
            ]
        ),
    )


def all_repeated(subject: Subject, nights: Sequence[date], *, same_bytes: bool) -> Reason:
    """Nothing in an increment is new; it is let in and changes nothing."""
    whole, whole_id = ("bytes", "byte") if same_bytes else ("rows", "baris")
    when, when_id = (" and ".join(_ends(nights, say)) for say in (_day, _day_id))
    return Reason(
        code="ALL_REPEATED",
        indonesian=f"Kiriman {subject.file} tidak memuat hal baru: {whole_id} yang sama sudah datang pada"
        f" {when_id.replace(' and ', ' dan ')}. Tidak ada angka yang berubah. Selanjutnya: pastikan"
        f" {subject.feed.owner} tidak keliru mengirim berkas lama.",
        english=f"Delivery {subject.file} holds nothing new: the same {whole} as {when}. No figure changes."
        f" Next: make sure that {subject.feed.owner} did not send an old file by mistake.",
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


def refused(subject: Subject, code: str, indonesian: str, english: str) -> Reason:
    """Why a delivery could not be read; the sentences are those of the refusal."""
    return Reason(
        code=code,
        indonesian=f"Kiriman {subject.file} ditolak. {indonesian}",
        english=f"Delivery {subject.file} is rejected. {english}",
    )


def released(by: str, why: str, earlier: str) -> Reason:
    """A person let the delivery in; the reason it was held for stays on record with the validation before."""
    return Reason(
        code="RELEASED",
        indonesian=f"Dilepaskan oleh {by}: {why} (sebelumnya ditahan: {earlier})",
        english=f"Released by {by}: {why} (held before for {earlier})",
    )


def _sentences(result: Result, subject: Subject, figures: Figures) -> tuple[str, str]:
    code = result.rule.meta.code
    limit = float(result.rule.kwargs.get("max_value", 0))
    if code == "ROW_LOSS" and figures.before is not None and subject.night_before is not None:
        return _lost(figures, figures.before, subject.night_before, limit)
    if code == "OLD_PERIOD" and figures.before is not None and figures.before.median_on and figures.median_on:
        return _older(subject, figures, figures.before.median_on, figures.median_on, limit)
    if code == "QUARANTINE_SHARE":
        bad, rows, share = figures.quarantined_rows, figures.delivered_rows, figures.quarantined_share
        return (
            f"{_id(bad)} dari {_id(rows)} baris ({_share_id(share, limit)}) masuk karantina;"
            f" batasnya {_share_id(limit, limit)}.",
            f"{bad:,} of {rows:,} rows ({_share(share, limit)}) are quarantined; the limit is {_share(limit, limit)}.",
        )
    if code == "NOTHING_ACCEPTED":
        rows, bad, repeated = figures.delivered_rows, figures.quarantined_rows, figures.duplicate_rows
        return (
            f"Tidak satu pun dari {_id(rows)} baris dapat diterima: {_id(bad)} masuk karantina,"
            f" {_id(repeated)} berulang.",
            f"None of the {rows:,} rows can be let in: {bad:,} quarantined, {repeated:,} repeated.",
        )
    rule = result.rule
    return (
        f"Aturan {rule.rule_id} tidak terpenuhi ({rule.meta.says_id}): {result.observed}.",
        f"Rule {rule.rule_id} does not hold ({rule.meta.says}): {result.observed}.",
    )


def _lost(figures: Figures, before: Measures, night: date, limit: float) -> tuple[str, str]:
    """Which rows are fewer than the limit allows: those delivered, those let in, or both."""
    counts = (
        ("delivered", "dikirim", figures.delivered_rows, before.delivered_rows),
        ("accepted", "diterima", figures.accepted_rows, before.accepted_rows),
    )
    english, indonesian = [], []
    for word, kata, now, then in counts:
        share = max(0, then - now) / then if then else 0.0
        if share > limit:
            english.append(
                f"{now:,} rows {word}, {_share(share, limit)} fewer than the {then:,} rows of the delivery of {night}"
            )
            indonesian.append(
                f"{_id(now)} baris {kata}, {_share_id(share, limit)} lebih sedikit dari {_id(then)} baris"
                f" kiriman {night}"
            )
    return (
        f"Isinya {'; '.join(indonesian)} yang berlaku sebelumnya; batasnya {_share_id(limit, limit)}.",
        f"It has {'; '.join(english)} in force before it; the limit is {_share(limit, limit)}.",
    )


def _older(subject: Subject, figures: Figures, then: date, now: date, limit: float) -> tuple[str, str]:
    column = subject.feed.column(subject.feed.period or "").header
    return (
        f"{column}: tanggal tengahnya {_day_id(now)}, {figures.days_older} hari sebelum {_day_id(then)}, tanggal tengah"
        f" kiriman {subject.night_before} yang berlaku; batasnya {limit:.0f} hari. Tampaknya berkas dari waktu lain.",
        f"{column}: its median date is {_day(now)}, {figures.days_older} days before {_day(then)}, that of the delivery"
        f" of {subject.night_before} in force; the limit is {limit:.0f} days. It looks like a file of another time.",
    )


def _what_is_wrong(subject: Subject, results: list[Result], evidence: Evidence) -> tuple[str, str]:
    """The rules broken most, each with its first row, and why records could not be read."""
    broken = [r for r in results if r.failed_rows and r.rule.severity != "info" and not r.rule.on_delivery]
    broken.sort(key=lambda r: (-r.failed_rows, r.rule.rule_id))
    if not broken:
        return "", ""
    english, indonesian = [], []
    for result in broken[:_RULES_NAMED]:
        rule, where = result.rule, evidence.first.get(result.rule.rule_id)
        first, first_id = (f", first {place(*where)}", f", pertama {place_id(*where)}") if where else ("", "")
        english.append(f"{rule.rule_id} ({rule.meta.says}; {result.failed_rows:,}{first})")
        indonesian.append(f"{rule.rule_id} ({rule.meta.says_id}; {_id(result.failed_rows)}{first_id})")
    said = (
        [f"Aturan yang paling sering dilanggar: {'; '.join(indonesian)}."],
        [f"Rules broken most: {'; '.join(english)}."],
    )
    if evidence.defects:
        said[0].append(f"Tidak terbaca karena: {told(subject.feed, evidence.defects, indonesian=True)}.")
        said[1].append(f"Not readable because: {told(subject.feed, evidence.defects, indonesian=False)}.")
    return " ".join(said[0]), " ".join(said[1])


def _ends(nights: Sequence[date], say: Callable[[date], str]) -> list[str]:
    """The first and the last of some dates."""
    return [say(night) for night in ([nights[0], nights[-1]] if len(nights) > 1 else nights)]


def _day(night: date) -> str:
    return f"{night.day} {night:%B} {night.year}"


def _day_id(night: date) -> str:
    return f"{night.day} {MONTHS_ID[night.month - 1]} {night.year}"


def _share(share: float, limit: float) -> str:
    """In per cent with two decimals, or as many more as it takes to tell a share from the limit it passes."""
    texts = (f"{round(100 * share, digits):.10g}" for digits in range(2, 9))
    at_limit = f"{round(100 * limit, 8):.10g}"
    return next((text for text in texts if text != at_limit), at_limit) + " %"


def _share_id(share: float, limit: float) -> str:
    return _share(share, limit).replace(".", ",")


def _id(number: int) -> str:
    return f"{number:,}".replace(",", ".")
