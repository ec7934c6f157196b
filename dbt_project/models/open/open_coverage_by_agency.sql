{{ small_cells_hidden('coverage_by_agency', ref('coverage_by_agency')) }}
