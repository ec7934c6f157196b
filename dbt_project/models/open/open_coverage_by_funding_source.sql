{{ small_cells_hidden('coverage_by_funding_source', ref('coverage_by_funding_source')) }}
