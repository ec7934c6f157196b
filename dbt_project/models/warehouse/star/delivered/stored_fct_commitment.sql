{{ config(
    meta={'feed': 'perekonomian.rencana_kerja'},
    indexes=[{'columns': ['validation_id', 'agency_code', 'commitment'], 'unique': true}],
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
where delivery_id in ({{ deliveries_to_load() }})
