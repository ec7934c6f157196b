{{ newest_night_of(ref('fct_roster')) }}
