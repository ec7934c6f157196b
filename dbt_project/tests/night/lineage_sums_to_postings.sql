-- For every payment order the lineage adds up to the lines posted under its billing code.
with lineage as (
    select
        sp2d_no,
        billing_code,
        sum(posted_amount_idr) as lineage_idr
    from {{ tonight('stored_dbhcht_lineage') }}
    where run_id = {{ run_id() }}
    group by sp2d_no, billing_code
),

posted as (
    select
        billing_code,
        sum(amount_idr) as posted_idr
    from {{ ref('int_dbhcht_contribution') }}
    group by billing_code
)

select
    lineage.sp2d_no,
    lineage.lineage_idr,
    posted.posted_idr
from lineage
left join posted using (billing_code)
where lineage.lineage_idr <> coalesce(posted.posted_idr, 0)
