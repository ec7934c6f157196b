{{ config(
    materialized='changes',
    keyed_by=['agency_code', 'worker_key'],
    meta={'distributed_by': 'worker_key'},
    indexes=[{'columns': ['run_id', 'agency_code', 'worker_key'], 'unique': true}],
) }}
-- depends_on: {{ ref('int_record') }}

with listed as (
    {%- for roster in rosters().split() %}
    {%- set agency, feed = roster.split('.') %}
    select
        '{{ agency }}' as agency_code,
        '{{ agency }}.{{ feed }}' as roster,
        worker_key,
        worker_category,
        region_code,
        delivery_id,
        sheet,
        row_number
    from {{ ref(feed) }}
    where delivery_id in ({{ deliveries_in_force(agency, feed) }})
    union all
    {%- endfor %}
    (
        -- The manpower office answers for those whom a decree names for the night's month; the newest decree counts.
        select distinct on (worker_key)
            'disnaker' as agency_code,
            'disnaker.penerima_dbhcht' as roster,
            worker_key,
            worker_category,
            region_code,
            delivery_id,
            sheet,
            row_number
        from {{ tonight('stored_fct_beneficiary') }}
        where
            validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
            and contribution_month = {{ as_of_month() }}
        order by worker_key asc, decree_date desc, decree_no desc
    )
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    agency_code,
    roster,
    worker_key,
    worker_category,
    region_code,
    delivery_id,
    sheet,
    row_number
from listed
