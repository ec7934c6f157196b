with posted as (
    select
        line.billing_code,
        min(line.paid_on) as first_paid_on
    from {{ ref('int_dbhcht_contribution') }} as line
    group by line.billing_code
),

waited as (
    select
        sp2d.*,
        posted.first_paid_on,
        coalesce(posted.first_paid_on, {{ as_of_date() }}) - sp2d.sp2d_date as days
    from {{ ref('int_dbhcht_order') }} as sp2d
    left join posted on sp2d.billing_code = posted.billing_code
)

select
    sp2d_no,
    decree_no,
    skpd_code,
    sub_activity_code,
    account_code,
    amount_idr,
    'SP2D tanggal ' || {{ tanggal('sp2d_date') }}
    || case
        when first_paid_on is null then ' belum dibukukan setelah ' || days || ' hari'
        else ' baru dibukukan setelah ' || days || ' hari (' || {{ tanggal('first_paid_on') }} || ')'
    end
    || '; batas ' || {{ threshold('POSTING_DAYS') }}::integer || ' hari.' as explanation,
    array[evidence] as evidence
from waited
where
    {{ is_delivered('bpjstk', 'iuran') }}
    and days > {{ threshold('POSTING_DAYS') }}
