with membership as (
    select
        delivered.membership_key,
        delivered.active_from,
        {{ address_word('delivered') }} as evidence
    from {{ tonight('stored_fct_membership') }} as delivered
    where delivered.validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
)

select
    sp2d.sp2d_no,
    sp2d.decree_no,
    line.worker_key,
    line.contribution_month,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sum(line.amount_idr)::bigint as amount_idr,
    'Iuran ' || {{ rupiah('sum(line.amount_idr)') }} || ' dibukukan untuk bulan ' || line.contribution_month
    || ', padahal kepesertaan baru mulai ' || {{ tanggal('min(membership.active_from)') }} || '.' as explanation,
    array[sp2d.evidence] || array_agg(distinct membership.evidence)
    || array_agg({{ address_word('line') }} order by line.delivery_id, line.row_number) as evidence,
    0::bigint as expected_idr,
    sum(line.amount_idr)::bigint as actual_idr
from {{ ref('int_dbhcht_contribution') }} as line
inner join {{ ref('int_dbhcht_order') }} as sp2d on line.billing_code = sp2d.billing_code
inner join membership on line.membership_key = membership.membership_key
where line.contribution_month < to_char(membership.active_from, 'YYYYMM')
group by
    sp2d.sp2d_no, sp2d.decree_no, line.worker_key, line.contribution_month, sp2d.skpd_code, sp2d.sub_activity_code,
    sp2d.account_code, sp2d.evidence
