-- The codes that were posted once each, not each of their lines again for each order.
with posted as materialized (
    select distinct line.billing_code
    from {{ ref('int_dbhcht_contribution') }} as line
)

select
    sp2d.sp2d_no,
    sp2d.decree_no,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr,
    'Dibayar ' || {{ rupiah('sp2d.amount_idr') }} || ' tanggal ' || {{ tanggal('sp2d.sp2d_date') }}
    || ' (' || {{ as_of_date() }} - sp2d.sp2d_date || ' hari yang lalu); belum ada iuran dibukukan dengan kode iuran '
    || coalesce(sp2d.billing_code, '(tidak tercantum)') || '.' as explanation,
    array[sp2d.evidence] as evidence,
    sp2d.amount_idr as expected_idr,
    {{ known('0::bigint', 'bpjstk.iuran') }} as actual_idr
from {{ ref('int_dbhcht_order') }} as sp2d
where not exists (
    select 1
    from posted
    where posted.billing_code = sp2d.billing_code
)
