{{ config(
    materialized='changes',
    keyed_by=['application_no'],
    meta={'feed': 'distan.permohonan_bantuan', 'distributed_by': 'worker_key'},
    indexes=[{'columns': ['validation_id', 'application_no'], 'unique': true}],
) }}
-- depends_on: {{ ref('int_record') }}

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
where delivery_id in ({{ deliveries_to_load() }})
