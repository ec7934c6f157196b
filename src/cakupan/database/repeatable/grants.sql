-- Who may do what. The loader writes what arrives, the transformer builds from accepted rows, BI reads marts,
-- auditors also read the ledger and, through views of their own, what lies behind a figure.

do $$
begin
    execute format('grant connect on database %I to cakupan_loader, cakupan_transformer, cakupan_bi, cakupan_auditor', current_database());
    execute format('grant create, temporary on database %I to cakupan_loader, cakupan_transformer', current_database());
end
$$;

revoke all on schema public from public;

-- A reader who takes a lock of ours by its number, or fills the disk with large objects, would stop the night.
do $$
declare
    function regprocedure;
begin
    for function in
        select oid
        from pg_proc
        where
            pronamespace = 'pg_catalog'::regnamespace
            and (proname ~ '^pg_(try_)?advisory_' or proname ~ '^(lo_(creat|from|import|put|export|truncate)|lowrite)')
    loop
        execute format('revoke execute on function %s from public', function);
        if function::text ~ 'advisory' then
            execute format('grant execute on function %s to cakupan_loader, cakupan_transformer', function);
        end if;
    end loop;
end
$$;

grant usage, create on schema landing, quarantine, accepted to cakupan_loader;
grant usage on schema ledger, identity, quality to cakupan_loader;
grant select, insert, update on all tables in schema ledger to cakupan_loader;
grant delete on ledger.landing, ledger.feed, ledger.ignored to cakupan_loader;
-- The record only grows, and by ledger.append alone.
revoke insert, update on ledger.entry from cakupan_loader;
revoke update on ledger.checkpoint from cakupan_loader;
-- What was migrated is the administrator's to say.
revoke insert, update on ledger.migration from cakupan_loader;
grant select, insert on all tables in schema identity to cakupan_loader;
grant select, insert on all tables in schema quality to cakupan_loader;

grant usage on schema ledger, landing, quarantine, accepted, identity, quality to cakupan_transformer;
grant usage, create on schema reference, warehouse, marts, latest to cakupan_transformer;
-- For identity.unresolved_participant, the one view through which an auditor sees a KPJ.
grant create on schema identity to cakupan_transformer;
grant select on all tables in schema ledger, identity, quality to cakupan_transformer;
grant select on all tables in schema landing, quarantine, accepted to cakupan_transformer;
alter default privileges for role cakupan_loader in schema landing, quarantine, accepted
grant select on tables to cakupan_transformer;

grant usage on schema marts, latest to cakupan_bi, cakupan_auditor;
alter default privileges for role cakupan_transformer in schema marts, latest
grant select on tables to cakupan_bi, cakupan_auditor;

-- The marts without small cells.
create schema if not exists open;
grant usage, create on schema open to cakupan_transformer;
grant usage on schema open to cakupan_bi, cakupan_auditor;
alter default privileges for role cakupan_transformer in schema open
grant select on tables to cakupan_bi, cakupan_auditor;

grant usage on schema ledger, quality, identity to cakupan_auditor;
grant select on all tables in schema ledger, quality to cakupan_auditor;
alter default privileges for role cakupan_loader in schema quality
grant select on tables to cakupan_auditor, cakupan_transformer;

revoke insert on ledger.entry from cakupan_auditor;
-- What was published is recorded, and held against the record, row by row.
grant usage on schema reference, warehouse to cakupan_loader, cakupan_auditor;
grant select on all tables in schema reference, warehouse to cakupan_loader, cakupan_auditor;
alter default privileges for role cakupan_transformer in schema reference, warehouse
grant select on tables to cakupan_loader, cakupan_auditor;
