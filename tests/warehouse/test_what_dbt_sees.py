"""dbt's login sees persons under keys alone: no column it may read is an identity, no cell holds a number of one."""

from __future__ import annotations

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.feeds import load_feeds
from tests.warehouse.conftest import Warehouse

NEEDED = {("keyed", "worker", "born_on"), ("keyed", "worker", "sex")}
"""What it is still told of the person behind a key: the age on a night and the sex are figures' own columns."""
SHOWN = """
select n.nspname, c.relname, a.attname
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where
    n.nspname !~ '^(pg_|information_schema)' and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and has_column_privilege('cakupan_transformer', c.oid, a.attnum, 'select')
"""
NUMBERS = r"""
select distinct found[1]
from {} as r
cross join lateral regexp_matches(r::text, '(?<!\d)(?:\d{{16}}|\d{{11}})(?!\d)', 'g') as found
"""


def shown() -> set[tuple[str, str, str]]:
    with connect(Role.ADMIN) as admin:
        return set(admin.execute(SHOWN).fetchall())


def test_no_column_is_an_identity(warehouse: Warehouse) -> None:
    personal = {column.name for feed in load_feeds(settings.FEEDS) for column in feed.columns if column.personal}
    assert {"nik", "kpj", "nama", "tgl_lahir", "npwp"} <= personal
    seen = shown()
    assert len(seen) > 1000
    of_persons = personal | {"born_on", "raw_record"}
    assert {place for place in seen if place[2] in of_persons} == {("keyed", "worker", "born_on")}
    assert {place for place in seen if place[:2] == ("keyed", "worker")} == NEEDED | {("keyed", "worker", "worker_key")}
    assert {place[2] for place in seen if place[:2] == ("keyed", "membership")} == {"membership_key", "place"}
    assert not {place[0] for place in seen} & {"landing", "quarantine", "accepted", "identity"}


def test_no_cell_holds_the_number_of_a_person(warehouse: Warehouse) -> None:
    with connect(Role.LOADER) as loader:
        known = {number for (number,) in loader.execute("select nik from identity.worker")}
        known |= {number for (number,) in loader.execute("select kpj from identity.membership")}
    assert len(known) > 500
    with connect(Role.TRANSFORMER) as dbt:
        for relation in sorted({f'{schema}."{name}"' for schema, name, _ in shown()}):
            found = {number for (number,) in dbt.execute(NUMBERS.format(relation))} & known
            assert not found, f"{relation} shows dbt {len(found)} numbers of persons"
