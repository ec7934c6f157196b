{{ config(
    meta={'feed': 'sipd.anggaran'},
    indexes=[{'columns': ['validation_id', 'document_no', 'sub_activity_code', 'account_code', 'budget_source'], 'unique': true}],
) }}

select
    validation_id,
    delivery_id,
    sheet,
    row_number,
    business_date,
    document_no,
    document_date,
    document_kind,
    skpd_code,
    skpd_name,
    sub_activity_code,
    sub_activity_name,
    account_code,
    line_description,
    budget_source,
    budget_idr
from {{ ref('anggaran') }}
where delivery_id in ({{ deliveries_to_load() }})
