{{ config(
    indexes=[{
        'columns': ['run_id', 'fiscal_year', 'skpd_code', 'sub_activity_code', 'account_code', 'budget_source'],
        'unique': true,
    }],
) }}

-- A document belongs to the year of its date: a new year's document never replaces last year's.
with document as (
    select
        *,
        {{ fiscal_year('document_date') }} as fiscal_year
    from {{ ref('stored_fct_budget') }}
    where
        validation_id in ({{ in_force('sipd', 'anggaran') }})
        and document_date <= {{ as_of_date() }}
)

select distinct on (fiscal_year, skpd_code, sub_activity_code, account_code, budget_source)
    {{ run_id() }}::bigint as run_id,
    fiscal_year,
    skpd_code,
    skpd_name,
    sub_activity_code,
    sub_activity_name,
    account_code,
    line_description,
    budget_source,
    document_no,
    document_date,
    document_kind,
    budget_idr,
    count(*) over (partition by fiscal_year, skpd_code, sub_activity_code, account_code, budget_source) as documents,
    delivery_id,
    sheet,
    row_number,
    array_agg({{ address_word('document') }}) over (
        partition by fiscal_year, skpd_code, sub_activity_code, account_code, budget_source
    ) as evidence
from document
order by
    fiscal_year asc, skpd_code asc, sub_activity_code asc, account_code asc, budget_source asc,
    document_date desc, document_no desc
