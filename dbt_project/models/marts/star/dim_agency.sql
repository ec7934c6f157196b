{{ config(materialized='standing_view', schema='marts') }}

select
    agency_code,
    agency_name,
    short_name,
    skpd_code,
    is_city_agency,
    valid_from,
    valid_to,
    legal_basis
from {{ ref('agency') }}
