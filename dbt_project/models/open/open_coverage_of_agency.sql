{{ small_cells_hidden('coverage_of_agency', ref('cells_coverage_of_agency')) }}
