with {{ small_cells_hidden(
    ref('coverage_by_agency'),
    ['as_of_date', 'agency_code', 'worker_category'],
    [
        {'small': ['registered_workers'], 'hides': ['registered_workers'],
         'margin': ['as_of_date', 'agency_code'], 'least': smallest_shown('worker_category')},
        {'small': ['active_participants', 'not_covered', 'registered_workers'],
         'hides': ['active_participants', 'not_covered', 'coverage_rate'],
         'margin': ['as_of_date', 'agency_code'], 'least': smallest_shown('worker_category')},
    ],
) }}
