-- Since when each row of the ledger's books is what it is, so that a seal finds what is new: told by the clock and not by
-- the beginning of a transaction, which may end after the seal.
alter table ledger.feed add column if not exists declared_at timestamptz not null default clock_timestamp();
alter table identity.registered add column if not exists registered_at timestamptz not null default clock_timestamp();
alter table identity.looked_through add column if not exists looked_at timestamptz not null default clock_timestamp();
alter table quality.dropped_funding_source add column if not exists noted_at timestamptz not null default clock_timestamp();
alter table identity.worker alter column added_at set default clock_timestamp();
alter table identity.membership alter column added_at set default clock_timestamp();
alter table identity.key alter column made_at set default clock_timestamp();
alter table identity.erased alter column erased_at set default clock_timestamp();

-- Files that people were sent or shown, as they were written: letters, scorecards, reports, pages. Written anew, a file has
-- the digest of what it is now; removed_at says that retention took it away.
create table if not exists ledger.written (
    path text primary key,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes bigint not null,
    written_at timestamptz not null default clock_timestamp(),
    removed_at timestamptz
);
