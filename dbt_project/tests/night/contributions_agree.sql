-- The funding sources' rupiah are all posted lines of the year, paid by the night.
with by_source as (
    select coalesce(sum(contributions_ytd_idr), 0) as amount_idr
    from {{ ref('stored_coverage_by_funding_source') }}
    where run_id = {{ run_id() }}
),

posted as (
    select coalesce(sum(amount_idr), 0) as amount_idr
    from {{ ref('int_contribution_total') }}
    where
        validation_id in ({{ in_force('bpjstk', 'iuran') }})
        and contribution_month between '{{ as_of_year() }}01' and '{{ as_of_year() }}12'
        and paid_on <= {{ as_of_date() }}
)

select
    by_source.amount_idr as by_source_idr,
    posted.amount_idr as posted_idr
from by_source
cross join posted
where by_source.amount_idr <> posted.amount_idr
