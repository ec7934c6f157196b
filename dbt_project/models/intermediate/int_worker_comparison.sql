-- Which nights' changes a run wrote into int_worker_change, also where there were none.
{{ config(materialized='incremental', incremental_strategy='replace_run', full_refresh=false) }}
-- depends_on: {{ ref('int_worker_change') }}

select
    {{ run_id() }}::bigint as run_id,
    {{ as_of_date() }} as as_of_date
union all
select
    {{ run_id() }}::bigint as run_id,
    min(as_of_date) as as_of_date
from {{ source('ledger', 'published') }}
where as_of_date > {{ as_of_date() }}
having min(as_of_date) is not null
