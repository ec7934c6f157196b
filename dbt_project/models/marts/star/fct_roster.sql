{{ published_nights(history('stored_fct_roster')) }}
