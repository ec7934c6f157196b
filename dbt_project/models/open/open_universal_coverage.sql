{{ small_cells_hidden('universal_coverage', ref('universal_coverage')) }}
