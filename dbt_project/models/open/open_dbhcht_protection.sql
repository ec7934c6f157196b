with cells as (
    select
        as_of_date,
        fiscal_year,
        protection_status,
        count(*) as worker_months,
        count(distinct coalesce(worker_key, membership_key)) as workers,
        sum(due_idr)::bigint as due_idr,
        sum(posted_amount_idr)::bigint as posted_amount_idr
    from {{ ref('dbhcht_lineage') }}
    group by as_of_date, fiscal_year, protection_status
),

-- At one tariff a worker and month, rupiah tell how many there are: they are hidden with the count.
{{ small_cells_hidden(
    'cells',
    ['as_of_date', 'fiscal_year', 'protection_status'],
    [{'small': ['worker_months', 'workers'], 'hides': ['worker_months', 'workers', 'due_idr', 'posted_amount_idr'],
      'margin': ['as_of_date', 'fiscal_year']}],
) }}
