-- Who may do what. The loader writes what arrives, the transformer builds from accepted rows, BI reads marts,
-- auditors also read the ledger and, through views of their own, what lies behind a figure.

do $$
begin
    execute format('grant connect on database %I to cakupan_loader, cakupan_transformer, cakupan_bi, cakupan_auditor', current_database());
    execute format('grant create, temporary on database %I to cakupan_loader, cakupan_transformer', current_database());
end
$$;

revoke all on schema public from public;

grant usage, create on schema landing, quarantine to cakupan_loader;
grant usage on schema ledger, identity, quality to cakupan_loader;
grant select, insert, update on all tables in schema ledger to cakupan_loader;
grant delete on ledger.landing, ledger.feed, ledger.ignored to cakupan_loader;
-- The record only grows.
revoke update on ledger.entry, ledger.checkpoint from cakupan_loader;
grant select, insert on all tables in schema identity to cakupan_loader;
grant select, insert on all tables in schema quality to cakupan_loader;

grant usage on schema ledger, landing, quarantine, identity, quality to cakupan_transformer;
grant usage, create on schema reference, warehouse, marts to cakupan_transformer;
-- For identity.unresolved_participant, the one view through which an auditor sees a KPJ.
grant create on schema identity to cakupan_transformer;
grant select on all tables in schema ledger, identity, quality to cakupan_transformer;
grant select on all tables in schema landing, quarantine to cakupan_transformer;
alter default privileges for role cakupan_loader in schema landing, quarantine
grant select on tables to cakupan_transformer;

grant usage on schema marts to cakupan_bi, cakupan_auditor;
alter default privileges for role cakupan_transformer in schema marts
grant select on tables to cakupan_bi, cakupan_auditor;

grant usage on schema ledger, quality, identity to cakupan_auditor;
grant select on all tables in schema ledger, quality to cakupan_auditor;
alter default privileges for role cakupan_loader in schema quality
grant select on tables to cakupan_auditor, cakupan_transformer;

-- An auditor's read of personal rows is recorded in the transaction that reads them.
grant insert on ledger.entry to cakupan_auditor;
-- What was published is recorded, and held against the record, row by row.
grant usage on schema reference, warehouse to cakupan_loader, cakupan_auditor;
grant select on all tables in schema reference, warehouse to cakupan_loader, cakupan_auditor;
alter default privileges for role cakupan_transformer in schema reference, warehouse
grant select on tables to cakupan_loader, cakupan_auditor;
