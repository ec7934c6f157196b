{{ config(
    incremental_strategy='delete+insert',
    unique_key='validation_id',
    indexes=[{'columns': ['validation_id', 'agency_code', 'commitment'], 'unique': true}],
    pre_hook="{{ forget_replaced('perekonomian', 'rencana_kerja') }}",
) }}

select
    validation_id,
    delivery_id,
    sheet,
    row_number,
    business_date,
    agency_code,
    agency_name,
    commitment,
    indicator,
    roster,
    target,
    due_date
from {{ ref('rencana_kerja') }}
where delivery_id in ({{ deliveries_to_load('perekonomian', 'rencana_kerja') }})
