{{ config(
    materialized='changes',
    keyed_by=['decree_no', 'worker_key', 'contribution_month'],
    meta={'feed': 'disnaker.penerima_dbhcht', 'distributed_by': 'worker_key'},
    indexes=[{'columns': ['validation_id', 'decree_no', 'worker_key', 'contribution_month'], 'unique': true}],
) }}
-- depends_on: {{ ref('int_record') }}

select
    recipient.validation_id,
    recipient.delivery_id,
    recipient.sheet,
    recipient.row_number,
    recipient.business_date,
    recipient.decree_no,
    recipient.decree_date,
    recipient.worker_key,
    to_char(month.first_day, 'YYYYMM') as contribution_month,
    recipient.worker_category,
    recipient.proposing_skpd_code,
    recipient.region_code
from {{ ref('penerima_dbhcht') }} as recipient
cross join
    lateral generate_series(
        to_date(recipient.first_month, 'YYYYMM')::timestamp,
        to_date(recipient.last_month, 'YYYYMM')::timestamp,
        interval '1 month'
    ) as month (first_day)
where recipient.delivery_id in ({{ deliveries_to_load() }})
