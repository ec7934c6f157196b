with {{ small_cells_hidden(
    ref('universal_coverage'),
    ['as_of_date', 'denominator_code', 'denominator', 'denominator_source', 'target_participants', 'jakon_headcount'],
    [
        {'small': ['active_participants'], 'hides': ['active_participants', 'coverage_rate', 'gap_to_target'],
         'margin': ['as_of_date', 'denominator_code']},
        {'small': ['outside_city_participants'], 'hides': ['outside_city_participants'],
         'margin': ['as_of_date', 'denominator_code']},
    ],
) }}
