{{ small_cells_hidden('dbhcht_protection', ref('cells_dbhcht_protection')) }}
