{{ small_cells_hidden('coverage_by_region', ref('cells_coverage_by_region')) }}
