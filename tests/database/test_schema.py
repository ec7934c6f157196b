"""An older warehouse is brought up to date by the same scripts that make a new one."""

from __future__ import annotations

from cakupan.database import Role, apply_schema, connect

OLDER = """
    drop table quality.remark;
    drop view ledger.current_validation;
    alter table ledger.validation drop column median_on;
    create view ledger.current_validation as
    select distinct on (v.delivery_id)
        v.*, d.agency, d.feed, f.cadence, d.business_date, d.sha256, d.original_name, d.received_at
    from ledger.validation v
    join ledger.delivery d using (delivery_id)
    join ledger.feed f using (agency, feed)
    order by v.delivery_id, v.validation_id desc;
    comment on schema ledger is 'older';
"""


def test_an_older_warehouse_is_brought_up_to_date(database_name: str) -> None:
    with connect(Role.ADMIN) as admin:
        admin.execute(OLDER)
        apply_schema(admin)
    with connect(Role.LOADER) as loader:
        assert loader.execute("select median_on from ledger.current_validation").fetchall() == []
        loader.execute("select validation_id, remark_code from quality.remark")
    for role in (Role.TRANSFORMER, Role.AUDITOR):
        with connect(role) as reader:
            reader.execute("select detail_id, detail_en from quality.remark")
