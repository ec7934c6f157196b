with cells as (
    select
        as_of_date,
        region_code,
        left(region_code, 8) as district_code,
        active_participants,
        by_dbhcht
    from {{ ref('coverage_by_region') }}
),

{{ small_cells_hidden(
    'cells',
    ['as_of_date', 'region_code', 'district_code'],
    [
        {'small': ['active_participants'], 'hides': ['active_participants'], 'margin': ['as_of_date', 'district_code']},
        {'small': ['by_dbhcht'], 'hides': ['by_dbhcht'], 'margin': ['as_of_date', 'district_code']},
    ],
) }}
