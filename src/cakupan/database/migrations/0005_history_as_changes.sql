-- What a run or a delivery says of workers is stored once for as long as it stays the same. Each run, or validation, names
-- its rows here by ranges of their numbers; nothing that was written is ever changed.
create table if not exists warehouse.rows_of_run (
    relation text not null,
    run_id bigint not null,
    as_of_date date not null,
    rows int8multirange not null,
    primary key (run_id, relation)
);

create table if not exists warehouse.rows_of_validation (
    relation text not null,
    validation_id bigint not null,
    delivery_id bigint not null,
    business_date date not null,
    rows int8multirange not null,
    primary key (validation_id, relation)
);

-- A row of a snapshot is the same record as the row of its key in the delivery before, wherever it stands. A series is a
-- feed, by the number of its first delivery; records are numbered within it.
create table if not exists warehouse.record_place (
    validation_id bigint not null,
    delivery_id bigint not null,
    series bigint not null,
    first_record bigint not null,
    last_record bigint not null,
    sheet text not null,
    first_row bigint not null,
    primary key (validation_id, first_record)
);

-- The deliveries of snapshots that a run rests on: where to look its records up.
create table if not exists warehouse.snapshot_of_run (
    run_id bigint not null,
    series bigint not null,
    validation_id bigint not null,
    delivery_id bigint not null,
    primary key (run_id, series)
);

grant select, insert, delete
on warehouse.rows_of_run, warehouse.rows_of_validation, warehouse.record_place, warehouse.snapshot_of_run
to cakupan_transformer;

-- What earlier versions stored in full, night by night, stays where it is: each run names the rows it has.
do $$
declare
    stored text;
begin
    foreach stored in array array[
        'fct_coverage_daily', 'fct_roster', 'dim_employer', 'aid_eligibility', 'dbhcht_lineage', 'dbhcht_forward'
    ] loop
        continue when to_regclass('warehouse.' || stored) is null;
        execute format('alter table warehouse.%I add column row_id bigint generated always as identity', stored);
        execute format('create unique index on warehouse.%I (row_id)', stored);
        execute format(
            'insert into warehouse.rows_of_run (relation, run_id, as_of_date, rows)
            select %L, run_id, run.as_of_date, range_agg(int8range(row_id, row_id + 1))
            from warehouse.%I join ledger.run using (run_id) group by run_id, run.as_of_date', stored, stored
        );
    end loop;
    foreach stored in array array[
        'fct_membership', 'fct_beneficiary', 'fct_aid_application', 'fct_outreach_attendance'
    ] loop
        continue when to_regclass('warehouse.' || stored) is null;
        execute format('alter table warehouse.%I add column row_id bigint generated always as identity', stored);
        execute format('create unique index on warehouse.%I (row_id)', stored);
        execute format(
            'insert into warehouse.rows_of_validation (relation, validation_id, delivery_id, business_date, rows)
            select %L, validation_id, delivery_id, business_date, range_agg(int8range(row_id, row_id + 1))
            from warehouse.%I group by validation_id, delivery_id, business_date', stored, stored
        );
    end loop;
end
$$;
