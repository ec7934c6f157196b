-- Contribution lines that have to do with DBHCHT on the night: funded by it, or posted under the billing code of one of its
-- payment orders. With the worker as of the night, NULL where no accepted membership ever named one.
{{ config(post_hook="{{ analyze_sample(this) }}") }}

with billing as (
    select distinct billing_code
    from {{ ref('int_dbhcht_order') }}
    where billing_code is not null
),

line as (
    select
        contribution.*,
        contribution.billing_code in (select billing.billing_code from billing) as is_under_sp2d
    from {{ ref('int_contribution') }} as contribution
    where
        contribution.validation_id in ({{ in_force('bpjstk', 'iuran') }})
        and (
            contribution.funding_source_code = 'DBHCHT'
            or contribution.billing_code in (select billing.billing_code from billing)
        )
),

owner as (
    {{ owner_as_of() }}
)

select
    line.delivery_id,
    line.sheet,
    line.row_number,
    line.transaction_no,
    line.billing_code,
    line.membership_key,
    owner.worker_key,
    line.contribution_month,
    line.program_code,
    line.amount_idr,
    line.paid_on,
    line.funding_source_code,
    line.is_under_sp2d
from line
left join owner on line.membership_key = owner.membership_key
