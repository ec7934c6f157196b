{{ newest_night_of(ref('fct_aid_application')) }}
