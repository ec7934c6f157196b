{{ newest_night_of(ref('dim_budget_line')) }}
