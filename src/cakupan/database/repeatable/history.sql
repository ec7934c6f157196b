-- The numbers of the rows that a run or a validation lists (dbt_project/macros/changes.sql). What it says of itself is for the
-- planner: how many rows a night has is written nowhere, and one that is taken for a few has each row compared with each. A
-- setting of its own keeps it from being taken apart, and its estimate from being lost.
create or replace function warehouse.row_numbers(listed int8multirange)
returns setof bigint
language sql immutable parallel safe rows 10000000 set search_path = pg_catalog, pg_temp as $$
    select generate_series(lower(span), upper(span) - 1) from unnest(listed) as span
$$;
