{{ small_cells_hidden('aid_by_kind', ref('cells_aid_by_kind')) }}
