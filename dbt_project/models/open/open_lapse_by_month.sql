{{ small_cells_hidden('lapse_by_month', ref('cells_lapse_by_month')) }}
