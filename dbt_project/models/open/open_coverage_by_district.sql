{{ small_cells_hidden('coverage_by_district', ref('cells_coverage_by_district')) }}
