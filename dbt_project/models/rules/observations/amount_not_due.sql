with recipient as (
    select
        sp2d.sp2d_no,
        beneficiary.contribution_month,
        {{ address_word('beneficiary') }} as evidence
    from {{ ref('int_dbhcht_order') }} as sp2d
    inner join {{ tonight('stored_fct_beneficiary') }} as beneficiary
        on
            sp2d.decree_no = beneficiary.decree_no
            and beneficiary.contribution_month between sp2d.first_month and sp2d.last_month
    where beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
),

tariff as materialized (
    {{ dbhcht_tariff_of('select distinct recipient.contribution_month from recipient') }}
),

due as (
    select
        recipient.sp2d_no,
        count(*) as person_months,
        sum(tariff.due_idr)::bigint as due_idr,
        array_agg(distinct recipient.evidence) as evidence
    from recipient
    inner join tariff on recipient.contribution_month = tariff.contribution_month
    group by recipient.sp2d_no
),

-- Recipients that were quarantined cannot be counted: the difference may be theirs.
quarantined as (
    select coalesce(sum(validation.quarantined_rows), 0) as rows
    from {{ source('ledger', 'validation') }} as validation
    where validation.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
)

select
    sp2d.sp2d_no,
    sp2d.decree_no,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr - coalesce(due.due_idr, 0) as amount_idr,
    'SP2D ' || {{ rupiah('sp2d.amount_idr') }} || '; SK memuat ' || coalesce(due.person_months, 0)
    || ' orang-bulan dalam periode SP2D senilai ' || {{ rupiah('coalesce(due.due_idr, 0)') }} || ' menurut tarif, selisih '
    || {{ rupiah('sp2d.amount_idr - coalesce(due.due_idr, 0)') }} || '. Baris daftar penerima yang sedang dikarantina: '
    || quarantined.rows || '.' as explanation,
    array[sp2d.evidence] || coalesce(due.evidence, '{}') as evidence,
    coalesce(due.due_idr, 0) as expected_idr,
    sp2d.amount_idr as actual_idr
from {{ ref('int_dbhcht_order') }} as sp2d
left join due on sp2d.sp2d_no = due.sp2d_no
cross join quarantined
where sp2d.amount_idr <> coalesce(due.due_idr, 0)
