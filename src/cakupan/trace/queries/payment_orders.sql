-- Payment orders in force, each with what was posted under it; of one number, source, code or decree where one is given.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'sipd' and feed = 'sp2d'
),

posted as (
    select
        sp2d_no,
        sum(posted_amount_idr)::bigint as posted_idr
    from warehouse.history_dbhcht_lineage
    where run_id = %(run)s
    group by sp2d_no
)

select
    sp2d.sp2d_no,
    sp2d.sp2d_date,
    sp2d.amount_idr,
    posted.posted_idr,
    sp2d.budget_source,
    sp2d.decree_no,
    sp2d.billing_code,
    sp2d.first_month,
    sp2d.last_month,
    concat_ws(
        '|', extract(year from sp2d.sp2d_date), sp2d.skpd_code, sp2d.sub_activity_code, sp2d.account_code
    ) as line,
    sp2d.delivery_id,
    sp2d.sheet,
    sp2d.row_number
from warehouse.fct_disbursement as sp2d
left join posted on sp2d.sp2d_no = posted.sp2d_no
where
    sp2d.validation_id in (select accepted.validation_id from accepted)
    and (%(sp2d_no)s::text is null or sp2d.sp2d_no = %(sp2d_no)s)
    and (%(budget_source)s::text is null or sp2d.budget_source = %(budget_source)s)
    and (%(billing_code)s::text is null or sp2d.billing_code = %(billing_code)s)
    and (%(decree_no)s::text is null or sp2d.decree_no = %(decree_no)s)
order by sp2d.sp2d_date, sp2d.sp2d_no
