{{ newest_night_of(ref('fct_outreach_attendance')) }}
