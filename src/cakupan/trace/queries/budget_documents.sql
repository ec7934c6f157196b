-- The documents of a budget line, the one in force first, and what became of each.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'sipd' and feed = 'anggaran'
)

select
    document.document_no,
    document.document_date,
    document.document_kind,
    document.budget_idr,
    document.budget_source,
    document.skpd_name,
    document.sub_activity_name,
    forward.outcome,
    document.delivery_id,
    document.sheet,
    document.row_number
from warehouse.fct_budget as document
left join warehouse.history_dbhcht_forward as forward
    on
        forward.run_id = %(run)s
        and document.delivery_id = forward.delivery_id
        and document.sheet = forward.sheet
        and document.row_number = forward.row_number
where
    document.validation_id in (select accepted.validation_id from accepted)
    and concat_ws(
        '|',
        extract(year from document.document_date),
        document.skpd_code,
        document.sub_activity_code,
        document.account_code
    ) = %(line)s
    and document.budget_source = %(budget_source)s
order by document.document_date desc, document.document_no desc
