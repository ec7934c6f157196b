-- Every posted contribution line, stored once per delivery. A night adds only its new lines; the worker behind a line can
-- change with later membership deliveries and is therefore resolved when the line is read.
{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='replace_delivery',
    meta={'feed': 'bpjstk.iuran', 'distributed_by': 'membership_key'},
    indexes=[{'columns': ['validation_id']}],
    pre_hook="{{ forget_replaced() }}",
    post_hook=[
        "create index if not exists int_contribution_paid_months on {{ this }} (membership_key, contribution_month)"
        " where program_code = 'JKK'",
        "{{ analyze_sample(this) }}",
    ],
) }}

select
    validation_id,
    delivery_id,
    sheet,
    row_number,
    business_date,
    transaction_no,
    billing_code,
    membership_key,
    contribution_month,
    program_code,
    amount_idr,
    paid_on,
    funding_source_code
from {{ ref('iuran') }}
where delivery_id in ({{ deliveries_to_load() }})
