{{ deliveries_of_newest_night(ref('stored_fct_budget')) }}
