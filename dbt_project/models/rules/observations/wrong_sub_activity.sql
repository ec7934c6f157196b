select
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.fiscal_year,
    sum(sp2d.amount_idr)::bigint as amount_idr,
    count(*) || ' SP2D senilai ' || {{ rupiah('sum(sp2d.amount_idr)') }}
    || ' dibayar dengan sub kegiatan ' || sp2d.sub_activity_code
    || ', yang bukan sub kegiatan jaminan sosial tenaga kerja.' as explanation,
    array_agg(sp2d.evidence order by sp2d.sp2d_no) as evidence
from {{ ref('int_dbhcht_order') }} as sp2d
where not {{ is_premium_code('SUB_ACTIVITY', 'sp2d.sub_activity_code') }}
group by sp2d.fiscal_year, sp2d.skpd_code, sp2d.sub_activity_code, sp2d.account_code
