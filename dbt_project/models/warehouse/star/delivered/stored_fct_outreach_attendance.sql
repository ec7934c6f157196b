{{ config(
    materialized='changes',
    keyed_by=['attendance_id'],
    meta={'feed': 'diskumdag.sosialisasi', 'distributed_by': 'worker_key'},
    indexes=[{'columns': ['validation_id', 'attendance_id'], 'unique': true}],
) }}
-- depends_on: {{ ref('int_record') }}

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
