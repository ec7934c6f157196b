{{ config(indexes=[{'columns': ['run_id', 'hop'], 'unique': true}]) }}

-- Each figure is summed from its own relation, so that a hop that loses or repeats a rupiah shows a difference. Rupiah under
-- a source of funds that the reference data does not know are a difference that is told; they may belong to DBHCHT.
with known_source as (
    select source.budget_source
    from {{ ref('budget_source') }} as source
    where {{ valid_on_night('source') }}
),

delivered as (
    select
        feed,
        sum(delivered_idr) as delivered_idr,
        sum(quarantined_idr) as quarantined_idr,
        sum(duplicate_idr) as duplicate_idr,
        sum(rows_without_amount) as rows_without_amount
    from {{ ref('int_delivered_money') }}
    where
        validation_id in (
            {{ in_force('sipd', 'anggaran') }}, {{ in_force('sipd', 'sp2d') }}, {{ in_force('bpjstk', 'iuran') }}
        )
    group by feed
),

document as (
    select
        budget_idr,
        budget_source,
        document_date,
        rank() over (
            partition by
                {{ fiscal_year('document_date') }},
                skpd_code,
                sub_activity_code,
                account_code,
                budget_source,
                document_date <= {{ as_of_date() }}
            order by document_date desc, document_no desc
        ) as place
    from {{ ref('stored_fct_budget') }}
    where validation_id in ({{ in_force('sipd', 'anggaran') }})
),

budget as (
    select
        sum(budget_idr) as all_idr,
        sum(budget_idr) filter (
            where budget_source in (select known_source.budget_source from known_source)
        ) as known_idr,
        sum(budget_idr) filter (where budget_source <> 'DBHCHT') as other_idr,
        sum(budget_idr) filter (where budget_source = 'DBHCHT') as dbhcht_idr,
        sum(budget_idr) filter (where budget_source = 'DBHCHT' and document_date <= {{ as_of_date() }}) as dated_idr,
        sum(budget_idr) filter (where budget_source = 'DBHCHT' and document_date > {{ as_of_date() }}) as later_idr,
        sum(budget_idr) filter (
            where budget_source = 'DBHCHT' and document_date <= {{ as_of_date() }} and place > 1
        ) as superseded_idr
    from document
),

budget_line as (
    select sum(budget_idr) as in_force_idr
    from {{ ref('stored_dim_budget_line') }}
    where
        run_id = {{ run_id() }}
        and budget_source = 'DBHCHT'
),

payment as (
    select
        sum(amount_idr) as all_idr,
        sum(amount_idr) filter (
            where budget_source in (select known_source.budget_source from known_source)
        ) as known_idr,
        sum(amount_idr) filter (where budget_source <> 'DBHCHT') as other_idr
    from {{ ref('stored_fct_disbursement') }}
    where validation_id in ({{ in_force('sipd', 'sp2d') }})
),

reconciled as (
    select
        sum(budget_idr) as budget_idr,
        sum(disbursed_idr) as disbursed_idr
    from {{ ref('stored_dbhcht_reconciliation') }}
    where run_id = {{ run_id() }}
),

in_lineage as (
    select
        sp2d_no,
        billing_code,
        max(sp2d_amount_idr) as amount_idr,
        sum(posted_amount_idr) as posted_idr
    from {{ tonight('stored_dbhcht_lineage') }}
    where run_id = {{ run_id() }}
    group by sp2d_no, billing_code
),

ordered as (
    select
        sum(sp2d.amount_idr) as all_idr,
        sum(sp2d.amount_idr) filter (
            where sp2d.sp2d_no not in (select in_lineage.sp2d_no from in_lineage)
        ) as without_worker_month_idr
    from {{ ref('int_dbhcht_order') }} as sp2d
),

-- What is posted under a billing code stands in the lineage of every payment order that carries it; it counts once.
posted_in_lineage as (
    select sum(posted_idr) as posted_idr
    from (
        select
            billing_code,
            max(posted_idr) as posted_idr
        from in_lineage
        where billing_code is not null
        group by billing_code
    ) as billing
),

contribution as (
    select
        sum(amount_idr) as all_idr,
        sum(amount_idr) filter (
            where
            funding_source_code <> 'DBHCHT'
            and billing_code not in (
                select sp2d.billing_code
                from {{ ref('int_dbhcht_order') }} as sp2d
                where sp2d.billing_code is not null
            )
        ) as other_idr
    from {{ ref('int_contribution') }}
    where validation_id in ({{ in_force('bpjstk', 'iuran') }})
),

related as (
    select
        sum(amount_idr) as all_idr,
        sum(amount_idr) filter (where not is_under_sp2d) as without_order_idr
    from {{ ref('int_dbhcht_contribution') }}
),

lineage_order as (
    select sum(amount_idr) as amount_idr
    from in_lineage
),

hop as (
    select hop.*
    from budget
    cross join budget_line
    cross join payment
    cross join ordered
    cross join reconciled
    cross join lineage_order
    cross join posted_in_lineage
    cross join contribution
    cross join related
    cross join
        lateral (
            values
            (11, 'BUDGET_DELIVERED_TO_STORED', 'anggaran', null, budget.all_idr, null, 'SET_ASIDE'),
            (12, 'BUDGET_STORED_TO_DBHCHT', null, budget.all_idr, budget.dbhcht_idr, budget.other_idr, 'OTHER_SOURCE'),
            (13, 'BUDGET_DBHCHT_TO_NIGHT', null, budget.dbhcht_idr, budget.dated_idr, budget.later_idr, 'DATED_AFTER_NIGHT'),
            (14, 'BUDGET_NIGHT_TO_LINE', null, budget.dated_idr, budget_line.in_force_idr, budget.superseded_idr, 'SUPERSEDED'),
            (15, 'BUDGET_LINE_TO_RECONCILIATION', null, budget_line.in_force_idr, reconciled.budget_idr, 0, null),
            (16, 'BUDGET_STORED_TO_KNOWN_SOURCE', null, budget.all_idr, budget.known_idr, 0, null),
            (21, 'SP2D_DELIVERED_TO_STORED', 'sp2d', null, payment.all_idr, null, 'SET_ASIDE'),
            (22, 'SP2D_STORED_TO_DBHCHT', null, payment.all_idr, ordered.all_idr, payment.other_idr, 'OTHER_SOURCE'),
            (23, 'SP2D_DBHCHT_TO_RECONCILIATION', null, ordered.all_idr, reconciled.disbursed_idr, 0, null),
            (
                24, 'SP2D_DBHCHT_TO_LINEAGE', null, ordered.all_idr, lineage_order.amount_idr,
                ordered.without_worker_month_idr, 'NO_DECREE_AND_NO_POSTING'
            ),
            (25, 'SP2D_STORED_TO_KNOWN_SOURCE', null, payment.all_idr, payment.known_idr, 0, null),
            (31, 'IURAN_DELIVERED_TO_STORED', 'iuran', null, contribution.all_idr, null, 'SET_ASIDE'),
            (32, 'IURAN_STORED_TO_DBHCHT', null, contribution.all_idr, related.all_idr, contribution.other_idr, 'OTHER_SOURCE'),
            (
                33, 'IURAN_DBHCHT_TO_LINEAGE', null, related.all_idr, posted_in_lineage.posted_idr,
                related.without_order_idr, 'POSTED_WITHOUT_PAYMENT_ORDER'
            )
        ) as hop (hop_no, hop, feed, from_idr, to_idr, left_out_idr, left_out_reason)
),

-- The first hop of a feed starts from its landed cells.
complete as (
    select
        hop.hop_no,
        hop.hop,
        hop.left_out_reason,
        case when hop.feed is null then coalesce(hop.from_idr, 0) else coalesce(file.delivered_idr, 0) end as from_idr,
        coalesce(hop.to_idr, 0) as to_idr,
        case
            when hop.feed is null then coalesce(hop.left_out_idr, 0)
            else coalesce(file.quarantined_idr + file.duplicate_idr, 0)
        end as left_out_idr,
        case when hop.feed is not null then coalesce(file.quarantined_idr, 0) end as quarantined_idr,
        case when hop.feed is not null then coalesce(file.duplicate_idr, 0) end as duplicate_idr,
        case when hop.feed is not null then coalesce(file.rows_without_amount, 0) end as rows_without_amount,
        -- What a feed that never came would carry is unknown, not 0.
        case hop.hop_no / 10
            when 1 then {{ is_delivered('sipd', 'anggaran') }}
            when 2 then {{ is_delivered('sipd', 'sp2d') }}
            else {{ is_delivered('bpjstk', 'iuran') }}
        end as is_delivered
    from hop
    left join delivered as file on hop.feed = file.feed
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    hop_no,
    hop,
    case when is_delivered then from_idr end::bigint as from_idr,
    case when is_delivered then to_idr end::bigint as to_idr,
    case when is_delivered then left_out_idr end::bigint as left_out_idr,
    left_out_reason,
    case when is_delivered then quarantined_idr end::bigint as quarantined_idr,
    case when is_delivered then duplicate_idr end::bigint as duplicate_idr,
    case when is_delivered then rows_without_amount end::bigint as rows_without_amount,
    case when is_delivered then from_idr - to_idr - left_out_idr end::bigint as difference_idr
from complete
