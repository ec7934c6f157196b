{{ small_cells_hidden('outreach_conversion', ref('cells_outreach_conversion')) }}
