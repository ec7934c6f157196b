-- The decree was signed after the first month that it covers had ended.
-- Legal basis: PMK 72/2024 art. 5(9), as cited by other regions: recipients are to be stipulated by the local government.
with decree as (
    select
        decree_no,
        min(decree_date) as decree_date,
        min(contribution_month) as first_month
    from {{ ref('stored_fct_beneficiary') }}
    where validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    group by decree_no
),

past as (
    select
        decree.decree_no,
        decree.decree_date,
        decree.first_month,
        count(distinct beneficiary.contribution_month) as months,
        array_agg(distinct {{ address_word('beneficiary') }}) as evidence
    from decree
    inner join {{ ref('stored_fct_beneficiary') }} as beneficiary
        on
            decree.decree_no = beneficiary.decree_no
            and beneficiary.contribution_month < to_char(decree.decree_date, 'YYYYMM')
    where beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    group by decree.decree_no, decree.decree_date, decree.first_month
)

select
    null::text as sp2d_no,
    decree_no,
    null::uuid as worker_key,
    null::uuid as membership_key,
    null::text as contribution_month,
    null::text as skpd_code,
    null::text as sub_activity_code,
    null::text as account_code,
    null::bigint as amount_idr,
    'SK ditetapkan ' || {{ tanggal('decree_date') }} || ', sesudah ' || months || ' bulan yang dicakupnya berakhir (mulai '
    || first_month || ').' as explanation,
    evidence
from past
