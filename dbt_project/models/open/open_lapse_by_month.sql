with cells as (
    select
        as_of_date,
        lapse_month,
        sum(participants)::bigint as participants
    from {{ ref('lapse_calendar') }}
    group by as_of_date, lapse_month
),

-- No total over months is shown anywhere that a month could be subtracted from.
{{ small_cells_hidden(
    'cells',
    ['as_of_date', 'lapse_month'],
    [{'small': ['participants'], 'hides': ['participants'], 'margin': ['as_of_date', 'lapse_month']}],
) }}
