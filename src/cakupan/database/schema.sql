-- The relations that exist before any feed: what arrived, what was checked, what was built, what was published.
-- Landing and quarantine tables of a feed are made from its declaration, warehouse and marts relations by dbt.

create schema if not exists ledger;
create schema if not exists landing;
create schema if not exists quarantine;
create schema if not exists identity;
create schema if not exists quality;
create schema if not exists reference;
create schema if not exists warehouse;
create schema if not exists marts;

-- Feeds as last declared in feeds/.
create table if not exists ledger.feed (
    agency text not null,
    feed text not null,
    title text not null,
    owner text not null,
    cadence text not null check (cadence in ('snapshot', 'increment', 'occasional')),
    primary key (agency, feed)
);

-- One row per archived delivery: the same bytes for the same date are one delivery.
create table if not exists ledger.delivery (
    delivery_id bigint generated always as identity primary key,
    agency text not null,
    feed text not null,
    business_date date not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    original_name text not null,
    size_bytes bigint not null,
    received_at timestamptz not null default now(),
    unique (agency, feed, business_date, sha256)
);

-- Outcome of reading a delivery's bytes into its landing table; refusal names why nothing was landed.
create table if not exists ledger.landing (
    delivery_id bigint primary key references ledger.delivery,
    landed_at timestamptz not null default clock_timestamp(),
    landed_rows bigint not null,
    extra_columns text[] not null default '{}',
    missing_columns text[] not null default '{}',
    refusal_code text,
    refusal_id text,
    refusal_en text
);

-- Outcome of validating a delivery. A delivery may be validated again (an earlier one arrived late);
-- the newest validation is the one that counts.
create table if not exists ledger.validation (
    validation_id bigint generated always as identity primary key,
    delivery_id bigint not null references ledger.delivery,
    validated_at timestamptz not null default clock_timestamp(),
    delivery_status text not null check (delivery_status in ('ACCEPTED', 'REJECTED', 'HELD')),
    reason_code text,
    reason_id text,
    reason_en text,
    delivered_rows bigint not null,
    accepted_rows bigint not null,
    quarantined_rows bigint not null,
    duplicate_rows bigint not null,
    check (delivered_rows = accepted_rows + quarantined_rows + duplicate_rows)
);
create index if not exists validation_delivery on ledger.validation (delivery_id);

create or replace view ledger.current_validation as
select distinct on (v.delivery_id)
    v.*, d.agency, d.feed, f.cadence, d.business_date, d.sha256, d.original_name, d.received_at
from ledger.validation v
join ledger.delivery d using (delivery_id)
join ledger.feed f using (agency, feed)
order by v.delivery_id, v.validation_id desc;

-- Deliveries in force at a business date: the newest accepted one, or for increments the newest accepted of each date.
create or replace function ledger.in_force(as_of date)
returns table (agency text, feed text, delivery_id bigint, validation_id bigint, business_date date)
language sql stable as $$
    select distinct on (
        v.agency, v.feed, case when v.cadence = 'increment' then v.business_date end
    )
        v.agency, v.feed, v.delivery_id, v.validation_id, v.business_date
    from ledger.current_validation v
    where v.delivery_status = 'ACCEPTED' and v.business_date <= as_of
    order by
        v.agency, v.feed, case when v.cadence = 'increment' then v.business_date end,
        v.business_date desc, v.delivery_id desc
$$;

-- One row per attempt to build a night.
create table if not exists ledger.run (
    run_id bigint generated always as identity primary key,
    as_of_date date not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    state text not null default 'BUILDING' check (state in ('BUILDING', 'BUILT', 'PUBLISHED', 'FAILED'))
);

-- The deliveries a run is made of.
create table if not exists ledger.run_input (
    run_id bigint not null references ledger.run,
    agency text not null,
    feed text not null,
    delivery_id bigint not null,
    validation_id bigint not null,
    business_date date not null,
    primary key (run_id, validation_id)
);

-- The pointer: the newest publication of a night is what readers see.
create table if not exists ledger.publication (
    publication_id bigint generated always as identity primary key,
    as_of_date date not null,
    run_id bigint not null unique references ledger.run,
    published_at timestamptz not null default clock_timestamp()
);

create or replace view ledger.published as
select distinct on (as_of_date) as_of_date, run_id, published_at
from ledger.publication
order by as_of_date, publication_id desc;

-- The run being built: set by the warehouse DAG, read by dbt.
create table if not exists ledger.build (
    only_row boolean primary key default true check (only_row),
    run_id bigint not null references ledger.run
);

-- The home of the NIK and the KPJ: everywhere else a worker and a membership are keyed pseudonyms.
create table if not exists identity.worker (
    nik text primary key,
    worker_key uuid not null unique,
    born_on date not null,
    sex text not null check (sex in ('L', 'P')),
    added_at timestamptz not null default now()
);

create table if not exists identity.membership (
    kpj text primary key,
    membership_key uuid not null unique,
    added_at timestamptz not null default now()
);

-- What Great Expectations said of a validation, rule by rule.
create table if not exists quality.rule_result (
    validation_id bigint not null references ledger.validation,
    rule_id text not null,
    expectation text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    success boolean not null,
    checked_rows bigint not null,
    failed_rows bigint not null,
    observed text,
    primary key (validation_id, rule_id)
);
