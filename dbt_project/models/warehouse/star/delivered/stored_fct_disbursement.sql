{{ config(
    meta={'feed': 'sipd.sp2d'},
    indexes=[{'columns': ['validation_id', 'sp2d_no'], 'unique': true}],
) }}

select
    validation_id,
    delivery_id,
    sheet,
    row_number,
    business_date,
    sp2d_no,
    sp2d_date,
    spm_no,
    spm_date,
    skpd_code,
    sub_activity_code,
    account_code,
    budget_source,
    amount_idr,
    billing_code,
    decree_no,
    first_month,
    last_month
from {{ ref('sp2d') }}
where delivery_id in ({{ deliveries_to_load() }})
