-- Whose membership it is: a row for the first delivery that names a membership and for every later one that names another
-- worker. The contribution's worker on a night is the newest row dated not after it (macro owner_as_of).
-- When a delivery arrives late or is validated again, the log is written anew from that delivery's date on; what it said before
-- stays for readers of runs that knew no better (macro owner_rows_of).
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    meta={'distributed_by': 'membership_key'},
    indexes=[{'columns': ['membership_key', 'business_date']}, {'columns': ['worker_key']}],
    pre_hook="{{ end_owners() }}",
    post_hook="{{ analyze_sample(this) }}",
) }}

{%- set first_date = first_changed_membership_date() %}

with deliveries as (
    {{ every_accepted('bpjstk', 'kepesertaan') }}
),

named as (
    select
        membership.membership_key,
        membership.worker_key,
        membership.business_date
    from {{ history('stored_fct_membership') }} as membership
    inner join deliveries using (validation_id)
    where deliveries.business_date >= {{ first_date }}
),

{% if is_incremental() -%}
known as (
    select distinct on (membership_key)
        membership_key,
        worker_key,
        business_date
    from {{ this }}
    where business_date < {{ first_date }} and until_run_id is null
    order by membership_key asc, business_date desc
),

{% endif -%}
in_sequence as (
    select
        membership_key,
        worker_key,
        business_date,
        lag(worker_key) over (partition by membership_key order by business_date) as previous_worker_key
    from (
        select * from named
        {%- if is_incremental() %}
        union all
        select * from known
        {%- endif %}
    ) as every_row
)

select
    membership_key,
    worker_key,
    business_date,
    {{ run_id() }}::bigint as since_run_id,
    null::bigint as until_run_id
from in_sequence
where
    business_date >= {{ first_date }}
    and worker_key is distinct from previous_worker_key
