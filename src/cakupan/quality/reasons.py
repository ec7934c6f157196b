"""Why a delivery was not let in, in Indonesian and in English: what happened, which file, the figures, what to do next.

A reason names rules, counts and the delivery, never the content of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cakupan.bilingual import NOTHING, Text, day, joined, listed, number, per_cent
from cakupan.feeds import Feed
from cakupan.quality.comparison import Predecessor
from cakupan.quality.defects import Defect, describe_defects, describe_place
from cakupan.quality.judgement import DeliveryFigures, RuleResult

_FILE_NAME = re.compile(r"^(?!.*\d{9})[a-z][a-z0-9_]{0,60}_\d{8}(\.[a-z0-9]{1,5}){1,2}$")
_RULES_NAMED = 3
_MOST_DECIMALS = 8
DISAGREE = "CHECKS_DISAGREE"


@dataclass(frozen=True)
class Reason:
    """The code and the sentences of an outcome."""

    code: str
    text: Text


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


def held(subject: Subject, figures: DeliveryFigures, results: Iterable[RuleResult], evidence: Evidence) -> Reason:
    """Say why the delivery is held, from the critical rules it fails."""
    results = list(results)
    failed = [result for result in results if not result.success and result.rule.severity == "critical"]
    said = [
        _counted_otherwise(results) if result.rule.meta.code == DISAGREE else _sentences(result, subject, figures)
        for result in failed
    ]
    if any(result.rule.meta.code in ("QUARANTINE_SHARE", "NOTHING_ACCEPTED", "ROW_LOSS") for result in failed):
        said.append(_what_is_wrong(subject, results, evidence))
    before = (
        Text("Belum ada kiriman yang berlaku.", "Nothing of the feed is in force yet.")
        if subject.night_before is None
        else Text("Kiriman sebelumnya tetap berlaku.", "The one before stays in force.")
    )
    if all(result.rule.meta.code == DISAGREE for result in failed):
        following = _of_the_house(subject)
    else:
        following = Text(
            "Selanjutnya: minta {} memeriksa dan mengirim ulang, atau, bila isinya memang benar, lepaskan:"
            " cakupan release {} --by SIAPA --why ALASAN.",
            "Next: ask {} to check and send again, or, if it is right as it is, release it:"
            " cakupan release {} --by WHO --why GROUNDS.",
        ).format(subject.feed.owner, str(subject.delivery_id))
    return Reason(
        code=failed[0].rule.meta.code or failed[0].rule.rule_id,
        text=joined(
            [Text("Kiriman {} ditahan.", "Delivery {} is held.").format(subject.file), *said, before, following]
        ),
    )


def all_repeated(subject: Subject, nights: Sequence[date], *, same_bytes: bool) -> Reason:
    """Say that nothing in an increment is new; it is let in and changes nothing."""
    first_and_last = [nights[0], nights[-1]] if len(nights) > 1 else nights
    return Reason(
        code="ALL_REPEATED",
        text=Text(
            "Kiriman {file} tidak memuat hal baru: {whole} yang sama sudah datang pada {when}. Tidak ada angka yang"
            " berubah. Selanjutnya: pastikan {owner} tidak keliru mengirim berkas lama.",
            "Delivery {file} holds nothing new: the same {whole} as {when}. No figure changes. Next: make sure that"
            " {owner} did not send an old file by mistake.",
        ).format(
            file=subject.file,
            whole=Text("byte", "bytes") if same_bytes else Text("baris", "rows"),
            when=listed([day(night) for night in first_and_last]),
            owner=subject.feed.owner,
        ),
    )


def rejected(subject: Subject, results: Iterable[RuleResult]) -> Reason:
    """Say why a delivery without rows is rejected."""
    failed = next(result for result in results if not result.success and result.rule.meta.code == "NO_ROWS")
    return Reason(
        code=failed.rule.meta.code or failed.rule.rule_id,
        text=Text(
            "Kiriman {} ditolak: tidak ada baris data di dalamnya. Kiriman sebelumnya tetap berlaku. Selanjutnya: minta"
            " {} mengirim ulang.",
            "Delivery {} is rejected: there are no data rows in it. The one before stays in force. Next: ask {} to send"
            " it again.",
        ).format(subject.file, subject.feed.owner),
    )


def refused(subject: Subject, code: str, refusal: Text) -> Reason:
    """Say why a delivery could not be read; the sentences are those of the refusal."""
    return Reason(code, Text("Kiriman {} ditolak. {}", "Delivery {} is rejected. {}").format(subject.file, refusal))


def released(by: str, why: str, earlier: str) -> Reason:
    """Say who let the delivery in; the reason it was held for stays on record with the validation before."""
    return Reason(
        "RELEASED",
        Text("Dilepaskan oleh {}: {} (sebelumnya ditahan: {})", "Released by {}: {} (held before for {})").format(
            by, why, earlier
        ),
    )


def declined(by: str, why: str, earlier: str) -> Reason:
    """Say who turned the delivery away; the reason it was held for stays on record with the validation before."""
    return Reason(
        "DECLINED",
        Text("Ditolak oleh {}: {} (sebelumnya ditahan: {})", "Turned away by {}: {} (held before for {})").format(
            by, why, earlier
        ),
    )


def _sentences(result: RuleResult, subject: Subject, figures: DeliveryFigures) -> Text:
    code = result.rule.meta.code
    limit = float(result.rule.kwargs.get("max_value", 0))
    if code == "ROW_LOSS" and figures.before is not None and subject.night_before is not None:
        return _lost(figures, figures.before, subject.night_before, limit)
    if code == "OLD_PERIOD" and figures.before is not None and figures.before.median_on and figures.median_on:
        return _older(subject, figures, figures.before.median_on, figures.median_on, limit)
    if code == "QUARANTINE_SHARE":
        return Text(
            "{} dari {} baris ({}) masuk karantina; batasnya {}.",
            "{} of {} rows ({}) are quarantined; the limit is {}.",
        ).format(
            number(figures.quarantined_rows),
            number(figures.delivered_rows),
            _share(figures.quarantined_share, limit),
            _share(limit, limit),
        )
    if code == "NOTHING_ACCEPTED":
        return Text(
            "Tidak satu pun dari {} baris dapat diterima: {} masuk karantina, {} berulang.",
            "None of the {} rows can be let in: {} quarantined, {} repeated.",
        ).format(*map(number, (figures.delivered_rows, figures.quarantined_rows, figures.duplicate_rows)))
    return Text("Aturan {} tidak terpenuhi ({}): {}.", "Rule {} does not hold ({}): {}.").format(
        result.rule.rule_id, result.rule.meta.sentence, str(result.observed)
    )


def _counted_otherwise(results: Sequence[RuleResult]) -> Text:
    """Name every rule of which two counts differ, with both."""
    rules = [
        Text(
            "{} ({}): {} baris melanggarnya menurut pemeriksaan kami, {} menurut Great Expectations",
            "{} ({}): {} rows break it by our own pass, {} by Great Expectations",
        ).format(
            result.rule.rule_id,
            result.rule.meta.sentence,
            number(result.unexpected_rows or 0),
            number(result.recounted_rows or 0),
        )
        for result in results
        if result.disagrees
    ]
    return Text("Dua penghitungan terpisah berbeda. {}.", "Two independent counts differ. {}.").format(
        joined(rules, "; ")
    )


def _of_the_house(subject: Subject) -> Text:
    """Say what to do where nobody knows yet that the file is wrong: the fault is in a rule or in how it is counted."""
    return Text(
        "Pengirim tidak perlu berbuat apa-apa. Selanjutnya: tim data membandingkan aturan itu (cakupan feed rules"
        " {feed}) dengan baris kiriman dan memperbaiki yang keliru; atau, bila hitungan pemeriksaan kami yang benar,"
        " lepaskan: cakupan release {delivery} --by SIAPA --why ALASAN.",
        "The sender need do nothing. Next: the data team holds the rule (cakupan feed rules {feed}) against the rows of"
        " the delivery and mends what is wrong; or, if the count of our own pass is right, releases it:"
        " cakupan release {delivery} --by WHO --why GROUNDS.",
    ).format(feed=subject.feed.name, delivery=str(subject.delivery_id))


def _lost(figures: DeliveryFigures, before: Predecessor, night: date, limit: float) -> Text:
    """Say which rows are fewer than the limit allows: those delivered, those let in, or both."""
    counts = (
        (Text("dikirim", "delivered"), figures.delivered_rows, before.delivered_rows),
        (Text("diterima", "accepted"), figures.accepted_rows, before.accepted_rows),
    )
    fewer = []
    for word, now, then in counts:
        share = max(0, then - now) / then if then else 0.0
        if share > limit:
            fewer.append(
                Text(
                    "{now} baris {word}, {share} lebih sedikit dari {then} baris kiriman {night}",
                    "{now} rows {word}, {share} fewer than the {then} rows of the delivery of {night}",
                ).format(now=number(now), word=word, share=_share(share, limit), then=number(then), night=night)
            )
    return Text(
        "Isinya {} yang berlaku sebelumnya; batasnya {}.", "It has {} in force before it; the limit is {}."
    ).format(joined(fewer, "; "), _share(limit, limit))


def _older(subject: Subject, figures: DeliveryFigures, then: date, now: date, limit: float) -> Text:
    return Text(
        "{column}: tanggal tengahnya {now}, {days} hari sebelum {then}, tanggal tengah kiriman {night} yang berlaku;"
        " batasnya {limit:.0f} hari. Tampaknya berkas dari waktu lain.",
        "{column}: its median date is {now}, {days} days before {then}, that of the delivery of {night} in force; the"
        " limit is {limit:.0f} days. It looks like a file of another time.",
    ).format(
        column=subject.feed.column(subject.feed.period or "").header,
        now=day(now),
        days=figures.days_older,
        then=day(then),
        night=subject.night_before,
        limit=limit,
    )


def _what_is_wrong(subject: Subject, results: list[RuleResult], evidence: Evidence) -> Text:
    """Name the rules broken most, each with its first row, and why records could not be read."""
    broken = [r for r in results if r.failed_rows and r.rule.severity != "info" and not r.rule.on_delivery]
    broken.sort(key=lambda r: (-r.failed_rows, r.rule.rule_id))
    if not broken:
        return NOTHING
    named = []
    for result in broken[:_RULES_NAMED]:
        where = evidence.first.get(result.rule.rule_id)
        first = Text(", pertama {}", ", first {}").format(describe_place(*where)) if where else NOTHING
        named.append(
            Text("{} ({}; {}{})", "{} ({}; {}{})").format(
                result.rule.rule_id, result.rule.meta.sentence, number(result.failed_rows), first
            )
        )
    said = [Text("Aturan yang paling sering dilanggar: {}.", "Rules broken most: {}.").format(joined(named, "; "))]
    if evidence.defects:
        why = describe_defects(subject.feed, evidence.defects)
        said.append(Text("Tidak terbaca karena: {}.", "Not readable because: {}.").format(why))
    return joined(said)


def _share(share: float, limit: float) -> Text:
    """Spell per cent with two decimals, or as many more as it takes to tell a share from the limit it passes."""
    at_limit = per_cent(limit, least=0, most=_MOST_DECIMALS)
    spelled = (per_cent(share, least=0, most=decimals) for decimals in range(2, _MOST_DECIMALS + 1))
    return next((text for text in spelled if text != at_limit), at_limit)
