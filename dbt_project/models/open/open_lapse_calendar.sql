with {{ small_cells_hidden(
    ref('lapse_calendar'),
    ['as_of_date', 'lapse_month', 'funding_source_code'],
    [{'small': ['participants'], 'hides': ['participants'], 'margin': ['as_of_date', 'lapse_month']}],
) }}
