with posted as (
    select
        line.billing_code,
        sum(line.amount_idr)::bigint as posted_idr,
        array_agg({{ address_word('line') }} order by line.delivery_id, line.row_number) as evidence
    from {{ ref('int_dbhcht_contribution') }} as line
    group by line.billing_code
)

select
    sp2d.sp2d_no,
    sp2d.decree_no,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr - posted.posted_idr as amount_idr,
    'SP2D ' || {{ rupiah('sp2d.amount_idr') }} || ', dibukukan ' || {{ rupiah('posted.posted_idr') }} || ', selisih '
    || {{ rupiah('sp2d.amount_idr - posted.posted_idr') }} || '.' as explanation,
    array[sp2d.evidence] || posted.evidence as evidence,
    sp2d.amount_idr as expected_idr,
    posted.posted_idr as actual_idr
from {{ ref('int_dbhcht_order') }} as sp2d
inner join posted on sp2d.billing_code = posted.billing_code
where posted.posted_idr <> sp2d.amount_idr
