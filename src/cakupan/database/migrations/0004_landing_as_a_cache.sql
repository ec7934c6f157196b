-- How the feed was declared when the delivery was landed: by that its archived file is read again. Empty where it was landed
-- by an earlier version and never dropped.
alter table ledger.landing add column if not exists declaration jsonb;

-- Rows of a delivery that have left the landing table, because its archived file gives them again: when, and when they were
-- landed again. A row without landed_again_at says that they are not there.
create table if not exists ledger.dropped_landing (
    delivery_id bigint not null references ledger.delivery,
    dropped_at timestamptz not null default clock_timestamp(),
    landed_again_at timestamptz
);
create unique index if not exists dropped_landing_gone on ledger.dropped_landing (delivery_id) where landed_again_at is null;

-- Funding sources in the accepted rows of validations whose landed rows were dropped: one that no earlier delivery had is
-- remarked on, and for that nothing is landed again.
create table if not exists quality.dropped_funding_source (
    validation_id bigint not null references ledger.validation,
    value text not null,
    primary key (validation_id, value)
);
