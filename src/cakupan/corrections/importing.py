"""Takes a fix workbook back: the mended rows go into the whole delivery, which is validated anew, or nothing changes.

What was accepted stays accepted. The corrected delivery has the name, the date and the row numbers of the one before,
of which every other row is read as it was; both are archived, and so is the workbook.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from cakupan import identity, landing, quality, settings
from cakupan.bilingual import Text, joined, listed
from cakupan.corrections.bad_rows import BadRow, bad_rows
from cakupan.corrections.fix_workbook import Origin, origin_of
from cakupan.corrections.returned import CannotImport, Returned, read_returned
from cakupan.feeds import Feed, find_feed
from cakupan.landing.archive import open_archive
from cakupan.landing.rewriting import CannotRewrite, Place, rewrite
from cakupan.landing.tables import landing_table
from cakupan.ledger.corrections import enter_correction, made_of
from cakupan.ledger.deliveries import Archived, enter_delivery
from cakupan.quality.defects import describe_place
from cakupan.quality.locking import lock_validation
from cakupan.quality.suite import load_suite

NAMED = 5
"""Rows named where there are many."""
NO_WORKBOOK = Text(
    "berkas ini bukan buku kerja perbaikan. Buat yang baru: cakupan quarantine export",
    "this file is no fix workbook. Make one: cakupan quarantine export",
)
DIFFERING = """
    with one as (select {cells}, defect is null as readable from {table} where delivery_id = {one}),
    other as (select {cells}, defect is null as readable from {table} where delivery_id = {other})
    select sheet, row_number
    from ((table one except all table other) union all (table other except all table one)) as differing
"""


@dataclass(frozen=True)
class Imported:
    """What became of a workbook."""

    feed: Feed
    business_date: date
    delivery_id: int
    mended: int
    withdrawn: int
    still_bad: int
    """Rows of the delivery that are set aside still."""
    left_out: Sequence[Text]


@dataclass(frozen=True)
class _Base:
    """The delivery to be corrected, with its newest validation."""

    delivery_id: int
    business_date: date
    sha256: str
    original_name: str
    status: str
    bad: Sequence[BadRow]


def import_workbook(connection: psycopg.Connection[Any], path: Path, by: str | None = None) -> Imported:
    """Take the workbook, in one transaction. Raises CannotImport, psycopg.Error, OSError; then nothing has changed."""
    origin = origin_of(path)
    if origin is None:
        raise CannotImport(NO_WORKBOOK)
    try:
        feed = find_feed(settings.FEEDS, origin.feed)
    except KeyError:
        raise CannotImport(Text("sumber data {0} tidak dikenal", "there is no feed {0}").format(origin.feed)) from None
    store = open_archive()
    with connection.transaction(), tempfile.TemporaryDirectory() as folder:
        lock_validation(connection, feed.name)
        base = _base(connection, feed, origin)
        returned = read_returned(feed, path, base.bad)
        corrected = Path(folder) / "corrected"
        try:
            with connection.transaction():
                delivery_id, outcome = _correct(connection, feed, base, returned, corrected)
        except _Conflicts as conflicts:
            returned = conflicts.left_out_of(returned)
            delivery_id, outcome = _correct(connection, feed, base, returned, corrected)
        with corrected.open("rb") as whole, path.open("rb") as workbook:
            store.store(whole)
            kept = store.store(BytesIO(workbook.read()))
        mended, withdrawn = len(returned.changed), len(returned.emptied)
        enter_correction(
            connection, delivery_id, base.delivery_id, kept.sha256,
            mended=mended, withdrawn=withdrawn, by=by or feed.owner,
        )  # fmt: skip
    identity.register(connection, feed)
    return Imported(
        feed, origin.business_date, delivery_id, mended, withdrawn, outcome.quarantined_rows, returned.left_out
    )


class _Conflicts(Exception):
    """Mended rows have the keys of rows that were accepted, which would be set aside with them."""

    def __init__(self, mended: set[Place], accepted: Sequence[Place]) -> None:
        super().__init__()
        self.mended = mended
        self.accepted = accepted

    def left_out_of(self, returned: Returned) -> Returned:
        """Return what else was mended, with the reason why these rows are not taken."""
        others = listed([describe_place(*place) for place in self.accepted[:NAMED]])
        why = Text(
            "kuncinya sama dengan baris yang sudah diterima ({})", "it has the key of a row that was accepted ({})"
        ).format(others)
        left_out = [
            Text("{}: {}", "{}: {}").format(describe_place(*place), why)
            for place in sorted(self.mended & returned.changed.keys())
        ]
        return replace(
            returned,
            changed={place: cells for place, cells in returned.changed.items() if place not in self.mended},
            left_out=[*returned.left_out, *left_out],
        )


def _correct(
    connection: psycopg.Connection[Any], feed: Feed, base: _Base, returned: Returned, into: Path
) -> tuple[int, quality.Outcome]:
    """Write the corrected delivery and validate it; raises CannotImport and _Conflicts."""
    if not returned.changed and not returned.emptied:
        raise CannotImport(_nothing(returned))
    try:
        with open_archive().file(base.sha256) as whole:
            into.write_bytes(rewrite(feed, whole, returned.changed, returned.emptied))
    except CannotRewrite as refusal:
        raise CannotImport(_send_all(refusal.why)) from None
    delivery_id, outcome = _deliver(connection, feed, base, into)
    touched = {*returned.changed, *returned.emptied}
    if _rows_that_differ(connection, feed, base.delivery_id, delivery_id) - touched:
        raise CannotImport(
            _send_all(Text("baris lain ikut berubah bila ditulis ulang", "other rows would change with them"))
        )
    _keep_accepted(connection, feed, outcome, {row.place for row in base.bad})
    if base.status == "ACCEPTED" and outcome.status != "ACCEPTED":
        raise CannotImport(_still_stopped(connection, outcome.validation_id))
    return delivery_id, outcome


def _base(connection: psycopg.Connection[Any], feed: Feed, origin: Origin) -> _Base:
    """Find the newest delivery of the date. Raises CannotImport where it is not made of the workbook's."""
    row = connection.execute(
        "select d.delivery_id, d.business_date, d.sha256, d.original_name, v.delivery_status, v.validation_id"
        " from ledger.delivery as d join ledger.current_validation as v using (delivery_id)"
        " where d.agency = %s and d.feed = %s and d.business_date = %s order by d.delivery_id desc limit 1",
        (feed.agency, feed.feed, origin.business_date),
    ).fetchone()
    if row is None or origin.sha256 not in made_of(connection, row[0]):
        raise CannotImport(
            Text(
                "kiriman {0} tanggal {1} sudah diganti kiriman lain sejak buku kerja ini dibuat. Ekspor yang baru:"
                " cakupan quarantine export {0}",
                "another delivery of {0} of {1} has come since this workbook was made. Export a new one:"
                " cakupan quarantine export {0}",
            ).format(feed.name, origin.business_date.isoformat())
        )
    number, dated, sha256, name, status, validation_id = row
    return _Base(number, dated, sha256, name, status, list(bad_rows(connection, feed, validation_id, number)))


def _deliver(
    connection: psycopg.Connection[Any], feed: Feed, base: _Base, corrected: Path
) -> tuple[int, quality.Outcome]:
    content = corrected.read_bytes()
    archived = Archived(hashlib.sha256(content).hexdigest(), len(content))
    delivery_id, _ = enter_delivery(connection, feed, base.business_date, base.original_name, archived)
    landed = landing.land(connection, feed, delivery_id, corrected)
    if landed.refusal:
        raise CannotImport(_send_all(landed.refusal.text))
    outcomes = {outcome.delivery_id: outcome for outcome in quality.validate_feed(connection, feed)}
    return delivery_id, outcomes[delivery_id]


def _keep_accepted(
    connection: psycopg.Connection[Any], feed: Feed, outcome: quality.Outcome, bad: Collection[Place]
) -> None:
    """Raise _Conflicts where a row is set aside now that was accepted before: only a key can do that."""
    found = list(bad_rows(connection, feed, outcome.validation_id, outcome.delivery_id))
    accepted = [row.place for row in found if row.place not in bad]
    if accepted:
        rule = load_suite(feed).key_rule.rule_id
        raise _Conflicts({row.place for row in found if rule in row.rules}, accepted)


def _rows_that_differ(connection: psycopg.Connection[Any], feed: Feed, one: int, other: int) -> set[Place]:
    """Return where two landed deliveries hold different rows; where a defect's byte stood is no difference."""
    names = [
        name
        for (name,) in connection.execute(
            "select column_name from information_schema.columns where table_schema = 'landing' and table_name = %s"
            " and column_name not in ('delivery_id', 'defect') order by ordinal_position",
            (feed.table,),
        )
    ]
    query = sql.SQL(DIFFERING).format(
        one=sql.Literal(one),
        other=sql.Literal(other),
        cells=sql.SQL(", ").join(map(sql.Identifier, names)),
        table=landing_table(feed),
    )
    return set(connection.execute(query).fetchall())


def _nothing(returned: Returned) -> Text:
    if returned.left_out:
        return Text("tidak ada baris yang dapat diambil: {}", "no row can be taken: {}").format(
            joined(list(returned.left_out[:NAMED]), "; ")
        )
    return Text("tidak ada sel yang diperbaiki di dalamnya", "no cell of it was corrected")


def _still_stopped(connection: psycopg.Connection[Any], validation_id: int) -> Text:
    reason = connection.execute(
        "select reason_id, reason_en from ledger.validation where validation_id = %s", (validation_id,)
    ).fetchone() or ("", "")
    return Text("kiriman yang diperbaiki akan ditahan: {}", "the corrected delivery would be held: {}").format(
        Text(*reason)
    )


def _send_all(why: Text) -> Text:
    return Text(
        "perbaikan tidak dapat disisipkan ke kirimannya: {}. Perbaiki di sumbernya dan kirim berkas lengkap dengan nama"
        " yang sama",
        "the corrections cannot be put into the delivery: {}. Correct them at their source and send the complete file"
        " under the same name",
    ).format(why)
