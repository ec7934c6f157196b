-- The rows of snapshots that the night rests on, each with its record: the address that a stored row names instead.
{{ config(
    indexes=[{'columns': ['address']}, {'columns': ['delivery_id', 'row_number']}],
    pre_hook="{{ place_records() }}",
    post_hook="{{ analyze_sample(this) }}",
) }}

select
    place.delivery_id,
    place.sheet,
    stretch.first_row + step as row_number,
    place.delivery_id || ':' || place.sheet || ':' || stretch.first_row + step as address,
    place.series,
    stretch.first_record + step as record,
    -place.series || '::' || stretch.first_record + step as word
from {{ source('ledger', 'run_input') }} as input
inner join {{ source('warehouse', 'record_place') }} as place on input.validation_id = place.validation_id
{{ records_of('place') }}
where input.run_id = {{ run_id() }}
