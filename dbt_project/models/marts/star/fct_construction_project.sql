{{ deliveries_of_newest_night(ref('stored_fct_construction_project')) }}
