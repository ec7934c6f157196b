{{ config(
    materialized='changes',
    keyed_by=['worker_key'],
    meta={'distributed_by': 'worker_key'},
    indexes=[{'columns': ['run_id', 'worker_key'], 'unique': true}],
) }}
-- depends_on: {{ ref('int_record') }}

with membership as (
    select
        delivered.*,
        {{ is_active_membership('delivered') }} as is_active
    from {{ tonight('stored_fct_membership') }} as delivered
    where delivered.validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
),

member as (
    select distinct on (worker_key) *
    from membership
    order by worker_key asc, is_active desc, precedence asc
),

history as (
    select
        worker_key,
        min(active_from) as first_active_from,
        count(*) filter (where is_active) as active_memberships,
        case when count(*) > 1 then array_agg({{ address_word('membership') }} order by precedence) end as evidence
    from membership
    group by worker_key
),

-- Workers whom no membership in force names, but who stand on a roster, a decree, an application or an attendance list.
named_elsewhere as (
    select
        1 as source_order,
        worker_key,
        region_code,
        delivery_id,
        sheet,
        row_number
    from {{ tonight('stored_fct_roster') }}
    where run_id = {{ run_id() }}
    union all
    select
        2 as source_order,
        worker_key,
        region_code,
        delivery_id,
        sheet,
        row_number
    from {{ tonight('stored_fct_beneficiary') }}
    where validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    union all
    select
        3 as source_order,
        worker_key,
        null as region_code,
        delivery_id,
        sheet,
        row_number
    from {{ tonight('stored_fct_aid_application') }}
    where validation_id in ({{ in_force('distan', 'permohonan_bantuan') }})
    union all
    select
        4 as source_order,
        worker_key,
        null as region_code,
        delivery_id,
        sheet,
        row_number
    from {{ tonight('stored_fct_outreach_attendance') }}
    where validation_id in ({{ in_force('diskumdag', 'sosialisasi') }})
),

non_member as (
    select distinct on (named.worker_key) named.*
    from named_elsewhere as named
    where not exists (select 1 from member where member.worker_key = named.worker_key)
    order by named.worker_key, named.source_order, named.delivery_id, named.sheet, named.row_number
),

known_worker as (
    select
        member.worker_key,
        member.is_active as is_active_participant,
        member.is_active and {{ in_city('member.region_code') }} as is_city_participant,
        history.active_memberships,
        history.first_active_from,
        member.membership_key,
        member.segment_code,
        member.sector_code,
        member.funding_source_code,
        member.region_code,
        member.delivery_id,
        member.sheet,
        member.row_number,
        history.evidence
    from member
    inner join history using (worker_key)
    union all
    select
        worker_key,
        {{ known('false', 'bpjstk.kepesertaan') }} as is_active_participant,
        {{ known('false', 'bpjstk.kepesertaan') }} as is_city_participant,
        {{ known('0', 'bpjstk.kepesertaan') }} as active_memberships,
        null::date as first_active_from,
        null::uuid as membership_key,
        null as segment_code,
        null as sector_code,
        null as funding_source_code,
        region_code,
        delivery_id,
        sheet,
        row_number,
        null::text[] as evidence
    from non_member
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    known_worker.worker_key,
    known_worker.is_active_participant,
    known_worker.is_city_participant,
    known_worker.active_memberships::integer as active_memberships,
    known_worker.first_active_from,
    known_worker.membership_key,
    known_worker.segment_code,
    known_worker.sector_code,
    known_worker.funding_source_code,
    known_worker.region_code,
    worker.sex,
    {{ age_band('worker.born_on') }} as age_band,
    known_worker.delivery_id,
    known_worker.sheet,
    known_worker.row_number,
    known_worker.evidence
from known_worker
left join {{ source('keyed', 'worker') }} as worker on known_worker.worker_key = worker.worker_key
