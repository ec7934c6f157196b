-- The stretches of row numbers that a run or a validation lists (dbt_project/macros/changes.sql). What it says of itself is for the
-- planner: how many rows a night has is written nowhere, and one that is taken for a few has each row compared with each of
-- another relation. A setting of its own keeps it from being taken apart, and its estimate from being lost.
create or replace function warehouse.row_spans(listed int8multirange)
returns setof int8range
language sql immutable parallel safe rows 100000 set search_path = pg_catalog, pg_temp as $$
    select unnest(listed)
$$;
