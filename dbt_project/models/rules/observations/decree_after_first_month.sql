with decree as (
    select
        decree_no,
        min(decree_date) as decree_date,
        min(contribution_month) as first_month
    from {{ tonight('stored_fct_beneficiary') }}
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
    inner join {{ tonight('stored_fct_beneficiary') }} as beneficiary
        on
            decree.decree_no = beneficiary.decree_no
            and beneficiary.contribution_month < to_char(decree.decree_date, 'YYYYMM')
    where beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    group by decree.decree_no, decree.decree_date, decree.first_month
)

select
    decree_no,
    'SK ditetapkan ' || {{ tanggal('decree_date') }} || ', sesudah ' || months || ' bulan yang dicakupnya berakhir (mulai '
    || first_month || ').' as explanation,
    evidence
from past
