-- The DBHCHT budget lines of the night. A line is one of a fiscal year; nights published before lines were parted by
-- year have none of their own, theirs is the night's.
select
    concat_ws(
        '|', coalesce(fiscal_year, extract(year from as_of_date)), skpd_code, sub_activity_code, account_code
    ) as line,
    concat_ws('|', skpd_code, sub_activity_code, account_code) as line_of_any_year,
    budget_idr,
    disbursed_idr,
    posted_idr,
    unposted_idr,
    remaining_idr,
    absorption_rate
from warehouse.dbhcht_reconciliation
where run_id = %(run)s
order by line
