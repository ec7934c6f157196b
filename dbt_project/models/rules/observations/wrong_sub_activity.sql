-- Contributions were paid under a sub-activity other than the one for social security of workers.
with outside as (
    select sp2d.*
    from {{ ref('int_dbhcht_order') }} as sp2d
    where
        not exists (
            select 1
            from {{ ref('premium_code') }} as allowed
            where
                allowed.code_kind = 'SUB_ACTIVITY'
                and starts_with(sp2d.sub_activity_code || '.', allowed.code || '.')
                and sp2d.sp2d_date between allowed.valid_from and coalesce(allowed.valid_to, 'infinity')
        )
)

select
    null::text as sp2d_no,
    null::text as decree_no,
    null::uuid as worker_key,
    null::uuid as membership_key,
    null::text as contribution_month,
    skpd_code,
    sub_activity_code,
    account_code,
    sum(amount_idr)::bigint as amount_idr,
    count(*) || ' SP2D senilai ' || {{ rupiah('sum(amount_idr)') }} || ' dibayar dengan sub kegiatan ' || sub_activity_code
    || ', yang bukan sub kegiatan jaminan sosial tenaga kerja.' as explanation,
    array_agg(evidence order by sp2d_no) as evidence
from outside
group by skpd_code, sub_activity_code, account_code
