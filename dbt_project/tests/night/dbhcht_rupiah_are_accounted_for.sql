-- Every rupiah posted from DBHCHT stands in the lineage or was posted under no payment order's billing code.
with posted as (
    select coalesce(sum(amount_idr), 0) as amount_idr
    from {{ ref('int_contribution_total') }}
    where
        validation_id in ({{ in_force('bpjstk', 'iuran') }})
        and funding_source_code = 'DBHCHT'
),

in_lineage as (
    select coalesce(sum(line.amount_idr), 0) as amount_idr
    from (
        select distinct address
        from {{ tonight('stored_dbhcht_lineage') }}
        cross join unnest(evidence) as address
        where run_id = {{ run_id() }}
    ) as lineage
    inner join {{ ref('int_dbhcht_contribution') }} as line on {{ address_word('line') }} = lineage.address
    where line.funding_source_code = 'DBHCHT'
),

without_order as (
    select coalesce(sum(amount_idr), 0) as amount_idr
    from {{ ref('int_dbhcht_contribution') }}
    where
        funding_source_code = 'DBHCHT'
        and not is_under_sp2d
)

select
    posted.amount_idr as posted_idr,
    in_lineage.amount_idr as in_lineage_idr,
    without_order.amount_idr as without_order_idr
from posted
cross join in_lineage
cross join without_order
where posted.amount_idr <> in_lineage.amount_idr + without_order.amount_idr
