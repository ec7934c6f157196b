{{ deliveries_of_newest_night(history('stored_fct_outreach_attendance')) }}
