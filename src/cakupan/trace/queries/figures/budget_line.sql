-- The budget line in force.
select
    null as who,
    budget_idr as value,
    delivery_id,
    sheet,
    row_number
from warehouse.dim_budget_line
where
    run_id = %(run)s
    and budget_source = 'DBHCHT'
    and extract(year from document_date) = %(fiscal_year)s::integer
    and skpd_code = %(skpd_code)s
    and sub_activity_code = %(sub_activity_code)s
    and account_code = %(account_code)s
