-- The keys of persons by number, the reads of a person by number, and what was erased at a person's request.

-- A number is not given back by who rolls back: one without its entry in the record is told.
create sequence if not exists identity.read_no_seq;
alter sequence identity.read_no_seq owner to cakupan_loader;

-- With which key a pseudonym was made: 1 is that of the installation, later ones came by a rotation.
alter table identity.worker add column if not exists key_no integer not null default 1;
alter table identity.membership add column if not exists key_no integer not null default 1;
create table if not exists identity.key (
    key_no integer primary key check (key_no > 1),
    fingerprint text not null,
    made_at timestamptz not null default now()
);

-- NIKs and KPJs that were erased, as HMAC under a key of its own, and what stands in their place everywhere.
create table if not exists identity.erased (
    number_mac bytea primary key,
    kind text not null check (kind in ('nik', 'kpj')),
    token text not null,
    entry_no bigint not null,
    since_validation_id bigint not null,
    erased_at timestamptz not null default now()
);

-- Validations since whose deliveries were looked through for numbers that were erased before.
create table if not exists identity.looked_through (
    validation_id bigint primary key references ledger.validation
);

-- Rows with erased cells: what stands in these now, and the leaf of the row as it is and as it was in the record's trees.
-- The program authenticates each with a key that the database does not hold.
create table if not exists ledger.erased_row (
    entry_no bigint not null,
    kind text not null check (kind in ('landed', 'decided')),
    place text not null,
    number bigint not null,
    sheet text not null,
    row_number bigint not null,
    cells jsonb not null,
    was_leaf bytea not null,
    now_leaf bytea not null,
    mac bytea not null,
    primary key (kind, number, sheet, row_number, entry_no)
);
