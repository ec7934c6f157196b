with decree as (
    select
        decree_no,
        min(decree_date) as decree_date,
        array_agg(distinct {{ address_word('beneficiary') }}) as evidence
    from {{ tonight('stored_fct_beneficiary') }} as beneficiary
    where validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    group by decree_no
)

select
    sp2d.sp2d_no,
    sp2d.decree_no,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr,
    'SP2D terbit ' || {{ tanggal('sp2d.sp2d_date') }} || ', ' || (decree.decree_date - sp2d.sp2d_date)
    || ' hari sebelum SK penetapan penerima tanggal ' || {{ tanggal('decree.decree_date') }} || '.' as explanation,
    array[sp2d.evidence] || decree.evidence as evidence
from {{ ref('int_dbhcht_order') }} as sp2d
inner join decree on sp2d.decree_no = decree.decree_no
where sp2d.sp2d_date < decree.decree_date
