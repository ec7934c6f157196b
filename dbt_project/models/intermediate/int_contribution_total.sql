-- Lines and rupiah of contributions by delivery, source of funds, month and day of payment. A delivery's lines never change, so
-- they are added up on its first night; a night that asks for sums alone need not read the lines of all years.
{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='replace_delivery',
    meta={'feed': 'bpjstk.iuran'},
    indexes=[{'columns': ['validation_id']}],
    pre_hook="{{ forget_replaced() }}",
    post_hook="{{ analyze_sample(this) }}",
) }}

select
    validation_id,
    funding_source_code,
    contribution_month,
    paid_on,
    count(*) as contribution_lines,
    sum(amount_idr)::bigint as amount_idr
from {{ ref('int_contribution') }}
where validation_id in ({{ validations_to_load() }})
group by validation_id, funding_source_code, contribution_month, paid_on
