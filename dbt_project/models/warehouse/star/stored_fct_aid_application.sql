{{ config(
    incremental_strategy='delete+insert',
    unique_key='validation_id',
    indexes=[{'columns': ['validation_id', 'application_no'], 'unique': true}],
    pre_hook="{{ forget_replaced('distan', 'permohonan_bantuan') }}",
) }}

select
    validation_id,
    delivery_id,
    sheet,
    row_number,
    business_date,
    application_no,
    applied_on,
    worker_key,
    farmer_group,
    aid_kind,
    value_idr
from {{ ref('permohonan_bantuan') }}
where delivery_id in ({{ deliveries_to_load('distan', 'permohonan_bantuan') }})
