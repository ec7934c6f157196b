{{ small_cells_hidden('lapse_calendar', ref('lapse_calendar')) }}
