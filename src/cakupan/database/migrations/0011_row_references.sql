-- The key of the references that readers see in place of addresses: 244 random bits, one row. Whoever may read it sees
-- the addresses themselves.
create table if not exists ledger.row_reference_key (
    only_row boolean primary key default true check (only_row),
    secret bytea not null check (octet_length(secret) = 32)
);
insert into ledger.row_reference_key (secret) values (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
on conflict do nothing;
