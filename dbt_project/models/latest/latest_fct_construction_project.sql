{{ newest_night_of(ref('fct_construction_project')) }}
