{{ small_cells_hidden('findings_by_office', ref('cells_findings_by_office')) }}
