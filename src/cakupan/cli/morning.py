"""What a night prints on one screen: coverage, money, findings, what needs a person, where more lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text as Styled

from cakupan import for_readers, notices
from cakupan.bilingual import NOTHING, Text, change, counted, day, joined, listed, local, number, same
from cakupan.cli import morning_tables, status
from cakupan.cli.messages import this_command
from cakupan.cli.printing import DocumentFormat, print_json, said, table
from cakupan.cli.restated import Restated, question
from cakupan.database import Role, connect, url
from cakupan.invisible import spelled_out
from cakupan.ledger.publications import published_nights, published_run
from cakupan.notices import figure_words as words
from cakupan.notices.figures import Figures, Finding, read_figures

SHOWN_OFFICES = 3
SHOWN_CODES = 4  # of each severity
SHOWN_NIGHTS = 5  # that were built again
SHOWN_FEEDS = 3  # that need a person, whose reasons take several lines each
LONGEST = 200  # characters of a reason
RELEASE = "{} release {} --by WHO --why GROUNDS"
FIRST = ("HELD", "FAILED", "REJECTED", "LATE", "MISSING")
"""What a person decides on or mends comes before what an office is asked for."""

NIGHT_OF = Text("Malam {}, terbit {}", "Night of {}, published {}")
COVERAGE = Text("Cakupan", "Coverage")
SINCE = Text("sejak {}", "since {}")
COVERAGE_HEADS = (Text("peserta aktif", "active"), Text("dari", "of"), Text("cakupan", "rate"))
MONEY_HEADS = (
    Text("pagu", "budget"), Text("dicairkan", "disbursed"), Text("dibukukan", "posted"),
    Text("belum dibukukan", "not posted"),
)  # fmt: skip
AMOUNTS = ("budget_idr", "disbursed_idr", "posted_idr", "unposted_idr")
OFFICES = Text("{}, serapan {}", "{}, absorption {}")
OFFICE = Text("perangkat daerah", "office")
FINDINGS = Text("Temuan", "Findings")
SEVERITIES = {
    "critical": Text("kritis", "critical"), "warning": Text("peringatan", "warning"),
    "notice": Text("perhatian", "notice"), "info": Text("keterangan", "info"),
}  # fmt: skip
MORE_CODE = Text("kode lagi", "more code")
RESTATED, NIGHT = Text("Dibangun ulang", "Restated"), Text("malam", "night")
TO_DO = Text("Perlu orang", "Needs a person")
NOTHING_TO_DO = Text("tidak ada", "nothing")
MORE_FEEDS = Text("… dan {} sumber data lagi: {}", "… and {} more feeds: {}")
CODE, FILE, REMARK = (
    Text("kode yang tidak dikenal", "unknown code"), Text("berkas yang tidak diambil", "file not taken"),
    Text("catatan", "remark"),
)  # fmt: skip
FILES = "files not taken"
NOTICED = Text("Juga: {}: {}", "Also: {}: {}")
DELIVERIES = Text(
    "Kiriman: {}; baris: {} diterima, {} karantina, {} berulang",
    "Deliveries: {}; rows: {} accepted, {} quarantined, {} repeated",
)
PAGES, REPORT, MESSAGES, ASK, DETAILS = (
    Text("Halaman", "Pages"), Text("Laporan", "Report"), Text("Surat", "Messages"), Text("Tanya", "Ask"),
    Text("Rincian", "Details"),
)  # fmt: skip
QUESTION = "select * from latest.coverage_by_sector"
SCHEMAS = Text(
    "skema latest (malam terbaru) dan marts (semua malam)", "schemas latest (newest night) and marts (every night)"
)


@dataclass(frozen=True)
class Morning:
    """A published night as it is told in the morning."""

    standing: status.Standing
    figures: Figures
    run_id: int
    restated: Sequence[Restated] = ()


def run_of(as_of: date) -> int | None:
    """Return the run that readers see for the night, or None."""
    with connect(Role.AUDITOR) as connection:
        run_id, _ = published_run(connection, as_of) or (None, None)
    return run_id


def show_morning(
    as_of: date | None,
    out: Console,
    form: DocumentFormat,
    *,
    everything: bool = False,
    restated: Sequence[Restated] = (),
) -> None:
    """Print a published night, by default the newest: on one screen, and everything behind it where that is asked for.

    With it goes what moved in nights that were built again. Raises psycopg.Error.
    """
    with connect(Role.AUDITOR) as connection:
        nights = published_nights(connection)
        as_of = as_of or max(nights)
        figures = read_figures(connection, as_of)
    assert figures is not None  # noqa: S101 it is published
    morning = Morning(status.read_standing(as_of), figures, nights[as_of], restated)
    if form is DocumentFormat.JSON:
        print_json(document(morning))
        return
    if everything:
        out.print(status.page(morning.standing, out.width), soft_wrap=True)
        morning_tables.show(out, as_of)
    _show(out, morning)


def _show(out: Console, morning: Morning) -> None:
    """Print it on one screen."""
    figures, standing = morning.figures, morning.standing
    published = local(standing.published_at) if standing.published_at else "-"
    out.print(Styled(f"\n{said(NIGHT_OF.format(day(figures.night), published))}", style="bold"))
    out.print(_coverage(figures))
    if gaps := words.gap_words(figures):
        out.print(Styled(said(gaps), style="dim"))
    for year in figures.years:
        out.print(_money(figures, year))
    out.print(_findings(figures))
    if morning.restated:
        out.print(_restated(morning.restated))
        out.print(question([one.as_of_date for one in morning.restated]), markup=False, soft_wrap=True)
    out.print(_to_do(standing))
    out.print(said(_deliveries(standing)), "", sep="\n")
    for head, where in _places(figures.night):
        out.print(f"{said(head):9} {where}", soft_wrap=True)


def document(morning: Morning) -> dict[str, Any]:
    """Return it for another program."""
    figures = asdict(morning.figures)
    return {
        "as_of_date": figures.pop("night"),
        "run_id": morning.run_id,
        "compared_with": figures.pop("before"),
        **figures,
        "restated": [asdict(one) for one in morning.restated],
        "deliveries": status.document(morning.standing),
        "pages": str(for_readers.pages_path()),
        "report": str(for_readers.report_path(morning.figures.night)),
        "messages": str(notices.outbox()),
    }


def _coverage(figures: Figures) -> RenderableType:
    heads = [COVERAGE, *COVERAGE_HEADS]
    cells = [
        [words.denominator(one), words.count(one.active_participants), words.count(one.denominator),
         words.share(one.coverage_rate), NOTHING if one.active_change is None else change(one.active_change)]
        for one in figures.coverage
    ]  # fmt: skip
    if figures.before:
        heads.append(SINCE.format(figures.before))
    return _table(heads, [row[: len(heads)] for row in cells])


def _money(figures: Figures, year: int | None) -> RenderableType:
    """Show the money of all offices, and of those that have most that is not posted."""
    offices = [office for office in figures.offices if office.fiscal_year == year]
    everyone = OFFICES.format(counted(len(offices), OFFICE), words.absorption(figures, year))
    cells = [[everyone, *(words.count(figures.money(year, name)) for name in AMOUNTS)]]
    cells += [
        [same(office.name), *(words.count(getattr(office, name)) for name in AMOUNTS)]
        for office in [office for office in offices if office.unposted_idr][:SHOWN_OFFICES]
    ]
    return _table([same(f"DBHCHT {year or ''}, Rp"), *MONEY_HEADS], cells)


def _table(heads: Sequence[Text], cells: Sequence[Sequence[Text]]) -> Table:
    figures = [False, *[True] * (len(heads) - 1)]
    return table([said(head) for head in heads], [[said(cell) for cell in row] for row in cells], figures)


def _findings(figures: Figures) -> RenderableType:
    lines = [
        (said(SEVERITIES[severity]), said(_codes(list(found))))
        for severity, found in groupby(figures.findings, key=lambda one: one.severity)
    ]
    return _listed(said(FINDINGS), said(words.findings_words(figures)), lines)


def _codes(found: Sequence[Finding]) -> Text:
    """Return the codes of a severity, each with how many and by how many it changed."""
    parts = [
        same("{} {}{}").format(
            one.finding_code,
            number(one.cases),
            same(" ({})").format(change(one.cases - one.before)) if one.before not in (None, one.cases) else "",
        )
        for one in found[:SHOWN_CODES]
    ]
    more = [counted(len(found) - SHOWN_CODES, MORE_CODE)] if len(found) > SHOWN_CODES else []
    return joined([*parts, *more], ", ")


def _restated(restated: Sequence[Restated]) -> RenderableType:
    lines = [(str(one.as_of_date), said(one.told)) for one in restated[:SHOWN_NIGHTS]]
    return _listed(said(RESTATED), said(counted(len(restated), NIGHT)), lines)


def _to_do(standing: status.Standing) -> RenderableType:
    amiss = sorted(standing.amiss, key=lambda one: FIRST.index(one.state_word))
    lines = [(said(notices.STATE_WORDS[one.state_word]), _reason(one)) for one in amiss[:SHOWN_FEEDS]]
    command = f"{this_command()} status --date {standing.as_of}"
    if len(amiss) > SHOWN_FEEDS:
        lines.append(("", said(MORE_FEEDS.format(len(amiss) - SHOWN_FEEDS, command))))
    seen = standing.seen
    kinds = ((seen.unmapped, CODE, ""), (seen.ignored, FILE, FILES), (seen.remarks, REMARK, ""))
    if also := [counted(len(found), noun, plural) for found, noun, plural in kinds if found]:
        lines.append(("", said(NOTICED.format(listed(also), command))))
    return _listed(said(TO_DO), "" if amiss else said(NOTHING_TO_DO), lines)


def _reason(one: notices.NeedsAttention) -> str:
    """Say what is amiss with a feed in a few lines, and how it is decided; all of it is in the status."""
    told = f"{one.state.name}, {said(one.duration)}: {said(one.why)}"
    if len(told) <= LONGEST:
        return spelled_out(told)
    release = RELEASE.format(this_command(), one.refused[0].delivery_id) if one.state_word == "HELD" else ""
    return spelled_out(f"{told[:LONGEST].rpartition(' ')[0]} … {release}")


def _listed(title: str, of: str, lines: Sequence[tuple[str, str]]) -> RenderableType:
    """Make lines of two columns under a title."""
    made = Table.grid(padding=(0, 2))
    made.title, made.title_justify = Styled.assemble((title, "bold"), f": {of}" if of else ""), "left"
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for word, text in lines:
        made.add_row(Styled(word), Styled(text))
    return made


def _deliveries(standing: status.Standing) -> Text:
    """Count the feeds by their state, and what became of the rows of the night's own deliveries."""
    states = Counter(one.state for one in standing.states)
    own = [one for one in standing.states if one.business_date == standing.as_of]
    sums = (
        sum(getattr(one, name) or 0 for one in own) for name in ("accepted_rows", "quarantined_rows", "duplicate_rows")
    )
    counts = [
        same("{} {}").format(number(count), _lower(notices.STATE_WORDS[state])) for state, count in states.most_common()
    ]
    return DELIVERIES.format(joined(counts, ", "), *map(number, sums))


def _lower(text: Text) -> Text:
    return Text(text.id.lower(), text.en.lower())


def _places(as_of: date) -> Iterator[tuple[Text, str]]:
    """Tell where the rest lies."""
    command = this_command()
    yield PAGES, str(for_readers.pages_path())
    yield REPORT, str(for_readers.report_path(as_of))
    yield MESSAGES, str(notices.outbox())
    yield same("BI"), f"{url(Role.BI, password=False)}, {said(SCHEMAS)}"
    yield ASK, f'{command} sql "{QUESTION}"'
    yield DETAILS, f"{command} morning --date {as_of} --all"
