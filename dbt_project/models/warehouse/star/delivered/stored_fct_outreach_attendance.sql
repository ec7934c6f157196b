{{ config(
    meta={'feed': 'diskumdag.sosialisasi'},
    indexes=[{'columns': ['validation_id', 'attendance_id'], 'unique': true}],
) }}

select
    validation_id,
    delivery_id,
    sheet,
    row_number,
    business_date,
    attendance_id,
    event_id,
    event_date,
    place,
    worker_key
from {{ ref('sosialisasi') }}
where delivery_id in ({{ deliveries_to_load() }})
