-- Where a worker's attributes differ from the published night before: the history behind dim_worker.
-- A run writes the changes of its own night and, when it rebuilds a past one, those of the published night after it, whose
-- predecessor it replaces. Readers take the newest published run for each night, so that the order in which nights are
-- built or built again does not matter, and a run that is not published leaves no trace.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_run',
    full_refresh=false,
    meta={'distributed_by': 'worker_key'},
    indexes=[{'columns': ['run_id', 'as_of_date']}, {'columns': ['worker_key']}],
) }}

with neighbour as (
    (
        select
            'before' as side,
            run_id,
            as_of_date
        from {{ source('ledger', 'published') }}
        where as_of_date < {{ as_of_date() }}
        order by as_of_date desc
        limit 1
    )
    union all
    (
        select
            'after' as side,
            run_id,
            as_of_date
        from {{ source('ledger', 'published') }}
        where as_of_date > {{ as_of_date() }}
        order by as_of_date
        limit 1
    )
),

night as (
    select
        worker_key,
        sex,
        age_band,
        region_code,
        sector_code
    from {{ tonight('stored_fct_coverage_daily') }}
    where run_id = {{ run_id() }}
),

before as (
    select
        worker_key,
        sex,
        age_band,
        region_code,
        sector_code
    from {{ history('stored_fct_coverage_daily') }}
    where run_id = (select neighbour.run_id from neighbour where neighbour.side = 'before')
),

after as (
    select
        worker_key,
        sex,
        age_band,
        region_code,
        sector_code
    from {{ history('stored_fct_coverage_daily') }}
    where run_id = (select neighbour.run_id from neighbour where neighbour.side = 'after')
)

select
    {{ run_id() }}::bigint as run_id,
    {{ as_of_date() }} as as_of_date,
    changed.worker_key,
    changed.sex,
    changed.age_band,
    changed.region_code,
    changed.sector_code
from (
    select * from night
    except
    select * from before
) as changed
union all
select
    {{ run_id() }}::bigint as run_id,
    (select neighbour.as_of_date from neighbour where neighbour.side = 'after') as as_of_date,
    changed.worker_key,
    changed.sex,
    changed.age_band,
    changed.region_code,
    changed.sector_code
from (
    select * from after
    except
    select * from night
) as changed
