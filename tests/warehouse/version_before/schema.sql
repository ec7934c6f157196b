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

-- One row per archived delivery. Bytes equal to the newest delivery of their date are no new delivery;
-- bytes that come back after others were sent are.
create table if not exists ledger.delivery (
    delivery_id bigint generated always as identity primary key,
    agency text not null,
    feed text not null,
    business_date date not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    original_name text not null,
    size_bytes bigint not null,
    received_at timestamptz not null default now()
);
create index if not exists delivery_date on ledger.delivery (agency, feed, business_date);

-- Whose deliveries the warehouse ever held: a simulated city makes room for another, real deliveries never do.
create table if not exists ledger.city (
    name text primary key,
    noted_at timestamptz not null default clock_timestamp()
);

-- What a file looked like to its keeper when it was last read, so that an old file that looks the same is not read again.
create table if not exists ledger.seen (
    agency text not null,
    feed text not null,
    business_date date not null,
    original_name text not null,
    fingerprint text not null,
    seen_at timestamptz not null default clock_timestamp(),
    primary key (agency, feed, business_date, original_name)
);

-- What lies where deliveries are expected and was not taken, once for each file, until it is gone or taken: its name as
-- data, without personal numbers, and what it should be. Outside the folders of feeds, feed is ''. first_seen_at is kept,
-- last_seen_at and as_of_date, the night that looked, move. reason_code WAITS is no fault: a delivery of a later night.
create table if not exists ledger.ignored (
    agency text not null,
    feed text not null,
    name text not null,
    reason_code text not null,
    reason_id text not null,
    reason_en text not null,
    first_seen_at timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    as_of_date date not null,
    primary key (agency, feed, name)
);

-- Feeds that are done for a night: what the agency had was archived, landed and validated, or nothing came in time.
create table if not exists ledger.asked (
    agency text not null,
    feed text not null,
    as_of_date date not null,
    asked_at timestamptz not null default clock_timestamp(),
    primary key (agency, feed, as_of_date)
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

-- What the delivery says of itself: an array of {"sheet", "row", "column", "amount"}, one for each amount of a total
-- row, as received. NULL where it says nothing.
alter table ledger.landing add column if not exists totals jsonb;

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
-- The median date of the accepted rows, where the feed declares a column for it.
alter table ledger.validation add column if not exists median_on date;

-- Column by column: a view that was made with * cannot be replaced once its table has grown.
create or replace view ledger.current_validation as
select distinct on (v.delivery_id)
    v.validation_id, v.delivery_id, v.validated_at, v.delivery_status, v.reason_code, v.reason_id, v.reason_en,
    v.delivered_rows, v.accepted_rows, v.quarantined_rows, v.duplicate_rows,
    d.agency, d.feed, f.cadence, d.business_date, d.sha256, d.original_name, d.received_at, v.median_on
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

-- Until when no other night takes the run's turn to be built; moved on by each of its steps.
alter table ledger.run add column if not exists held_until timestamptz;

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

-- With cakupan.as_known_at set to a moment, what readers saw at that moment.
create or replace view ledger.published as
select distinct on (as_of_date) as_of_date, run_id, published_at
from ledger.publication
where published_at <= coalesce(nullif(current_setting('cakupan.as_known_at', true), '')::timestamptz, 'infinity')
order by as_of_date, publication_id desc;

-- Versions of the reference layer (seeds and staging views) as they were built.
create table if not exists ledger.reference (
    loaded_at timestamptz primary key default clock_timestamp(),
    version text not null
);

-- Steps of a night that failed for good; the message quotes no row.
create table if not exists ledger.failure (
    failed_at timestamptz not null default clock_timestamp(),
    as_of_date date not null,
    task text not null,
    message text not null
);

-- Messages to the offices and the data team. What a message tells (a topic) is told to a recipient once:
-- SENT, or KEPT in the outbox where there is no address or no mail server; FAILED is tried again, REPLACED was.
create table if not exists ledger.notification (
    notification_id bigint generated always as identity primary key,
    as_of_date date not null,
    recipient text not null,
    topics text[] not null,
    subject text not null,
    file_name text not null unique,
    state text not null check (state in ('KEPT', 'SENT', 'FAILED', 'REPLACED')),
    detail text,
    noted_at timestamptz not null default clock_timestamp()
);

-- The record that cannot be altered unnoticed: one entry for each delivery, validation, release, publication and read of
-- personal rows, made in the transaction that it records; gapless from 0. The body is the entry, as canonical JSON.
create table if not exists ledger.entry (
    entry_no bigint primary key,
    recorded_at timestamptz not null,
    kind text not null,
    body text not null
);
-- The first entry says what is older than the record.
insert into ledger.entry (entry_no, recorded_at, kind, body)
select
    0, now, 'opening',
    format(
        '{"kind":"opening","last_delivery_id":%s,"last_run_id":%s,"last_validation_id":%s,"recorded_at":"%s"}',
        (select coalesce(max(delivery_id), 0) from ledger.delivery),
        (select coalesce(max(run_id), 0) from ledger.publication),
        (select coalesce(max(validation_id), 0) from ledger.validation),
        to_char(now at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )
from transaction_timestamp() as now
where not exists (select from ledger.entry);

-- What was signed of the record: a signed note for each size, again when a witness has added its signature.
create table if not exists ledger.checkpoint (
    size bigint not null,
    note text not null,
    signed_at timestamptz not null default clock_timestamp(),
    primary key (size, note)
);

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

-- Validations whose NIKs and KPJs all have their key.
create table if not exists identity.registered (
    validation_id bigint primary key references ledger.validation
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

-- What the data team is told of a validation and what holds nothing: one row for each thing noticed.
create table if not exists quality.remark (
    validation_id bigint not null references ledger.validation,
    remark_code text not null,
    column_name text,
    value text,
    row_count bigint not null,
    amount_idr bigint,
    detail_id text not null,
    detail_en text not null
);
create index if not exists remark_validation on quality.remark (validation_id);
