with {{ small_cells_hidden(
    ref('coverage_by_funding_source'),
    ['as_of_date', 'funding_source_code', 'contributions_ytd_idr'],
    [{'small': ['active_participants'], 'hides': ['active_participants', 'share_of_active']}],
) }}
