{{ config(
    meta={'feed': 'pupr.proyek_konstruksi'},
    indexes=[{'columns': ['validation_id', 'project_id'], 'unique': true}],
) }}

select
    validation_id,
    delivery_id,
    sheet,
    row_number,
    business_date,
    project_id,
    contract_no,
    letter_no,
    letter_date,
    workers
from {{ ref('proyek_konstruksi') }}
where delivery_id in ({{ deliveries_to_load() }})
