with decree as (
    select
        decree_no,
        min(decree_date) as decree_date
    from {{ tonight('stored_fct_beneficiary') }}
    where validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    group by decree_no
),

early as materialized (
    select
        sp2d.*,
        decree.decree_date
    from {{ ref('int_dbhcht_order') }} as sp2d
    inner join decree on sp2d.decree_no = decree.decree_no
    where sp2d.sp2d_date < decree.decree_date
),

named as (
    select
        beneficiary.decree_no,
        array_agg(distinct {{ address_word('beneficiary') }}) as evidence
    from {{ tonight('stored_fct_beneficiary') }} as beneficiary
    where
        beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
        and beneficiary.decree_no in (select early.decree_no from early)
    group by beneficiary.decree_no
)

select
    early.sp2d_no,
    early.decree_no,
    early.skpd_code,
    early.sub_activity_code,
    early.account_code,
    early.amount_idr,
    'SP2D terbit ' || {{ tanggal('early.sp2d_date') }} || ', ' || (early.decree_date - early.sp2d_date)
    || ' hari sebelum SK penetapan penerima tanggal ' || {{ tanggal('early.decree_date') }} || '.' as explanation,
    array[early.evidence] || named.evidence as evidence
from early
inner join named on early.decree_no = named.decree_no
