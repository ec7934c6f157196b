-- Since which run the log of owners says a row, and until which: readers see what the run they are shown knew.
do $$
declare
    key text;
begin
    if to_regclass('warehouse.int_membership_owner') is null then
        return;
    end if;
    alter table warehouse.int_membership_owner add column if not exists since_run_id bigint;
    alter table warehouse.int_membership_owner add column if not exists until_run_id bigint;
    for key in
        select indexrelid::regclass::text
        from pg_index
        where indrelid = 'warehouse.int_membership_owner'::regclass and indisunique
    loop
        execute 'drop index ' || key;
    end loop;
end
$$;
