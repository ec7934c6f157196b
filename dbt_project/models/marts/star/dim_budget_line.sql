{{ newest_published_night(ref('stored_dim_budget_line')) }}
