{{ config(
    incremental_strategy='delete+insert',
    unique_key='validation_id',
    indexes=[{'columns': ['validation_id', 'project_id'], 'unique': true}],
    pre_hook="{{ forget_replaced('pupr', 'proyek_konstruksi') }}",
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
where delivery_id in ({{ deliveries_to_load('pupr', 'proyek_konstruksi') }})
