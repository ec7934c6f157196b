with funded as (
    select distinct
        line.worker_key,
        line.contribution_month
    from {{ ref('int_dbhcht_contribution') }} as line
    where
        line.funding_source_code = 'DBHCHT'
        and line.program_code = 'JKK'
        and line.worker_key is not null
),

owner as (
    {{ owner_as_of() }}
),

-- Gathered first, so that their lines are found by the index of paid months: there are more of all lines each night.
membership as materialized (
    select
        owner.membership_key,
        owner.worker_key
    from owner
    where owner.worker_key in (select funded.worker_key from funded)
),

paid_by_other as (
    select
        membership.worker_key,
        line.contribution_month,
        sum(line.amount_idr)::bigint as amount_idr,
        string_agg(distinct line.funding_source_code, ', ' order by line.funding_source_code) as payers,
        array_agg({{ address_word('line') }} order by line.delivery_id, line.row_number) as evidence
    from {{ ref('int_contribution') }} as line
    inner join membership on line.membership_key = membership.membership_key
    where
        line.membership_key = any(array(select asked.membership_key from membership as asked))
        and line.validation_id in ({{ in_force('bpjstk', 'iuran') }})
        and line.program_code = 'JKK'
        and line.funding_source_code <> 'DBHCHT'
    group by membership.worker_key, line.contribution_month
),

paid_by_dbhcht as (
    select
        line.worker_key,
        line.contribution_month,
        sum(line.amount_idr)::bigint as amount_idr,
        array_agg({{ address_word('line') }} order by line.delivery_id, line.row_number) as evidence
    from {{ ref('int_dbhcht_contribution') }} as line
    inner join paid_by_other
        on
            line.worker_key = paid_by_other.worker_key
            and line.contribution_month = paid_by_other.contribution_month
    where
        line.funding_source_code = 'DBHCHT'
        and line.program_code = 'JKK'
    group by line.worker_key, line.contribution_month
)

select
    paid_by_dbhcht.worker_key,
    paid_by_dbhcht.contribution_month,
    paid_by_dbhcht.amount_idr,
    'JKK bulan ' || paid_by_dbhcht.contribution_month || ' dibayar DBHCHT ' || {{ rupiah('paid_by_dbhcht.amount_idr') }}
    || ' dan juga oleh ' || paid_by_other.payers || ' ' || {{ rupiah('paid_by_other.amount_idr') }} || '.' as explanation,
    paid_by_dbhcht.evidence || paid_by_other.evidence as evidence
from paid_by_dbhcht
inner join paid_by_other using (worker_key, contribution_month)
