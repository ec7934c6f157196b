-- Which counts of persons are hidden from those who may not see rows: of each published run, once and for all.
create schema if not exists disclosure;

create table if not exists disclosure.judgement (
    run_id bigint primary key references ledger.run,
    as_of_date date not null,
    smallest_count integer not null,
    smallest_sensitive_count integer not null,
    judged_at timestamptz not null default clock_timestamp()
);

create table if not exists disclosure.cell (
    run_id bigint not null references disclosure.judgement,
    relation text not null,
    measure text not null,
    cell text not null,
    group_name text not null,
    persons bigint not null,
    least integer not null,
    is_hidden boolean not null,
    primary key (run_id, relation, measure, cell)
);
