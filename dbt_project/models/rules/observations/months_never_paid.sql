with named as (
    select
        beneficiary.decree_no,
        beneficiary.worker_key,
        beneficiary.contribution_month,
        {{ address_word('beneficiary') }} as evidence
    from {{ tonight('stored_fct_beneficiary') }} as beneficiary
    where
        beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
        and beneficiary.contribution_month <= {{ newest_lost_month() }}
),

never_paid as (
    select *
    from named
    where
        not exists (
            select 1
            from {{ ref('int_dbhcht_order') }} as sp2d
            where
                sp2d.decree_no = named.decree_no
                and named.contribution_month between sp2d.first_month and sp2d.last_month
        )
        and not exists (
            select 1
            from {{ ref('int_dbhcht_contribution') }} as line
            where
                line.worker_key = named.worker_key
                and line.contribution_month = named.contribution_month
        )
),

tariff as materialized (
    {{ dbhcht_tariff_of('select distinct never_paid.contribution_month from never_paid') }}
)

select
    never_paid.decree_no,
    never_paid.worker_key,
    sum(tariff.due_idr)::bigint as amount_idr,
    'Tercantum dalam SK untuk ' || count(*) || ' bulan (' || min(never_paid.contribution_month) || ' s.d. '
    || max(never_paid.contribution_month) || ') yang tidak dibayar SP2D mana pun dan tidak dibukukan; batas menunggak '
    || {{ threshold('UNPAID_MONTHS') }}::integer || ' bulan telah lewat.' as explanation,
    array_agg(distinct never_paid.evidence) as evidence,
    sum(tariff.due_idr)::bigint as expected_idr,
    {{ known('0::bigint', 'bpjstk.iuran') }} as actual_idr
from never_paid
left join tariff on never_paid.contribution_month = tariff.contribution_month
group by never_paid.decree_no, never_paid.worker_key
