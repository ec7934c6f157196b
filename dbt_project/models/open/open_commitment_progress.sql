{{ small_cells_hidden('commitment_progress', ref('commitment_progress')) }}
