with named as (
    select
        beneficiary.worker_key,
        array_agg(distinct {{ address_word('beneficiary') }}) as evidence
    from {{ tonight('stored_fct_beneficiary') }} as beneficiary
    where
        beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
        and beneficiary.contribution_month = {{ as_of_month() }}
    group by beneficiary.worker_key
),

active as (
    select
        membership.worker_key,
        count(*) as memberships,
        string_agg(
            membership.segment_code || '/' || membership.funding_source_code, ', ' order by membership.precedence
        ) as payers,
        array_agg({{ address_word('membership') }} order by membership.precedence) as evidence
    from {{ tonight('stored_fct_membership') }} as membership
    where
        membership.validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
        and membership.worker_key in (select named.worker_key from named)
        and {{ is_active_membership('membership') }}
        and 'JKK' = any(string_to_array(replace(membership.program_codes, ' ', ''), ','))
    group by membership.worker_key
    having count(*) > 1
)

select
    active.worker_key,
    'Penerima dalam SK bulan ini memiliki ' || active.memberships || ' kepesertaan JKK aktif (segmen/sumber iuran): '
    || active.payers || '.' as explanation,
    named.evidence || active.evidence as evidence
from active
inner join named on active.worker_key = named.worker_key
