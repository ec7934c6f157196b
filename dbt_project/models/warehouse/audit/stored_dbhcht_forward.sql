{{ config(
    materialized='changes',
    keyed_by=['delivery_id', 'sheet', 'row_number'],
    indexes=[{'columns': ['run_id', 'delivery_id', 'sheet', 'row_number'], 'unique': true}],
) }}
-- depends_on: {{ ref('int_record') }}

-- Counted by keys, not by the addresses that the lineage carries: what one of the two forgets, the comparison of both shows.
with worker_month as (
    select
        sp2d_no,
        decree_no,
        worker_key,
        contribution_month,
        fiscal_year,
        skpd_code,
        sub_activity_code,
        account_code,
        protection_status in ('PROTECTED', 'NOT_POSTED') as is_on_decree
    from {{ tonight('stored_dbhcht_lineage') }}
    where run_id = {{ run_id() }}
),

sp2d as (
    select
        dated.*,
        {{ budget_line_word('dated') }} as budget_line
    from (
        select
            stored.*,
            {{ fiscal_year('stored.sp2d_date') }} as fiscal_year
        from {{ ref('stored_fct_disbursement') }} as stored
        where
            stored.validation_id in ({{ in_force('sipd', 'sp2d') }})
            and stored.budget_source = 'DBHCHT'
    ) as dated
),

document as (
    select
        dated.*,
        {{ budget_line_word('dated') }} as budget_line,
        in_force.document_no is not null as is_in_force
    from (
        select
            stored.*,
            {{ fiscal_year('stored.document_date') }} as fiscal_year
        from {{ ref('stored_fct_budget') }} as stored
        where
            stored.validation_id in ({{ in_force('sipd', 'anggaran') }})
            and stored.budget_source = 'DBHCHT'
    ) as dated
    left join {{ ref('stored_dim_budget_line') }} as in_force
        on
            dated.delivery_id = in_force.delivery_id
            and dated.sheet = in_force.sheet
            and dated.row_number = in_force.row_number
            and in_force.run_id = {{ run_id() }}
),

paid_from as (
    select
        budget_line,
        array_agg(sp2d_no order by sp2d_no) as sp2d_nos
    from sp2d
    group by budget_line
),

by_line as (
    select
        {{ budget_line_word('worker_month') }} as budget_line,
        count(*) as lineage_rows
    from worker_month
    group by 1
),

by_order as (
    select
        sp2d_no,
        count(*) as lineage_rows
    from worker_month
    group by sp2d_no
),

-- Reading a month from its words costs more than all else here, so it is done once for each row.
listed as materialized (
    select
        delivery_id,
        sheet,
        row_number,
        decree_no,
        worker_key,
        first_month,
        last_month
    from {{ ref('penerima_dbhcht') }}
    where delivery_id in ({{ deliveries_in_force('disnaker', 'penerima_dbhcht') }})
),

recipient as (
    select
        listed.*,
        greatest(
            12 * (left(last_month, 4)::integer - left(first_month, 4)::integer)
            + right(last_month, 2)::integer - right(first_month, 2)::integer + 1,
            0
        ) as months
    from listed
),

by_recipient as (
    select
        decree_no,
        worker_key,
        count(*) as lineage_rows,
        count(distinct contribution_month)::integer as months_paid
    from worker_month
    where is_on_decree
    group by decree_no, worker_key
),

decree as (
    select
        decree_no,
        array_agg(sp2d_no order by sp2d_no) as sp2d_nos,
        array_agg(distinct budget_line) as budget_lines
    from sp2d
    group by decree_no
),

billing as (
    select
        billing_code,
        array_agg(sp2d_no order by sp2d_no) as sp2d_nos,
        array_agg(distinct budget_line) as budget_lines
    from sp2d
    where billing_code is not null
    group by billing_code
),

went as (
    select
        'sipd.anggaran' as feed,
        document.delivery_id,
        document.sheet,
        document.row_number,
        document.document_no as row_key,
        null::uuid as worker_key,
        document.budget_idr as amount_idr,
        paid_from.sp2d_nos,
        array[document.budget_line] as budget_lines,
        case when document.is_in_force then coalesce(by_line.lineage_rows, 0) else 0 end as lineage_rows,
        null::integer as months_without_payment,
        case
            when document.document_date > {{ as_of_date() }} then 'BUDGET_DATED_AFTER_NIGHT'
            when not document.is_in_force then 'BUDGET_SUPERSEDED'
            when paid_from.sp2d_nos is null then 'BUDGET_LINE_WITHOUT_PAYMENT'
            when by_line.lineage_rows is null then 'BUDGET_LINE_WITHOUT_WORKER_MONTH'
            else 'IN_LINEAGE'
        end as outcome
    from document
    left join paid_from using (budget_line)
    left join by_line using (budget_line)
    union all
    select
        'sipd.sp2d' as feed,
        sp2d.delivery_id,
        sp2d.sheet,
        sp2d.row_number,
        sp2d.sp2d_no as row_key,
        null::uuid as worker_key,
        sp2d.amount_idr,
        array[sp2d.sp2d_no] as sp2d_nos,
        array[sp2d.budget_line] as budget_lines,
        coalesce(by_order.lineage_rows, 0) as lineage_rows,
        null::integer as months_without_payment,
        case
            when by_order.lineage_rows is null then 'PAYMENT_ORDER_WITHOUT_DECREE_OR_POSTING' else 'IN_LINEAGE'
        end as outcome
    from sp2d
    left join by_order using (sp2d_no)
    union all
    select
        'disnaker.penerima_dbhcht' as feed,
        recipient.delivery_id,
        recipient.sheet,
        recipient.row_number,
        recipient.decree_no as row_key,
        recipient.worker_key,
        null::bigint as amount_idr,
        decree.sp2d_nos,
        decree.budget_lines,
        coalesce(by_recipient.lineage_rows, 0) as lineage_rows,
        recipient.months - coalesce(by_recipient.months_paid, 0) as months_without_payment,
        case
            when recipient.months = 0 then 'DECREE_WITHOUT_MONTHS'
            when decree.sp2d_nos is null then 'DECREE_WITHOUT_PAYMENT_ORDER'
            when by_recipient.lineage_rows is null then 'DECREE_MONTHS_WITHOUT_PAYMENT'
            else 'IN_LINEAGE'
        end as outcome
    from recipient
    left join decree using (decree_no)
    left join by_recipient using (decree_no, worker_key)
    union all
    select
        'bpjstk.iuran' as feed,
        line.delivery_id,
        line.sheet,
        line.row_number,
        line.transaction_no as row_key,
        line.worker_key,
        line.amount_idr,
        billing.sp2d_nos,
        billing.budget_lines,
        coalesce(cardinality(billing.sp2d_nos), 0)::bigint as lineage_rows,
        null::integer as months_without_payment,
        case when billing.sp2d_nos is null then 'POSTED_WITHOUT_PAYMENT_ORDER' else 'IN_LINEAGE' end as outcome
    from {{ ref('int_dbhcht_contribution') }} as line
    left join billing using (billing_code)
),

finding as (
    select
        address,
        count(*) as findings,
        (array_agg(audit_findings.finding_key order by finding_code, audit_findings.finding_key))[1:20] as finding_keys
    from {{ ref('stored_audit_findings') }} as audit_findings
    cross join unnest(audit_findings.evidence) as address
    where run_id = {{ run_id() }}
    group by address
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    went.feed,
    went.delivery_id,
    went.sheet,
    went.row_number,
    went.row_key,
    went.worker_key,
    went.amount_idr,
    went.outcome,
    went.lineage_rows,
    went.months_without_payment,
    coalesce(went.sp2d_nos, '{}') as sp2d_nos,
    coalesce(went.budget_lines, '{}') as budget_lines,
    coalesce(finding.findings, 0) as findings,
    coalesce(finding.finding_keys, '{}') as finding_keys
from went
left join finding on {{ address_word('went') }} = finding.address
