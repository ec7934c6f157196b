{{ small_cells_hidden('coverage_by_sector', ref('cells_coverage_by_sector')) }}
