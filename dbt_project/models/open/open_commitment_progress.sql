with cells as (
    select
        progress.as_of_date,
        progress.agency_code,
        progress.commitment,
        progress.indicator,
        progress.target,
        progress.actual,
        progress.progress,
        progress.due_date,
        coalesce(coverage.active_participants_hidden, false) as is_hidden_elsewhere
    from {{ ref('commitment_progress') }} as progress
    left join {{ ref('open_coverage_of_agency') }} as coverage
        on progress.as_of_date = coverage.as_of_date and progress.agency_code = coverage.agency_code
),

-- What the legal office pledged is counted in regulations, not in persons. The others count those covered of a roster,
-- which is hidden here where it is there.
{{ small_cells_hidden(
    'cells',
    ['as_of_date', 'agency_code', 'commitment', 'indicator', 'target', 'due_date'],
    [{'small': ['actual'], 'hides': ['actual', 'progress'], 'margin': ['as_of_date', 'agency_code'],
      'least': "case when agency_code = 'hukum' then 0 when is_hidden_elsewhere then actual + 1 else "
          ~ smallest_shown() ~ " end"}],
) }}
