"""Whatever happens in whatever order, the warehouse says what a few lines of plain Python say.

Offices deliver, send again, correct and forget; nights are taken in, killed, built, published and built again;
deliveries are let in and turned away, a person is erased, landed rows are dropped. In place of dbt stands one mart by
hand, of the rows that are accepted: what dbt makes of them is held elsewhere.
"""

from __future__ import annotations

import gzip
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cakupan import housekeeping, night
from cakupan import settings as cakupan_settings
from cakupan.cli.known_at import as_known
from cakupan.database import Role, connect
from cakupan.landing.archive import Archive
from cakupan.ledger.runs import mark_run
from cakupan.privacy.erasing import MARK, erase
from cakupan.sources.folder import Folder
from tests.audit.conftest import altered, within
from tests.audit.in_plain_python import (
    FARMERS,
    HEADS,
    PAID,
    Delivery,
    Model,
    Published,
    Row,
    nik_of,
)
from tests.databases import copy_of, new_database

EXAMPLES, STEPS = (int(os.environ.get(f"CAKUPAN_TEST_{name}", least)) for name, least in (("ORDERS", 2), ("STEPS", 12)))
"""How many orders are tried, and of how many steps; more look longer."""
FILES = {FARMERS: "kelompok_tani_{:%Y%m%d}.csv", PAID: "iuran_{:%Y%m%d}.csv.gz"}
NIGHTS = [date(2025, 9, 9) + timedelta(days=number) for number in range(4)]
MART = """
create table warehouse.member (run_id bigint, as_of_date date, feed text, tag text);
create view marts.member as
    select as_of_date, feed, tag from warehouse.member join ledger.published using (run_id, as_of_date);
grant select on marts.member to cakupan_auditor;
"""
BUILD = """
insert into warehouse.member
select i.run_id, %(night)s, 'distan.kelompok_tani', a.kelompok_tani
from keyed.distan_kelompok_tani as a join ledger.run_input as i using (validation_id) where i.run_id = %(run)s
union all
select i.run_id, %(night)s, 'bpjstk.iuran', a.no_transaksi
from keyed.bpjstk_iuran as a join ledger.run_input as i using (validation_id) where i.run_id = %(run)s
"""


class Killed(BaseException):
    """The process ends here."""


class AnyOrder(RuleBasedStateMachine):
    """The warehouse beside its model."""

    template = ""

    def __init__(self) -> None:
        super().__init__()
        self.model, self.serial = Model(), 0
        self.open = ExitStack()

    @initialize()
    def begin(self) -> None:
        home = Path(self.open.enter_context(tempfile.TemporaryDirectory()))
        database = self.open.enter_context(copy_of(self.template))
        self.kept = self.open.enter_context(within(database, home))
        self.drop = home / "drop"
        for feed in HEADS:
            self.path(feed, NIGHTS[0]).parent.mkdir(parents=True)
        self.deliver(NIGHTS[1], 10, 1, 1, conflict=False)
        self.deliver_increment(NIGHTS[1], 3, 0, 0)
        self.take_in(NIGHTS[1], None)
        self.publish(NIGHTS[1], None)

    def teardown(self) -> None:
        try:
            if hasattr(self, "drop"):
                self.seal()
                assert altered() == []
        finally:
            self.open.close()

    def tell(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        rows = self.kept.database.execute(query, values).fetchall()  # type: ignore[call-overload]
        self.kept.database.commit()
        return list(rows)

    # What offices do.

    @rule(
        on=st.sampled_from(NIGHTS), count=st.sampled_from([0, 4, 10, 20]), bad=st.integers(0, 3),
        repeated=st.integers(0, 2), conflict=st.booleans(),
    )  # fmt: skip
    def deliver(self, on: date, count: int, bad: int, repeated: int, conflict: bool) -> None:
        """A list is put where there was none, or in the place of another."""
        rows = [Row(person, self.next_tag(), person >= bad) for person in range(count)]
        if conflict and rows:
            rows.append(Row(rows[-1].person, self.next_tag()))
        self.put(FARMERS, Delivery(on, tuple(rows + rows[:repeated]), b""))

    @rule(on=st.sampled_from(NIGHTS), count=st.integers(0, 12), bad=st.integers(0, 2), old=st.integers(0, 3))
    def deliver_increment(self, on: date, count: int, bad: int, old: int) -> None:
        """What was paid, with some of what came before."""
        rows = [Row(person, self.next_tag(), person >= bad) for person in range(count)]
        rows += [row for each in self.model.received[PAID] for row in each.rows or () if row.good][:old]
        self.put(PAID, Delivery(on, tuple(rows), b""))

    @rule(feed=st.sampled_from([FARMERS, PAID]), on=st.sampled_from(NIGHTS))
    def deliver_rubbish(self, feed: str, on: date) -> None:
        self.put(feed, Delivery(on, None, b"<html>Silakan masuk</html>" + self.next_tag().encode()))

    @precondition(lambda self: any(self.model.received.values()))
    @rule(feed=st.sampled_from([FARMERS, PAID]), on=st.sampled_from(NIGHTS), number=st.integers(0, 9))
    def send_again(self, feed: str, on: date, number: int) -> None:
        """The bytes of an earlier file of the date come again."""
        if sent := [each for each in self.model.received[feed] if each.on == on]:
            self.put(feed, sent[number % len(sent)])

    @precondition(lambda self: any(self.model.folder.values()))
    @rule(feed=st.sampled_from([FARMERS, PAID]), on=st.sampled_from(NIGHTS))
    def take_away(self, feed: str, on: date) -> None:
        if self.model.folder[feed].pop(on, None):
            self.path(feed, on).unlink()

    def next_tag(self) -> str:
        self.serial += 1
        return f"K{self.serial:05}"

    def path(self, feed: str, on: date) -> Path:
        return self.drop.joinpath(*feed.split("."), FILES[feed].format(on))

    def put(self, feed: str, delivery: Delivery) -> None:
        content = delivery.content
        if delivery.rows is not None:
            text = HEADS[feed] + "".join(row.line(feed) for row in delivery.rows)
            content = text.encode("utf-8-sig") if feed == FARMERS else gzip.compress(text.encode(), 1, mtime=0)
        self.path(feed, delivery.on).write_bytes(content)
        self.model.folder[feed][delivery.on] = Delivery(delivery.on, delivery.rows, content)

    # What nights do.

    @rule(until=st.sampled_from(NIGHTS), killed_at=st.one_of(st.none(), st.integers(1, 60)))
    def take_in(self, until: date, killed_at: int | None) -> None:
        """Take in what there is up to a night; where it was killed it is run again."""

        def once() -> None:
            for feed in HEADS:
                night.archive(feed, until, Folder(self.drop))
                night.land(feed)
                night.validate(feed, until)

        self.killed(once, killed_at)
        once()
        self.model.take_in(until)

    @rule(on=st.sampled_from(NIGHTS), killed_at=st.one_of(st.none(), st.integers(1, 20)))
    def publish(self, on: date, killed_at: int | None) -> None:
        """Build and publish a night, for the first time or again."""
        if self.killed(lambda: self.build(on), killed_at):
            self.note_publications()
            self.readers_see_what_was_published_last()
        self.build(on)
        self.note_publications()

    @rule(killed_at=st.one_of(st.none(), st.integers(1, 20)))
    def restate(self, killed_at: int | None) -> None:
        """Build again the nights that rest on other deliveries now."""
        for on in night.nights_to_restate():
            self.killed(lambda on=on: self.build(on), killed_at)
            self.build(on)
        self.note_publications()
        assert night.nights_to_restate() == []

    @precondition(lambda self: any(each.status == "HELD" for one in self.model.received.values() for each in one))
    @rule(let_in=st.booleans(), number=st.integers(0, 9))
    def decide(self, let_in: bool, number: int) -> None:
        held = night.held_deliveries()
        chosen = held[number % len(held)]
        places = {key: (feed, place) for feed in HEADS for place, (key, *_) in enumerate(self.ledger(feed))}
        feed, place = places[chosen.delivery_id]
        night.decide(chosen.delivery_id, "Ani", "it was looked at", let_in=let_in)
        self.model.received[feed][place].decided = "released" if let_in else "rejected"
        self.model.judge(feed)

    @precondition(lambda self: self.model.received[FARMERS])
    @rule(person=st.integers(0, 3))
    def erase(self, person: int) -> None:
        if any(row.person == person and row.good for each in self.model.received[FARMERS] for row in each.rows or ()):
            if person not in self.model.erased:
                erase(nik_of(person), "Ani", "the person asked", "PDP 1/2025")
            self.model.erased.add(person)

    @precondition(lambda self: len(self.model.published) > 1)
    @rule(nights=st.integers(0, 2))
    def keep_house(self, nights: int) -> None:
        with patch.dict(os.environ, {"CAKUPAN_LANDING_RETENTION": str(nights)}):
            assert housekeeping.drop_outdated().stays == []

    @precondition(lambda self: self.model.published)
    @rule()
    def seal(self) -> None:
        night.seal()

    def build(self, on: date) -> None:
        run = night.start_run(on)
        with connect(Role.TRANSFORMER) as dbt:
            dbt.execute(BUILD, {"run": run, "night": on})
        with connect(Role.LOADER) as connection:
            mark_run(connection, run, "BUILT")
        with patch.object(night.disclosure, "judge_nights"):
            night.publish_run(run)
        night.end_turn()

    def killed(self, step: Callable[[], None], at: int | None) -> bool:
        """Run the step until it is killed; whether it was."""
        if at is None:
            return False
        try:
            with killing(at):
                step()
        except Killed:
            return True
        self.note_publications()
        return False

    def note_publications(self) -> None:
        """Enter in the model what was published since, as what the model shows now."""
        rows = self.tell("select published_at, as_of_date from ledger.publication order by publication_id")
        for at, on in rows[len(self.model.published) :]:
            self.model.published.append((at, on, self.model.shown(on)))

    def moment(self) -> datetime:
        ((now,),) = self.tell("select clock_timestamp()")
        return now

    # What must hold.

    def ledger(self, feed: str) -> list[tuple[Any, ...]]:
        return self.tell(
            "select d.delivery_id, d.business_date, v.delivery_status, v.delivered_rows, v.accepted_rows,"
            " v.quarantined_rows, v.duplicate_rows, v.validation_id"
            " from ledger.delivery as d left join ledger.current_validation as v using (delivery_id)"
            " where d.agency || '.' || d.feed = %s order by d.business_date, d.delivery_id", feed,
        )  # fmt: skip

    @invariant()
    def deliveries_are_as_reckoned(self) -> None:
        for feed in HEADS:
            found = self.ledger(feed)
            due = [
                (each.on, each.status, 0, 0, 0, 0)
                if each.rows is None or (not each.rows and feed == FARMERS)
                else (each.on, each.status, len(each.rows), len(each.accepted), each.quarantined, each.duplicates)
                for each in self.model.received[feed]
            ]
            assert [each[1:-1] for each in found] == due
            assert all(delivered == sum(others) for *_, delivered, a, q, d, _ in found for others in [(a, q, d)])

    @invariant()
    def rows_set_aside_are_kept_with_their_address(self) -> None:
        for feed in HEADS:
            table = "quarantine." + feed.replace(".", "_")
            for _, on, _, _, _, quarantined, duplicates, validation in self.ledger(feed):
                kept = dict(
                    self.tell(
                        f"select verdict, count(distinct (sheet, row_number)) from {table} where validation_id = %s"
                        " group by 1", validation,
                    )
                )  # fmt: skip
                assert (kept.get("quarantined", 0), kept.get("duplicate", 0)) == (quarantined, duplicates), (feed, on)

    @invariant()
    def readers_see_what_was_published_last(self) -> None:
        assert self.seen() == self.model.known_at(datetime.max.replace(tzinfo=self.moment().tzinfo))

    @invariant()
    def nights_that_would_show_other_rows_are_to_be_built_again(self) -> None:
        now = self.model.known_at(datetime.max.replace(tzinfo=self.moment().tzinfo))
        assert {on for on, rows in now.items() if rows != self.model.shown(on)} <= set(night.nights_to_restate())

    @precondition(lambda self: self.model.published)
    @rule(number=st.integers(0, 99))
    def read_as_known(self, number: int) -> None:
        moment, *_ = self.model.published[number % len(self.model.published)]
        assert self.seen(moment) == self.model.known_at(moment)

    def seen(self, moment: datetime | None = None) -> dict[date, Published]:
        with connect(Role.AUDITOR, options=as_known(moment and moment.isoformat())) as reader:
            nights = [on for (on,) in reader.execute("select as_of_date from ledger.published")]
            rows = reader.execute("select as_of_date, feed, tag from marts.member").fetchall()
        return {on: Counter((feed, tag) for when, feed, tag in rows if when == on) for on in nights}

    @invariant()
    def the_erased_are_nowhere(self) -> None:
        if self.model.erased:
            taken = self.tell(
                "select nik from landing.distan_kelompok_tani union all select nik from quarantine.distan_kelompok_tani"
                " union all select nik from identity.worker"
            )
            assert not {nik_of(person) for person in self.model.erased} & {nik for (nik,) in taken}
            assert any(nik.startswith(MARK) for (nik,) in taken)


@contextmanager
def killing(at: int) -> Iterator[None]:
    """End what is done at the so manieth step by which something is kept, before it or after it."""
    passed = 0

    def here() -> bool:
        nonlocal passed
        passed += 1
        return passed == at

    def around(step: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **options: Any) -> Any:
            if here():
                raise Killed
            answer = step(*args, **options)
            if here():
                raise Killed
            return answer

        return counted

    leave = psycopg.Transaction.__exit__

    def left(transaction: psycopg.Transaction, kind: Any, error: Any, trace: Any) -> bool:
        if error is None and here():
            leave(transaction, Killed, Killed(), None)  # as the server does that hears nothing more
            raise Killed
        answer = leave(transaction, kind, error, trace)
        if error is None and here():
            raise Killed
        return answer

    with ExitStack() as patches:
        for owner, name in ((psycopg.Connection, "commit"), (Archive, "store"), (psycopg.Copy, "write")):
            patches.enter_context(patch.object(owner, name, around(getattr(owner, name))))
        patches.enter_context(patch.object(psycopg.Transaction, "__exit__", left))
        yield


@pytest.fixture(scope="module")
def template(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database of a warehouse of two feeds, and as long as it is there no feed but these."""
    feeds = tmp_path_factory.mktemp("feeds")
    for name in HEADS:
        path = feeds.joinpath(*name.split(".")).with_suffix(".yml")
        path.parent.mkdir()
        path.write_bytes(cakupan_settings.FEEDS.joinpath(*name.split(".")).with_suffix(".yml").read_bytes())
    with patch.object(cakupan_settings, "FEEDS", feeds):
        database = new_database("test_template")
        with within(database, Path()):
            night.prepare()
            with connect(Role.TRANSFORMER) as dbt:
                dbt.execute(MART)
        yield database


def of_all_kinds(machine: AnyOrder) -> Iterator[None]:
    """Each kind of event at least once, in an order in which each has something to do."""
    first, second, third, fourth = NIGHTS
    yield machine.begin()
    yield machine.deliver(third, 4, 0, 0, conflict=False)  # too few: held
    yield machine.deliver_increment(third, 5, 2, 0)  # too much is wrong: held
    yield machine.take_in(fourth, 29)  # while it is landed
    yield machine.publish(third, 3)
    yield machine.decide(let_in=True, number=0)
    yield machine.decide(let_in=True, number=0)
    yield machine.restate(2)
    yield machine.deliver(second, 20, 1, 2, conflict=False)
    yield machine.deliver_increment(second, 4, 0, 2)  # what was let in is judged anew by it
    yield machine.take_in(fourth, 21)
    yield machine.read_as_known(0)
    yield machine.erase(2)
    yield machine.deliver(fourth, 10, 1, 0, conflict=True)  # the erased person comes again, and too much is wrong
    yield machine.take_in(fourth, None)
    yield machine.decide(let_in=False, number=0)
    yield machine.deliver(fourth, 4, 0, 0, conflict=False)
    yield machine.take_in(fourth, 2)
    yield machine.publish(fourth, 5)
    yield machine.seal()
    yield machine.keep_house(0)
    yield machine.deliver_increment(third, 3, 0, 3)  # with rows of which the landed ones are dropped
    yield machine.deliver_rubbish(PAID, first)
    yield machine.take_in(fourth, 30)
    yield machine.send_again(FARMERS, second, 0)
    yield machine.take_away(FARMERS, third)
    yield machine.take_in(fourth, None)
    yield machine.restate(None)
    for number in range(3):
        yield machine.read_as_known(number)


def test_after_events_of_all_kinds_the_warehouse_says_what_the_model_says(template: str) -> None:
    AnyOrder.template = template
    machine = AnyOrder()
    try:
        for _ in of_all_kinds(machine):
            machine.deliveries_are_as_reckoned()
            machine.rows_set_aside_are_kept_with_their_address()
            machine.readers_see_what_was_published_last()
            machine.nights_that_would_show_other_rows_are_to_be_built_again()
            machine.the_erased_are_nowhere()
    finally:
        machine.teardown()


def test_in_any_order_the_warehouse_says_what_the_model_says(template: str) -> None:
    AnyOrder.template = template
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.reuse, Phase.generate],  # an order takes seconds: to look for a shorter one takes minutes
        ),
    )
