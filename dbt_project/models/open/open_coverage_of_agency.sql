with cells as (
    select
        as_of_date,
        agency_code,
        sum(registered_workers)::bigint as registered_workers,
        sum(active_participants)::bigint as active_participants,
        sum(not_covered)::bigint as not_covered,
        round(sum(active_participants) / nullif(sum(registered_workers), 0), 6) as coverage_rate,
        max({{ smallest_shown('worker_category') }}) as least_shown
    from {{ ref('coverage_by_agency') }}
    group by as_of_date, agency_code
),

{{ small_cells_hidden(
    'cells',
    ['as_of_date', 'agency_code'],
    [
        {'small': ['registered_workers'], 'hides': ['registered_workers'],
         'margin': ['as_of_date', 'agency_code'], 'least': 'least_shown'},
        {'small': ['active_participants', 'not_covered', 'registered_workers'],
         'hides': ['active_participants', 'not_covered', 'coverage_rate'],
         'margin': ['as_of_date', 'agency_code'], 'least': 'least_shown'},
    ],
) }}
